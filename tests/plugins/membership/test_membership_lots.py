"""The arithmetic of points: what a rule gives, what returned goods take, what ends first (MEM-2)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wuye_membership.consents import agreed
from wuye_membership.lots import NEVER, expiring, is_lot, points_of, remaining
from wuye_membership.rules.points import taken_back, worth

START = date(2026, 1, 1)
Event = tuple[str, int, int]
events = st.lists(
    st.tuples(st.sampled_from(["earn", "earn_for_ever", "spend", "night"]), st.integers(1, 500), st.integers(0, 90)),
    max_size=40,
)


def _live(happened: list[Event], lasts: int = 30) -> list[dict[str, object]]:
    """Let an account live through events: nobody spends more than he has, every night takes what has ended."""
    account: list[dict[str, object]] = []
    today = START
    for kind, amount, days in happened:
        today += timedelta(days=days)
        balance = sum(points_of(entry) for entry in account)
        if kind == "spend":
            account.append({"kind": "redeem_gift", "points": -min(amount, balance)})
        elif kind == "night":
            account.append({"kind": "expire", "points": -expiring(account, today.isoformat())})
        else:
            last = None if kind == "earn_for_ever" else (today + timedelta(days=lasts)).isoformat()
            account.append({"kind": "purchase", "points": amount, "expires_on": last})
    return account


@given(events)
def test_MEM_2_what_ends_is_never_more_than_there_is_and_ends_once(happened: list[Event]) -> None:
    account = _live(happened)
    far = (START + timedelta(days=10_000)).isoformat()
    for day in (START.isoformat(), "2026-07-01", far):
        due = expiring(account, day)
        balance = sum(points_of(entry) for entry in account)
        assert 0 <= due <= max(0, balance)
        assert expiring([*account, {"kind": "expire", "points": -due}], day) == 0


@given(events)
def test_MEM_2_what_is_left_of_the_lots_is_the_balance(happened: list[Event]) -> None:
    account = _live(happened)
    left = remaining(account)
    assert sum(lot.points for lot in left) == sum(points_of(entry) for entry in account)
    assert [lot.last for lot in left] == sorted(lot.last for lot in left)
    assert all(lot.points > 0 for lot in left)


@given(events)
def test_MEM_2_whoever_spends_spends_first_what_ends_first(happened: list[Event]) -> None:
    """After the last night that counts only points for ever are left, and no more than were ever earned so."""
    account = _live(happened)
    after = (START + timedelta(days=10_000)).isoformat()
    account.append({"kind": "expire", "points": -expiring(account, after)})
    forever = sum(points_of(e) for e in account if is_lot(e) and not e.get("expires_on"))
    assert sum(points_of(entry) for entry in account) <= forever
    assert {lot.last for lot in remaining(account)} <= {NEVER}


def test_MEM_2_a_point_lasts_through_its_last_day() -> None:
    account = [{"kind": "purchase", "points": 10, "expires_on": "2026-11-22"}]
    assert (expiring(account, "2026-11-22"), expiring(account, "2026-11-23")) == (0, 10)


def test_MEM_2_an_overdrawn_account_has_nothing_to_lose() -> None:
    account = [
        {"kind": "purchase", "points": 100, "expires_on": "2026-01-01"},
        {"kind": "redeem_gift", "points": -100},
        {"kind": "reversal", "points": -100},
    ]
    assert (expiring(account, "2027-01-01"), remaining(account)) == (0, [])


@given(
    st.integers(1, 10**7),
    st.integers(1, 10**4),
    st.integers(1, 50),
    st.integers(0, 300),
    st.none() | st.integers(1, 10**5),
)
def test_MEM_2_a_rule_counts_whole_steps_up_to_its_cap(
    amount: int, per: int, points: int, percent: int, most: int | None
) -> None:
    rule = {"kind": "purchase", "per_amount": per, "points": points, "max_points": most}
    given_ = worth(rule, amount, percent)
    assert given_ <= (amount * points * percent) / (per * 100) + 1e-6
    assert most is None or given_ <= most
    assert worth(rule, amount + per, percent) >= given_


@given(st.integers(1, 10**6), st.integers(1, 10**7), st.data())
def test_MEM_2_returned_goods_take_their_share_and_never_leave_more_than_the_rest_earned(
    points: int, amount: int, data: st.DataObject
) -> None:
    original = {"points": points, "amount": amount}
    assert taken_back(original, None) == -points
    returned = data.draw(st.integers(1, amount))
    back = taken_back(original, returned)
    assert -points <= back <= 0
    assert (points + back) * amount <= points * (amount - returned)
    assert taken_back(original, amount) == -points


def test_OWN_3_a_withdrawal_ends_what_was_agreed_to_before_and_nothing_else() -> None:
    old = {"purposes": ["care", "marketing"], "given_at": "2026-01-01T00:00:00.000Z"}
    withdrawn = {**old, "withdrawn_at": "2026-06-01T00:00:00.000Z"}
    new = {"purposes": ["care"], "given_at": "2026-07-01T00:00:00.000Z"}
    assert (agreed([], "care"), agreed([old], "care"), agreed([old], "health")) == (False, True, False)
    assert not agreed([withdrawn, old], "care")
    assert agreed([withdrawn, new], "care")
    assert not agreed([withdrawn, new], "marketing")
