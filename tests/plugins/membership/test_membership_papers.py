"""Reports and printed forms of the club (MEM-2, MEM-3, D9), in the name of who may have them."""

import pytest
from tests.duties.company import MALL, Tablet
from tests.duties.stored import StoredCompany
from tests.plugins.membership.club import ENTRY, MEMBER, Club, buy, enrol, redeem, see

from wuye.kernel.errors import Problem
from wuye.model.report import Table


def _report(club: Club, name: str, user: str = "lead", **args: object) -> Table:
    assert isinstance(club.company, StoredCompany)
    return club.company.report(MALL, f"membership.{name}", user, **args)


@pytest.fixture
def member(club: Club, desk: Tablet) -> str:
    """Иван: 300 points earned on two days, 100 spent on a bag."""
    club.setting("membership_offline_cap", "500")
    member = enrol(desk, club.ivan, card_number="SFM-1")
    buy(desk, club, member, 1000, "1", occurred_on="2026-10-31")
    buy(desk, club, member, 2000, "2")
    desk.deliver()
    redeem(desk, club, member, 100)
    desk.deliver()
    return member


def test_MEM_2_a_statement_tells_each_entry_and_the_balance_after_it(club: Club, member: str) -> None:
    table = _report(club, "statement", "cashier", member=member)
    assert [(row[0], row[2], *row[5:]) for row in table.rows] == [
        ("2026-10-31", "purchase", 100, 100),
        ("2026-11-22", "purchase", 200, 300),
        ("2026-11-22", "redeem_gift", -100, 200),
    ]
    table = _report(club, "statement", member=member, since="2026-11-01", until="2026-11-30")
    assert [row[-1] for row in table.rows] == [100, 300, 200]


def test_MEM_2_the_house_knows_what_it_owes(club: Club, desk: Tablet, member: str) -> None:
    club.setting("membership_point_worth", "2")
    table = _report(club, "liability", days=90, today="2026-11-22")
    assert table.rows == [[None, 1, 200, 0, 4.0, 0]]
    table = _report(club, "liability", days=30, today="2028-10-15")
    assert table.rows == [[None, 1, 200, 0, 4.0, 0]]  # the bag took what ends first
    table = _report(club, "movements", months=2, today="2026-11-22")
    assert table.rows == [["2026-10", 100, 0, 0, 0, 0], ["2026-11", 200, -100, 0, 0, 0]]
    assert _report(club, "ending", days=60, today="2028-10-15").rows == [["SFM-1", club.ivan, "ru", 200, "2028-11-22"]]
    assert _report(club, "ending", days=7, today="2028-10-15").rows == []


def test_MEM_3_birthdays_and_festivals_list_only_who_agreed(club: Club, desk: Tablet, member: str) -> None:
    clerk = club.company.tablet("clerk")
    quiet = clerk.create(MALL, "owner", {"name": "Пётр", "tags": ["do_not_call"]})
    silent = clerk.create(MALL, "owner", {"name": "Анна"})
    for owner, phone in ((club.ivan, "+7 914 700 11 22"), (club.wang, "13812345678"), (quiet, None), (silent, None)):
        card = {"owner": owner, "birth_date": "1980-12-05", "phone": phone}
        clerk.create(MALL, "owner.private", {name: value for name, value in card.items() if value})
        if owner != silent:
            club.consent(clerk, owner, "care", *(["marketing"] if owner == club.wang else []))
        if owner != club.ivan:
            clerk.create(MALL, MEMBER, {"owner": owner})
    clerk.deliver()
    rows = _report(club, "birthdays", month=12).rows
    assert [(row[0], row[1]) for row in rows] == [("12-05", club.wang), ("12-05", club.ivan)]
    assert _report(club, "birthdays", month=11).rows == []
    assert [row[0] for row in _report(club, "festival").rows] == [club.ivan, club.wang]  # by language: ru, zh-Hans
    assert [row[0] for row in _report(club, "festival", language="ru").rows] == [club.ivan]
    assert [row[0] for row in _report(club, "festival", purpose="marketing").rows] == [club.wang]
    assert not any("1980" in str(cell) for row in rows for cell in row)
    with pytest.raises(Problem) as told:
        _report(club, "birthdays", "desk1", month=12)  # the front desk does not read private data
    assert told.value.code == "forbidden"


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh-Hant", ("會員申請表", "可隨時以同樣方便的方式撤回")), ("ru", ("Заявление о вступлении", "отозвать"))],
)
def test_D9_the_application_tells_what_is_agreed_to(club: Club, member: str, lang: str, words: tuple[str, ...]) -> None:
    html = club.company.print("membership.application", MALL, member, "clerk", lang)
    assert all(word in html for word in (*words, "Иван Петров", "SFM-1"))


@pytest.mark.parametrize(("lang", "gift"), [("zh-Hant", "購物袋"), ("ru", "Сумка")])
def test_D9_card_statement_and_receipt_are_printed(club: Club, desk: Tablet, member: str, lang: str, gift: str) -> None:
    card = club.company.print("membership.card", MALL, member, "desk1", lang)
    assert "SFM-1" in card
    assert "<svg" in card
    statement = club.company.print("membership.statement", MALL, member, "desk1", lang)
    [entry] = desk.query(ENTRY, where={"kind": "redeem_gift"})
    assert str(see(desk, ENTRY, entry.id)["number"]) in statement
    receipt = club.company.print("membership.receipt", MALL, entry.id, "desk1", lang)
    assert receipt.count(gift) >= 2  # two copies
    bought, *_ = desk.query(ENTRY, where={"kind": "purchase"})
    with pytest.raises(Problem):
        club.company.print("membership.receipt", MALL, bought.id, "desk1", lang)
