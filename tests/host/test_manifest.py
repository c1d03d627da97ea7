"""The manifest holds what a client needs, and nothing of what its user may not see (protocol §7)."""

import json
from collections.abc import Mapping, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wuye_client.manifest as client
from wuye.api import (
    Account,
    BucketKey,
    Child,
    CodeList,
    Constraint,
    Deadline,
    Entity,
    Extends,
    Field,
    NumberRule,
    PluginInfo,
    Role,
    Section,
    Setting,
    State,
    Transition,
    Views,
    Workflow,
)
from wuye.host import Manifests, Scope, scope_of
from wuye.model.plugin import Contribution
from wuye.model.registry import Registry
from wuye.protocol.manifest import Code, Post, Site, User
from wuye.sync.directory import Directory
from wuye.sync.rows import Stored

LANGUAGES = ("zh-Hant", "zh-Hans", "ru", "en")


def text(key: str) -> dict[str, str]:
    return {language: f"{key} in {language}" for language in LANGUAGES}


def catalogues(*keys: str) -> dict[str, dict[str, str]]:
    return {language: {key: text(key)[language] for key in keys} for language in LANGUAGES}


def flow() -> Workflow:
    return Workflow(
        initial="open",
        states=(State("open"), State("done", final=True, tone="good")),
        transitions=(
            Transition(act="finish", from_=("open",), to="done", form=("kind",), needs=("kind",), online=True),
            Transition(act="reopen", from_=("done",), to="open", confirm=True, reason=True),
        ),
    )


RICH = Entity(
    name="job",
    stream="jobs",
    title="{number} {kind}",
    icon="tool",
    version=3,
    keys=(BucketKey(field="zone"),),
    workflow=flow(),
    number=NumberRule(field="number", device_field="device_number", prefix="J", by="kind", prefixes={"a": "A"}),
    unique=(("number",),),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40),
        Field(name="kind", type="choice", choices=("a", "b"), required=True, default="a", short=True),
        Field(name="zone", type="ref", ref="job", when="kind == 'a'"),
        Field(
            name="works",
            type="rows",
            fields=(Field(name="hours", type="decimal", min=0, measure="h", help=True),),
        ),
        Field(name="tags", type="choices", codes="tag", merge="union"),
        Field(name="total", type="integer", derive="count(works)"),
        Field(name="done", type="boolean", default=False, private=True),
        Field(name="points", type="integer", readonly=True),
    ),
    constraints=(Constraint(name="sane", expr="total >= 0", fields=("works",)),),
    views=Views(
        columns=("number", "kind"),
        filters=("status", "zone"),
        sort=("-number",),
        group="zone",
        sections=(Section("main", ("kind", "works")),),
        short=("kind",),
    ),
    deadlines=(Deadline(name="reply", policy="fast", start="number", stop="done"),),
    children=(Child("job", "zone"),),
)
SECRET = Entity(name="job.private", fields=(Field(name="phone"),), stream="jobs.private", title="", private=True)
BASE = Entity(name="base", fields=(Field(name="kind", type="choice", codes="tag"),), stream="jobs.base", title="")
EXTRA = Entity(name="more.job", fields=(Field(name="n"),), stream="more", title="", extends=Extends("base", ("c",)))
POINTS = Entity(
    name="more.points",
    stream="more.points",
    title="",
    append_only=True,
    fields=(Field(name="member", type="ref", ref="job"), Field(name="amount", type="integer")),
    account=Account(owner="member", amount="amount", balance="points", offline_cap="cap", overdraft="amount > -5"),
)
REGISTRY = Registry(
    [
        Contribution(
            info=PluginInfo(id="core", version="1", api=1, package="core"),
            catalogues=catalogues("error.gone", "message.hello", "role.desk", "plugin.core", "job.label", "job.other"),
            entities=(RICH, SECRET, BASE),
            codes=(CodeList(id="tag", values={"red": None, "dark": "red"}),),
            settings=(
                Setting(field=Field(name="days", type="integer", default=7)),
                Setting(field=Field(name="key", private=True)),
                Setting(field=Field(name="hold", type="integer", default=1), scope="installation"),
            ),
            roles=(Role(id="desk", rights=("job.*", "more.*"), streams=("jobs", "more")),),
        ),
        Contribution(
            info=PluginInfo(id="more", version="1", api=1, package="more"),
            catalogues=catalogues("plugin.more"),
            entities=(EXTRA, POINTS),
            codes=(CodeList(id="more_kind", values={"x": None}),),
            settings=(Setting(field=Field(name="cap", type="integer", default=50)),),
        ),
    ]
)
MANIFESTS = Manifests(REGISTRY)


def site(id_: str, *plugins: str, **settings: object) -> Site:
    return Site(
        id=id_,
        code=id_.upper(),
        name=id_,
        type="mall",
        timezone="UTC",
        plugins=("core", *plugins),
        settings=settings,
    )


def scope(
    sites: Sequence[Site],
    rights: Mapping[str, Mapping[str, Sequence[str]]],
    codes: Mapping[str, Sequence[Code]] | None = None,
) -> Scope:
    user = User(id="u", username="wang", name="王", locale="zh-Hans", roles=[Post(role="desk", site="s")])
    return Scope(server="1", epoch="e", user=user, sites=sites, rights=rights, codes=codes or {})


def built(*args: object) -> dict[str, object]:
    return json.loads(MANIFESTS.build(scope(*args)).body)  # type: ignore[arg-type,no-any-return]


def test_protocol_7_an_entity_has_the_shape_of_the_protocol() -> None:
    described = built([site("s")], {"s": {"job": ["read", "create"]}})["entities"]["job"]  # type: ignore[index]
    key = dict.fromkeys(LANGUAGES, "job.section.main")  # a text that is missing shows its key

    def label(name: str) -> dict[str, str]:
        return dict.fromkeys(key, name)

    assert described == {
        "plugin": "core",
        "version": 3,
        "label": text("job.label"),
        "plural": label("job.plural"),
        "icon": "tool",
        "stream": "jobs",
        "title": "{number} {kind}",
        "fields": [
            {
                "name": "status",
                "label": label("job.status"),
                "type": "choice",
                "readonly": True,
                "choices": [
                    {"value": "open", "label": label("job.status.open")},
                    {"value": "done", "label": label("job.status.done")},
                ],
            },
            {
                "name": "number",
                "label": label("job.number"),
                "type": "text",
                "readonly": True,
                "search": True,
            },
            {"name": "device_number", "label": label("job.device_number"), "type": "text", "max": 40},
            {
                "name": "kind",
                "label": label("job.kind"),
                "type": "choice",
                "required": True,
                "default": "a",
                "short": label("job.kind.short"),
                "choices": [
                    {"value": "a", "label": label("job.kind.a")},
                    {"value": "b", "label": label("job.kind.b")},
                ],
            },
            {"name": "zone", "label": label("job.zone"), "type": "ref", "ref": "job", "when": "kind == 'a'"},
            {
                "name": "works",
                "label": label("job.works"),
                "type": "rows",
                "fields": [
                    {
                        "name": "hours",
                        "label": label("job.works.hours"),
                        "type": "decimal",
                        "min": 0,
                        "measure": "h",
                        "help": label("job.works.hours.help"),
                    }
                ],
            },
            {"name": "tags", "label": label("job.tags"), "type": "choices", "codes": "tag", "merge": "union"},
            {"name": "total", "label": label("job.total"), "type": "integer", "derive": "count(works)"},
            {
                "name": "done",
                "label": label("job.done"),
                "type": "boolean",
                "default": False,
                "private": True,
            },
            {"name": "points", "label": label("job.points"), "type": "integer", "readonly": True},
        ],
        "constraints": [{"expr": "total >= 0", "message": label("job.constraint.sane"), "fields": ["works"]}],
        "unique": [["number"]],
        "number": {
            "field": "number",
            "device_field": "device_number",
            "prefix": "J",
            "by": "kind",
            "prefixes": {"a": "A"},
        },
        "workflow": {
            "field": "status",
            "initial": "open",
            "states": [
                {"name": "open", "label": label("job.status.open"), "tone": "info"},
                {"name": "done", "label": label("job.status.done"), "final": True, "tone": "good"},
            ],
            "transitions": [
                {
                    "act": "finish",
                    "label": label("job.act.finish"),
                    "from": ["open"],
                    "to": "done",
                    "form": ["kind"],
                    "needs": ["kind"],
                    "online": True,
                },
                {
                    "act": "reopen",
                    "label": label("job.act.reopen"),
                    "from": ["done"],
                    "to": "open",
                    "confirm": label("job.act.reopen.confirm"),
                    "reason": True,
                },
            ],
        },
        "views": {
            "list": {
                "columns": ["number", "kind"],
                "filters": ["status", "zone"],
                "sort": ["-number"],
                "group": "zone",
                "keys": [["status", "number"], ["zone", "number"]],
            },
            "form": {"sections": [{"label": key, "fields": ["kind", "works"]}], "short": ["kind"]},
            "detail": {"sections": [{"label": key, "fields": ["kind", "works"]}]},
        },
        "deadlines": [
            {
                "name": "reply",
                "label": label("job.deadline.reply"),
                "policy": "fast",
                "start": "number",
                "stop": "done",
            }
        ],
        "children": [{"entity": "job", "field": "zone", "label": label("job.child.job.zone")}],
        "rights": {"s": ["read", "create"]},
    }


def test_protocol_7_the_whole_has_the_keys_of_the_protocol() -> None:
    manifest = built([site("s", days=3)], {"s": {"job": ["read"]}})
    assert list(manifest) == [
        "hash", "server", "epoch", "user", "sites", "calendars", "policies", "limits",
        "entities", "codes", "texts",
    ]  # fmt: skip
    assert manifest["user"] == {
        "id": "u", "username": "wang", "name": "王", "locale": "zh-Hans",
        "roles": [{"role": "desk", "site": "s"}],
    }  # fmt: skip
    assert manifest["sites"] == [
        {"id": "s", "code": "S", "name": "s", "type": "mall", "timezone": "UTC", "plugins": ["core"],
         "settings": {"days": 3}},
    ]  # fmt: skip
    assert manifest["texts"] == {
        **{key: text(key) for key in ("error.gone", "message.hello", "plugin.core", "plugin.more", "role.desk")},
        "job.constraint.sane": dict.fromkeys(LANGUAGES, "job.constraint.sane"),
    }


def test_protocol_7_accounts_and_extensions_have_the_shape_of_the_protocol() -> None:
    entities = built([site("s", "more")], {"s": {"more.points": ["create"], "more.job": ["read"]}})["entities"]
    assert entities["more.points"]["account"] == {  # type: ignore[index]
        "owner": "member", "amount": "amount", "balance": "points", "floor": 0, "offline_cap": "cap",
        "overdraft": "amount > -5",
    }  # fmt: skip
    assert entities["more.job"]["extends"] == {"entity": "base", "kinds": ["c"]}  # type: ignore[index]


def test_protocol_7_settings_are_those_of_the_plugins_on_there_and_never_secret() -> None:
    sites = built([site("s", key="secret"), site("t", "more", days=1)], {})["sites"]
    assert [entry["settings"] for entry in sites] == [{"days": 7}, {"days": 1, "cap": 50}]  # type: ignore[attr-defined]


def test_protocol_7_a_company_adds_renames_and_retires_codes() -> None:
    own = [Code(value="red", label={"en": "Crimson"}, retired=True), Code(value="blue", label={"en": "Blue"})]
    manifest = built([site("s")], {}, {"tag": own, "more_kind": own})
    assert manifest["codes"]["role"] == [{"value": "desk", "label": text("role.desk")}]  # type: ignore[index]
    assert {name: codes for name, codes in manifest["codes"].items() if name != "role"} == {  # type: ignore[attr-defined]
        "report": [],
        "plugin": [{"value": "more", "label": text("plugin.more")}],
        "tag": [
            {"value": "red", "label": {"en": "Crimson"}, "retired": True},
            {"value": "dark", "label": dict.fromkeys(LANGUAGES, "code.tag.dark"), "parent": "red"},
            {"value": "c", "label": dict.fromkeys(LANGUAGES, "code.tag.c")},
            {"value": "blue", "label": {"en": "Blue"}},
        ],
    }


ENTITIES = st.sampled_from(sorted(REGISTRY.entities))
VERBS = st.lists(st.sampled_from(["read", "create", "act.finish"]), unique=True)


@given(
    st.lists(st.sets(st.just("more")), max_size=3),
    st.lists(st.dictionaries(ENTITIES, VERBS), min_size=3, max_size=3),
)
def test_protocol_7_only_what_is_on_and_granted_somewhere_is_told(
    plugins: list[set[str]], granted: list[dict[str, list[str]]]
) -> None:
    sites = [site(f"s{n}", *on) for n, on in enumerate(plugins)]
    rights = {f"s{n}": verbs for n, verbs in enumerate(granted)}
    manifest = built(sites, rights)
    told = {
        (name, where): verbs
        for name, entity in manifest["entities"].items()  # type: ignore[attr-defined]
        for where, verbs in entity["rights"].items()
    }
    on = {s.id: s.plugins for s in sites}
    assert told == {
        (name, where): verbs
        for where, by_name in rights.items()
        for name, verbs in by_name.items()
        if verbs and REGISTRY.plugin_of[name] in on.get(where, ())
    }
    assert all(entity["rights"] for entity in manifest["entities"].values())  # type: ignore[attr-defined]
    assert set(manifest["codes"]) == {  # type: ignore[call-overload]
        name
        for name, plugin in (*((own, "core") for own in ("role", "report", "plugin", "tag")), ("more_kind", "more"))
        if any(plugin in p for p in on.values())
    }


def test_protocol_7_the_hash_follows_the_content() -> None:
    one = scope([site("s")], {"s": {"job": ["read"]}})
    first, again = MANIFESTS.build(one), Manifests(REGISTRY).build(one)
    assert first == again
    assert json.loads(first.body)["hash"] == first.hash
    for other in (
        scope([site("s")], {"s": {"job": ["read", "create"]}}),
        scope([site("s", days=8)], {"s": {"job": ["read"]}}),
        msgspec.structs.replace(one, epoch="f"),
        msgspec.structs.replace(one, limits={"photo_side": 1}),
    ):
        assert MANIFESTS.build(other).hash != first.hash


def test_protocol_7_the_python_client_reads_it() -> None:
    body = MANIFESTS.build(scope([site("s", "more")], {"s": {name: ["read"] for name in REGISTRY.entities}})).body
    read = client.decode(body)
    assert read.entities.keys() == REGISTRY.entities.keys()
    assert read.entities["job"].allows("s", "read")


def stored(entity: str, id_: str, **values: object) -> Stored:
    return Stored(
        entity=entity, id=id_, seq=1, deleted=False, values=values, buckets=(),
        created_at="2026-01-01T00:00:00.000Z", created_by="a",
        updated_at="2026-01-01T00:00:00.000Z", updated_by="a",
    )  # fmt: skip


@pytest.fixture
def directory() -> Directory:
    plugins_off: list[object] = []
    return Directory(
        REGISTRY,
        "org",
        [
            stored("site", "org", code="ORG", name="Org", type="organisation"),
            stored("site", "north", code="N", name="North", type="mall", timezone="Asia/Shanghai", calendar="c"),
            stored("site", "south", code="S", name="South", type="mall", plugins=plugins_off),
            stored("user", "u", username="wang", name="王", locale="zh-Hans"),
            stored("grant", "g1", user="u", role="desk", site="north", starts="2026-01-01T00:00:00.000Z"),
            stored("grant", "g2", user="u", role="desk", site="south", key="z", starts="2026-01-01T00:00:00.000Z"),
            stored("grant", "g3", user="u", role="gone", site="south", ends="2026-01-02T00:00:00.000Z"),
            stored("setting", "s1", name="days", site="north", value="30"),
            stored("setting", "s2", name="days", value="20"),
            stored("calendar", "c", name="Office"),
            stored("code", "k", list="tag", value="blue", label={"en": "Blue"}, parent="red"),
        ],
    )


NOW = 1_790_000_000_000


def test_design_5_the_scope_tells_rights_and_values_in_force(directory: Directory) -> None:
    found = scope_of(directory, "u", NOW, server="1.0", epoch="e", policies={})
    assert found.user.roles == [Post(role="desk", site="north"), Post(role="desk", site="south", key="z")]
    by_code = {entry.code: entry for entry in found.sites}
    assert list(by_code["N"].plugins) == ["core", "more"]
    assert list(by_code["S"].plugins) == ["core"]
    assert (by_code["N"].calendar, by_code["S"].calendar) == ("c", None)
    assert (by_code["N"].settings["days"], by_code["S"].settings["days"]) == (30, 20)
    acts = ["act.finish", "act.reopen"]
    verbs = ["create", "update", "delete", "import"]
    assert found.rights["north"]["job"] == ["read", *verbs, *acts]
    assert found.rights["north"]["job.private"] == verbs  # the role writes it, but does not read its stream
    assert found.rights["north"]["more.job"] == ["read", *verbs]
    assert found.rights["south"]["more.job"] == []
    assert found.codes == {"tag": [Code(value="blue", label={"en": "Blue"}, parent="red")]}
    assert found.calendars == {"c": {"name": "Office"}}
    assert json.loads(MANIFESTS.build(found).body)["entities"]["job"]["rights"].keys() == {"north", "south"}
