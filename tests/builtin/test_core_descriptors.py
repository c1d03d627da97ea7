"""What the core declares holds together: streams, views, workflows, roles, policies."""

import re
from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

import msgspec
import pytest

from wuye.builtin import plugin, policies
from wuye.builtin.roles import ROLES
from wuye.kernel.worktime import Policy, WorkCalendar, deadline
from wuye.model.entity import Entity, Workflow
from wuye.model.registry import META_FIELDS, Registry

ENTITIES = {entity.name: entity for entity in plugin.wuye_entities()}
WITH_WORKFLOW = [entity for entity in ENTITIES.values() if entity.workflow]
POSTS = (
    "cs_assistant private_butler front_desk cs_supervisor cs_manager site_chief technician control_room finance "
    "engineering broadcaster after_sales hq_cs adviser auditor admin"
)


def test_protocol_7_names_every_core_entity() -> None:
    named = (
        "site zone building unit owner owner.private occupancy consent document access disclosure ticket ticket.event "
        "user role grant device review review.private code calendar setting"
    )
    assert set(ENTITIES) == set(named.split())


def test_streams_of_personal_data_can_be_narrowed(registry: Registry) -> None:
    streams = registry.streams
    assert {name for name, stream in streams.items() if stream.keyed} == {
        "tickets",
        "owners",
        "owners.private",
        "access",
        "review",
    }
    assert set(streams["directory"].entities) == {"site", "role", "grant", "device"}
    assert set(streams["people"].entities) == {"user"}
    assert set(streams["config"].entities) == {"code", "calendar", "setting"}
    assert set(streams["places"].entities) == {"zone", "building", "unit"}
    assert set(streams["owners"].entities) == {"owner", "occupancy", "document", "consent"}


def test_OWN_7_private_data_lie_in_a_stream_of_their_own() -> None:
    assert [entity.name for entity in ENTITIES.values() if entity.stream == "owners.private"] == ["owner.private"]
    assert ENTITIES["owner.private"].private
    for entity in ENTITIES.values():
        assert entity.private or not any(field.private for field in entity.fields)


def _named_in_views(entity: Entity) -> Iterable[str]:
    views = entity.views
    yield from (*views.columns, *views.filters, *views.short, *(name.removeprefix("-") for name in views.sort))
    yield from (name for section in views.sections for name in section.fields)
    yield from re.findall(r"\{(\w+)\}", entity.title)
    if views.group:
        yield views.group
    for clock in entity.deadlines:
        yield from (clock.start, clock.stop)
    for constraint in entity.constraints:
        yield from constraint.fields
    for unique in entity.unique:
        yield from unique


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
def test_views_titles_and_keys_name_fields_that_exist(entity: Entity) -> None:
    fields = {field.name: field for field in entity.fields}
    assert len(fields) == len(entity.fields)
    known = fields.keys() | META_FIELDS | ({entity.workflow.field} if entity.workflow else set())
    assert set(_named_in_views(entity)) <= known
    for key in entity.keys:
        assert fields[key.field].ref == key.of
        if key.via:
            source = ENTITIES[str(fields[key.via].ref)].field(key.source or key.field)
            assert (source.type, source.ref) == (fields[key.field].type, key.of)


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
def test_what_must_be_filled_in_is_on_the_form(entity: Entity) -> None:
    shown = {name for section in entity.views.sections for name in section.fields}
    must = {field.name for field in entity.fields if field.required and not field.readonly}
    assert must <= shown or not entity.views.sections
    for child in entity.children:
        assert ENTITIES[child.entity].field(child.field).ref == entity.name


def _reach(workflow: Workflow, start: str) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        state = todo.pop()
        steps = {step.to for step in workflow.transitions if state in step.from_} - seen
        seen |= steps
        todo += steps
    return seen


@pytest.mark.parametrize("entity", WITH_WORKFLOW, ids=lambda entity: entity.name)
def test_every_state_is_reached_and_every_open_one_can_be_ended(entity: Entity) -> None:
    workflow = entity.workflow
    assert workflow is not None
    names = {state.name for state in workflow.states}
    final = {state.name for state in workflow.states if state.final}
    assert _reach(workflow, workflow.initial) == names
    assert all(_reach(workflow, state) & final for state in names)
    fields = {field.name for field in entity.fields}
    for step in workflow.transitions:
        assert {*step.from_, step.to} <= names
        assert {*step.form, *step.needs} <= fields
        assert set(step.needs) <= set(step.form)


@pytest.mark.parametrize("entity", WITH_WORKFLOW, ids=lambda entity: entity.name)
def test_an_act_is_never_ambiguous(entity: Entity) -> None:
    assert entity.workflow is not None
    steps = [(step.act, state) for step in entity.workflow.transitions for state in step.from_]
    assert len(steps) == len(set(steps))


def test_a_worker_can_finish_a_ticket_straight_from_intake() -> None:
    workflow = ENTITIES["ticket"].workflow
    assert workflow is not None
    state = workflow.initial
    for act in ("dispatch", "accept", "finish", "close"):
        state = next(step.to for step in workflow.transitions if step.act == act and state in step.from_)
    assert state == "closed"


def _rights(registry: Registry) -> set[str]:
    verbs = {f"{name}.{verb}" for name in ENTITIES for verb in ("create", "update", "delete", "import")}
    verbs |= {f"{name}.{power}" for name, entity in registry.entities.items() for power in entity.powers}
    return verbs | {f"{name}.act.{act}" for name, model in registry.models.items() for act in model.transitions}


def test_USR_1_every_post_has_a_role() -> None:
    assert [role.id for role in ROLES] == ["member", *POSTS.split()]


def test_roles_name_rights_and_streams_that_exist(registry: Registry) -> None:
    rights = _rights(registry)
    for role in ROLES:
        assert set(role.streams) <= registry.streams.keys()
        assert [right for right in role.rights if not any(fnmatchcase(known, right) for known in rights)] == []


def _holders(registry: Registry, right: str) -> set[str]:
    assert right in _rights(registry)
    return {role.id for role in ROLES if any(fnmatchcase(right, pattern) for pattern in role.rights)}


def test_rights_are_denied_by_default(registry: Registry) -> None:
    assert _holders(registry, "user.create") == {"admin"}
    assert _holders(registry, "grant.create") == {"admin"}
    assert _holders(registry, "ticket.import") == {"admin", "hq_cs"}
    assert _holders(registry, "owner.import") == {"admin", "hq_cs"}
    deciders = {"cs_manager", "site_chief", "hq_cs", "admin"}
    assert _holders(registry, "disclosure.act.approve") == deciders
    assert _holders(registry, "ticket.act.leave_open") == deciders
    assert _holders(registry, "review.act.resolve") == {*deciders, "cs_supervisor"}


def test_OWN_7_an_auditor_reads_all_and_writes_nothing_but_his_own_look_ups(registry: Registry) -> None:
    auditor = next(role for role in ROLES if role.id == "auditor")
    assert auditor.rights == ("access.create",)
    assert set(auditor.streams) == registry.streams.keys()


def test_OWN_7_whoever_reads_private_data_can_log_that_he_did(registry: Registry) -> None:
    private = {entity.stream for entity in registry.entities.values() if entity.private}
    readers = {role.id for role in ROLES if private & set(role.streams)}
    assert readers <= _holders(registry, "access.create")
    assert len(readers) > 5


def test_CMP_9_whoever_hears_a_complaint_can_pass_it_on(registry: Registry) -> None:
    assert _holders(registry, "ticket.create") == set(POSTS.split()) - {"adviser", "auditor"}


def test_OWN_7_private_data_are_for_few() -> None:
    readers = {role.id for role in ROLES if "owners.private" in role.streams}
    assert readers.isdisjoint({"technician", "control_room", "broadcaster", "front_desk", "finance", "adviser"})
    assert {role.id for role in ROLES if "directory" in role.streams} == {"admin", "auditor", "hq_cs"}


def test_TKT_8_deadlines_follow_policies() -> None:
    assert {clock.policy for clock in ENTITIES["ticket"].deadlines} <= policies.POLICIES.keys()
    states = {state.name for state in ENTITIES["ticket"].workflow.states}  # type: ignore[union-attr]
    for policy in policies.POLICIES.values():
        assert set(policy.get("pause", ())) <= states  # type: ignore[call-overload]


OFFICE = WorkCalendar(
    timezone="Asia/Shanghai",
    weekly=(*((("08:30", "12:00"), ("13:30", "18:00")),) * 5, (), ()),
    known_through="2026-12-31",
)
"""Monday 2026-11-23 to Friday in November 2026: ordinary weeks."""


@pytest.mark.parametrize(
    ("policy", "start", "due"),
    [
        ("complaint_relay", "2026-11-23T10:00", "2026-11-23T10:30"),
        ("complaint_relay", "2026-11-23T12:10", "2026-11-23T12:40"),
        ("complaint_relay", "2026-11-23T19:00", "2026-11-24T09:30"),
        ("complaint_relay", "2026-11-28T10:00", "2026-11-30T09:30"),
        ("complaint_same_day", "2026-11-23T09:00", "2026-11-23T18:00"),
        ("complaint_reply", "2026-11-27T17:00", "2026-11-28T17:00"),
        ("inquiry_answer", "2026-11-23T11:00", "2026-11-23T13:00"),
        ("adviser_answer", "2026-11-23T11:00", "2026-11-24T11:00"),
        ("contact_change", "2026-11-27T11:00", "2026-11-30T18:00"),
        ("quiet_week", "2026-11-23T11:00", "2026-11-30T11:00"),
        ("agreed", "2026-11-23T11:00", "2026-11-23T11:00"),
    ],
)
def test_TKT_8_the_clocks_of_the_sources(policy: str, start: str, due: str) -> None:
    clock = msgspec.convert(policies.POLICIES[policy]["clock"], Policy)
    assert deadline(clock, OFFICE, _local(start)).at == _local(due)


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
