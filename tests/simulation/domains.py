"""The business plugins in these worlds: what lies on the desks at the beginning, and what must hold at rest."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from wuye.model.entity import Entity
from wuye.protocol.wire import Op
from wuye_broadcast.entities.plan import SLOT
from wuye_broadcast.entities.scripts import SCRIPT
from wuye_broadcast.recurrence import clash, times_of

from .points import registry

if TYPE_CHECKING:
    from .oracle import Key, Truth

Values = Mapping[str, object]
Create = Callable[..., Op]
VOLATILE = frozenset({"today", "now", "user"})
TODAY = "2026-11-22"
CHECK = (
    "check_note",
    "approval_note",
    "lawful",
    "facts_true",
    "reads_well",
    "languages_agree",
    "checked_version",
    "approved_version",
)
OVERRULED = {
    *(("broadcast.script", name) for name in CHECK),
    ("membership.rule", "approved_edition"),
    ("membership.gift", "approved_edition"),
}
"""Fields in which a rule may overrule what was typed."""
TAKEN_BACK = {
    ("broadcast.programme", "draft"),
    ("broadcast.script", "draft"),
    ("membership.rule", "draft"),
    ("membership.gift", "draft"),
    ("renovation.application", "under_review"),
}
"""Entity and state: where an edit leads to that takes an approval away."""
DOCUMENTS = ("title_proof", "applicant_id", "renovation_plan")


def mall(site: str, create: Create, id_of: Callable[..., str], owner: str) -> Iterator[Op]:
    """A member with points to spend; a channel with a programme, a script that is approved and a slot."""
    texts = {"title_zh": "失物招領", "title_ru": "Бюро находок", "zh": "請到一樓。", "ru": "Подойдите на первый этаж."}
    approved = {f"approved_{name}": text for name, text in texts.items()}
    member, rule, gift = (id_of(kind, site) for kind in ("club member", "club rule", "club gift"))
    name = {"zh-Hant": "購物", "ru": "Покупка"}
    running = {"status": "approved", "valid_from": "2026-01-01"}
    yield create(site, "membership.rule", rule, code="R1", name=name, points=1, per_amount=100, **running)
    yield create(site, "membership.gift", gift, code="G1", name=name, cost=8, **running)
    yield create(site, "membership.member", member, owner=owner, card_number="C1", status="active")
    entry = {"member": member, "kind": "correction", "points": 20, "reason": "transfer"}
    yield create(site, "membership.entry", id_of("club entry", site), **entry)
    channel, programme, script = (id_of(kind, site) for kind in ("channel", "programme", "script"))
    yield create(site, "broadcast.channel", channel, code="A", name="hall")
    yield create(site, "broadcast.programme", programme, title_zh="早安", type="notice", status="running")
    stamps = {"version": 1, "checked_version": 1, "approved_version": 1, "status": "approved", "lawful": True}
    ticked = {"facts_true": True, "reads_well": True, "languages_agree": True}
    yield create(site, SCRIPT.name, script, type="notice", **texts, **approved, **stamps, **ticked)
    when = {"starts": "10:00:00", "minutes": 30, "rrule": "FREQ=DAILY", "valid_from": TODAY}
    yield create(site, SLOT.name, id_of("slot", site), channel=channel, programme=programme, script=script, **when)


def homes(site: str, create: Create, id_of: Callable[..., str], owner: str, unit: str) -> Iterator[Op]:
    """A renovation that is being worked on, one that is a draft."""
    applied = {
        "unit": unit,
        "applicant": owner,
        "builder": "self",
        "works": [{"kind": "walls", "place": "living_room"}],
    }
    papers = [{"kind": kind, "received": True, "check": "ok"} for kind in DOCUMENTS]
    period = {"starts_on": TODAY, "ends_on": "2027-01-22", "started_on": TODAY}
    yield create(site, "renovation.application", id_of("drafted", site), **applied)
    working = {**applied, **period, "documents": papers, "status": "working"}
    yield create(site, "renovation.application", id_of("worked on", site), **working)


def office(site: str, create: Create, id_of: Callable[..., str], user: str) -> Iterator[Op]:
    """A circle at work, its leader with an account of reward points, and a topic that waits for its registration."""
    circle = id_of("circle", site)
    members = [{"user": user, "duty": "leader"}]
    about = {"departments": ["engineering"], "founded_on": TODAY, "status": "active"}
    yield create(site, "qc.circle", circle, name="火炬", kind="service", leader=user, members=members, **about)
    topic = {"name": "減少投訴", "circle": circle, "kind": "service", "source": "self_chosen", "reason": "40 %"}
    yield create(site, "qc.topic", id_of("topic", site), **topic)


def check(truth: "Truth", settings: Callable[[str], Values], today: date) -> None:
    """Check what the plugins promise of all records together."""
    _what_is_derived_follows(truth, settings)
    _no_channel_carries_two_things(truth, today)
    _what_is_approved_is_what_was_read(truth)


def _live(truth: "Truth", entity: Entity) -> "Iterable[tuple[Key, Values]]":
    return [(key, stored.values) for key, stored in truth.records.items() if key[1] == entity.name]


def _what_is_derived_follows(truth: "Truth", settings: Callable[[str], Values]) -> None:
    """Totals, documents, deadlines: a derived field is what its expression says of the record as it stands."""
    for (site, name, record), stored in truth.records.items():
        for field, expression in registry().models[name].derived:
            if not expression.variables & {*VOLATILE, field}:
                scope = {**stored.values, "settings": settings(site)}
                value = expression.evaluate(scope)
                assert stored.values.get(field) == value, f"{name}.{field} of {record} is not {value!r}"


def _no_channel_carries_two_things(truth: "Truth", today: date) -> None:
    """BRD-1: whoever planned what where, no two slots of a channel meet."""
    planned = [(key, slot) for key, slot in _live(truth, SLOT) if slot["status"] == "planned"]
    for (one_key, one), (other_key, other) in combinations(planned, 2):
        if (one_key[0], one["channel"]) == (other_key[0], other["channel"]):
            met = clash(times_of(one), times_of(other), today)
            assert met is None, f"{one_key[2]} and {other_key[2]} meet on {met}"


def _what_is_approved_is_what_was_read(truth: "Truth") -> None:
    """BRD-2: an approved script is word for word what its approver saw, and he did not write it."""
    for key, script in _live(truth, SCRIPT):
        if script["status"] == "approved":
            assert script.get("airable") is True, f"{key} was edited after its approval"
            assert script.get("approver") is None or script["approver"] != script.get("author"), f"{key}"
