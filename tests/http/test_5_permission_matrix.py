"""Design §5: deny by default. All roles × all entities × all verbs, over HTTP, against an oracle that knows only the
roles' declarations."""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

import pytest
from tests.http.company import ESTATE, Company, Desk, Story, Tablet, name_of

from wuye.model.entity import Entity, Field
from wuye.model.registry import Registry

Play = Callable[[Story], None]

OF_THE_ORGANISATION = ("directory", "people", "config")
OTHER, JUDGE = name_of("sample", "user"), name_of("user", "sun.li")
OTHERWISE: Mapping[str, Mapping[str, object]] = {
    "role": {"id": "own_role"},
    "setting": {"name": "renovation_deposit", "value": "true"},
    "code": {"list": "ticket_tag", "value": "own"},
    "grant": {"role": "technician"},
    "document": {"unit": "@unit"},
    "access": {"subject": "a1"},
    "lostfound.claimant": {"phone": "+8613800138000"},
    "broadcast.emergency": {"zh": "請疏散"},
    "broadcast.sheet": {"starts_on": "2024-11-04"},
    "membership.rule": {"status": "approved", "valid_from": "2024-11-01"},
    "membership.member": {"status": "active"},
    "membership.entry": {"kind": "purchase", "gift": None, "fee_bill": None, "fee_total": None, "reverses": None},
    "qc.meeting": {"attendance": [{"user": OTHER, "presence": "present", "statement": "a"}]},
    "qc.round": {"half": "2024H2"},
    "qc.step": {"topic": "@qc.topic", "code": "target", "letter": "P", "position": 1, "loop": 0, "sequence": 1},
    "qc.programme": {"steps": [{"code": "topic_choice", "letter": "P"}, {"code": "effect_check", "letter": "C"}]},
    "qc.evaluation": {"judges": [JUDGE]},
    "qc.score": {"judge": JUDGE},
    "qc.score_form": {"items": [{"item": "topic_choice", "full": 100}]},
    "renovation.application": {
        "status": "working",
        "builder": "self",
        "works": [{"kind": "walls", "place": "bedroom"}],
        "starts_on": "2024-11-01",
        "ends_on": "2024-12-01",
        "documents": [
            {"kind": kind, "received": True, "check": "ok"}
            for kind in ("title_proof", "applicant_id", "renovation_plan")
        ],
    },
    "renovation.inspection": {"checklist": [{"item": "permit_posted", "result": "ok"}]},
    "renovation.violation": {"location": "a"},
}
"""Values that rules and constraints ask for beyond the fields' own declarations."""


PLAIN: Mapping[str, object] = {
    "text": "a1",
    "note": "a1",
    "phone": "+8613800138000",
    "boolean": True,
    "integer": 1,
    "money": 1,
    "decimal": "1",
    "date": "2024-11-01",
    "time": "08:00",
    "datetime": "2024-11-01T00:00:00.000Z",
    "localized": {"en": "a"},
}
"""A value of each type."""


class Sample:
    """Makes one record of every entity, from the declarations of its required fields."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.registry = company.installation.registry
        self.made: dict[str, str] = {}
        # An estate with all that there is.
        company.write("site", ESTATE, {"plugins": [{"id": plugin} for plugin in self.registry.plugins]}, kind="update")

    def site_of(self, entity: str) -> str:
        stream = self.registry.entities[entity].stream
        return self.company.org if stream in OF_THE_ORGANISATION else ESTATE

    def make(self, entity: str) -> str:
        if entity in self.made:
            return self.made[entity]
        if entity == "site":
            return self.made.setdefault("site", ESTATE)
        record = self.made[entity] = name_of("sample", entity)
        declared = self.registry.entities[entity]
        values = {f.name: self.value(f) for f in declared.fields if f.required and not f.readonly and not f.derive}
        for name, value in OTHERWISE.get(entity, {}).items():
            values[name] = self.make(value[1:]) if isinstance(value, str) and value[0] == "@" else value
        values = {name: value for name, value in values.items() if value is not None}
        self.company.write(entity, record, values, site=self.site_of(entity))
        return record

    def value(self, field: Field) -> object:
        if field.codes:
            return self.wrap(field, next(iter(self.registry.codes[field.codes].values)))
        if field.choices:
            return self.wrap(field, field.choices[0])
        if field.ref:
            return self.wrap(field, self.make(field.ref))
        if field.type == "rows":
            return [{inner.name: self.value(inner) for inner in field.fields if inner.required}]
        return PLAIN.get(field.type)

    @staticmethod
    def wrap(field: Field, value: object) -> object:
        return [value] if field.type in ("choices", "refs") else value


def probes(
    tablet: Tablet, entity: Entity, record: str, site: str, registry: Registry
) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every verb with an op that tries it."""
    yield "create", tablet.op("create", entity.name, name_of("new", entity.name), site=site)
    yield "update", tablet.op("update", entity.name, record, site=site)
    yield "delete", tablet.op("delete", entity.name, record, site=site)
    for act in registry.models[entity.name].transitions:
        yield f"act.{act}", tablet.op("act", entity.name, record, site=site, act=act)


async def push(tablet: Tablet, ops: list[dict[str, object]]) -> dict[str, dict[str, str]]:
    """Push in pieces; return op → result."""
    results = {}
    for start in range(0, len(ops), 400):
        said = (await tablet.sync(*ops[start : start + 400])).json()
        results.update({result["op"]: result for result in said["results"]})
    return results


ROLES = [
    "cs_assistant", "private_butler", "front_desk", "cs_supervisor", "cs_manager", "site_chief", "technician",
    "control_room", "finance", "engineering", "broadcaster", "after_sales", "hq_cs", "adviser", "auditor", "admin",
]  # fmt: skip


def test_USR_1_every_post_is_walked(company: Company) -> None:
    assert set(ROLES) <= set(company.installation.registry.roles)


@pytest.mark.parametrize("everywhere", [False, True], ids=["at_a_site", "everywhere"])
@pytest.mark.parametrize("role", ROLES)
def test_USR_1_a_post_may_what_its_declaration_says_and_nothing_else(
    play: Play, company: Company, role: str, *, everywhere: bool
) -> None:
    registry = company.installation.registry
    declared = registry.roles[role]
    at = company.org if everywhere else ESTATE
    company.hire("somebody", role, at)
    sample = Sample(company)
    entities = [e for e in registry.entities.values() if not e.name.startswith("review")]
    for entity in entities:
        sample.make(entity.name)

    def granted(entity: str) -> bool:
        return everywhere or sample.site_of(entity) == ESTATE

    def readable(entity: Entity) -> bool:
        member = entity.stream in registry.roles["member"].streams
        return (granted(entity.name) and entity.stream in declared.streams) or member

    def may(right: str, entity: str) -> bool:
        return granted(entity) and any(fnmatchcase(right, pattern) for pattern in declared.rights)

    async def story(desk: Desk) -> None:
        tablet = await desk.at_work("somebody")
        held = await tablet.read_all()
        expected: dict[str, tuple[str, set[str | None]]] = {}
        ops: list[dict[str, object]] = []
        for entity in entities:
            site, record = sample.site_of(entity.name), sample.made[entity.name]
            reads = readable(entity)
            assert ((entity.name, record) in held) is reads, entity.name
            page = await tablet.get(f"/sites/{site}/{entity.name}", limit="1")
            one = await tablet.get(f"/sites/{site}/{entity.name}/{record}")
            assert (page.status_code, one.status_code) == ((200, 200) if reads else (403, 403)), entity.name
            fixed = entity.append_only or entity.account is not None
            for verb, op in probes(tablet, entity, record, site, registry):
                right = f"{entity.name}.{verb}"
                # Beside a poisoned op of its group, a permitted op leaves no trace: the code is "group".
                poison = {**tablet.op("create", entity.name, "poison", site=site), "group": op["op"]}
                if verb == "create":
                    codes = {"group", "invalid"} if may(right, entity.name) else {"forbidden"}
                elif fixed and reads:
                    codes = {"invalid"}
                elif not reads:
                    codes = {"unknown_record", "group"}
                else:
                    codes = (
                        {"group", "stale_transition", "invalid", "rule"} if may(right, entity.name) else {"forbidden"}
                    )
                expected[str(op["op"])] = (right, codes)  # type: ignore[assignment]
                ops += [{**op, "group": op["op"]}, poison]
        results = await push(tablet, ops)
        wrong = {
            right: (results[op]["status"], results[op].get("code"), results[op].get("message"))
            for op, (right, codes) in expected.items()
            if results[op]["status"] not in ("rejected", "held") or results[op].get("code") not in codes
        }
        assert wrong == {}

    play(story)
