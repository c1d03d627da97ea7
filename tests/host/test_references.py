"""Names in descriptors lead somewhere: a plugin whose freezing, reports or calendars do not is told what to mend."""

from collections.abc import Mapping, Sequence

import msgspec
import pytest

from wuye.api import Calendar, Entity, Event, Field, Freeze, Reader, Report, State, Table, Transition, Workflow
from wuye.host import Manifests
from wuye.model.catalogue import LANGUAGES, missing
from wuye.model.plugin import CodeList, Contribution, PluginInfo
from wuye.model.registry import BadPlugin, Registry

FREEZE = Freeze(
    act="ask", done="fill", failed="fail", report="report", into="data", args={"kind": "kind"}, site="place"
)
FLOW = Workflow(
    initial="new",
    states=(State("new"), State("asked"), State("filled"), State("failed")),
    transitions=(
        Transition(act="ask", from_=("new",), to="asked"),
        Transition(act="fill", from_=("asked",), to="filled"),
        Transition(act="fail", from_=("asked",), to="failed"),
        Transition(act="again", from_=("filled",), to="asked"),
        Transition(act="reset", from_=("asked",), to="new"),
    ),
)
FIELDS = (
    Field(name="report", type="choice", codes="report"),
    Field(name="kind"),
    Field(name="data", type="value", readonly=True),
    Field(name="plain", type="value"),
    Field(name="place", type="ref", ref="site"),
    Field(name="other", type="ref", ref="thing"),
)
SITE = Entity(name="site", stream="sites", title="", fields=())


async def no_rows(_reader: Reader, _site: str, _args: Mapping[str, object]) -> Table:
    """Answer nothing."""
    return Table(columns=("a",), rows=[])


async def no_events(_reader: Reader, _site: str) -> Sequence[Event]:
    """Answer nothing."""
    return ()


def thing(freeze: Freeze | None = FREEZE) -> Entity:
    """Return an entity that freezes."""
    return Entity(name="thing", stream="things", title="", fields=FIELDS, workflow=FLOW, freeze=freeze)


def core(**more: object) -> Contribution:
    """Return what core brings, with one report."""
    return Contribution(
        info=PluginInfo(id="core", version="1", api=1, package="none"),
        **{
            "catalogues": {},
            "entities": (SITE, thing()),
            "reports": (Report(id="r.one", entities=("thing",), query=no_rows),),
            **more,
        },  # type: ignore[arg-type]
    )


def test_what_fits_is_taken() -> None:
    registry = Registry([core()])
    assert registry.origin == {"report.r.one": "core"}
    assert registry.entities["thing"].freeze == FREEZE


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"act": "nothing"}, "no act nothing"),
        ({"done": "nothing"}, "no act nothing"),
        ({"failed": "nothing"}, "no act nothing"),
        ({"done": "again"}, "lead elsewhere"),
        ({"act": "reset"}, "act fill must be legal after reset"),
        ({"report": "nothing"}, "no field nothing"),
        ({"into": "nothing"}, "no field nothing"),
        ({"into": "plain"}, "readonly"),
        ({"into": "kind"}, "type value"),
        ({"args": {"kind": "nothing"}}, "no field nothing"),
        ({"site": "nothing"}, "no field nothing"),
        ({"site": "other"}, "name a site"),
    ],
)
def test_freezing_names_acts_and_fields_that_there_are(changed: dict[str, object], fault: str) -> None:
    with pytest.raises(BadPlugin, match=fault):
        Registry([core(entities=(SITE, thing(msgspec.structs.replace(FREEZE, **changed))))])


def test_what_a_reference_is_offered_among_names_sites() -> None:
    place = (Field(name="at", type="refs", ref="site"), Field(name="kind"))
    user = Entity(name="user", stream="people", title="", fields=place)

    def offered(**field: str) -> Registry:
        job = Entity(name="job", stream="things", title="", fields=(Field(name="who", **field),))  # type: ignore[arg-type]
        return Registry([core(entities=(SITE, thing(), user, job))])

    assert offered(type="ref", ref="user", among="at").entities["job"].field("who").among == "at"
    for wrong in ({"ref": "user", "among": "kind"}, {"ref": "user", "among": "nothing"}, {"among": "at"}):
        with pytest.raises(BadPlugin, match=r"job\.who is offered among"):
            offered(**{"type": "ref" if "ref" in wrong else "text", **wrong})


def test_whose_job_an_act_is_says_a_field_that_names_users() -> None:
    user = Entity(name="user", stream="people", title="", fields=())
    people = (Field(name="who", type="refs", ref="user"), Field(name="kind"))

    def done_by(field: str) -> Registry:
        step = Transition(act="ask", from_=("new",), to="asked", doer=field)
        flow = Workflow(initial="new", states=FLOW.states, transitions=(step,))
        job = Entity(name="job", stream="things", title="", fields=people, workflow=flow)
        return Registry([core(entities=(SITE, thing(), user, job))])

    assert done_by("who").entities["job"].workflow
    for field in ("kind", "nothing"):
        with pytest.raises(BadPlugin, match=f"ask is done by {field}"):
            done_by(field)


def test_reports_and_calendars_read_entities_that_there_are() -> None:
    with pytest.raises(BadPlugin, match="report r reads the unknown entity nothing"):
        Registry([core(reports=(Report(id="r", entities=("nothing",), query=no_rows),))])
    with pytest.raises(BadPlugin, match="calendar c reads the unknown entity nothing"):
        Registry([core(calendars=(Calendar(id="c", entities=("nothing",), query=no_events),))])
    field = Field(name="kind", type="choice", codes="nothing")
    with pytest.raises(BadPlugin, match="report r uses the unknown list nothing"):
        Registry([core(reports=(Report(id="r", entities=("thing",), query=no_rows, args=(field,)),))])
    with pytest.raises(BadPlugin, match="report r needs another name for lang"):
        Registry([core(reports=(Report(id="r", entities=("thing",), query=no_rows, args=(Field(name="lang"),)),))])


def test_reports_parameters_and_calendars_need_their_texts() -> None:
    args = (Field(name="kind", type="choice", choices=("a", "b")), Field(name="list", type="choice", codes="l"))
    contribution = core(
        entities=(),
        codes=(CodeList(id="l", values={}),),
        reports=(Report(id="r", entities=(), query=no_rows, args=args),),
        calendars=(Calendar(id="c", entities=(), query=no_events),),
    )
    keys = {
        "plugin.core",
        "report.r",
        "report.r.kind",
        "report.r.kind.a",
        "report.r.kind.b",
        "report.r.list",
        "calendar.c",
    }
    assert set(missing(contribution)) == {f"{language}: {key}" for language in LANGUAGES for key in keys}


def test_a_field_that_names_a_report_shows_its_title() -> None:
    texts = {language: {"report.r.one": f"One {language}"} for language in LANGUAGES}
    manifests = Manifests(Registry([core(catalogues=texts)]))
    [described] = manifests._codes["report"]
    assert (described.value, described.label["ru"]) == ("r.one", "One ru")
