"""What the plugin declares holds without a server: papers and approvals from the works, prohibitions by article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.duties.company import ESTATE, Tablet
from tests.plugins.renovation.estate import (
    APPLICATION,
    BATHROOM,
    ENTERPRISE,
    FLOOR,
    SIGNED,
    Estate,
    required,
    see,
)

from wuye_client import InvalidEntry
from wuye_client.expressions import compile_expression
from wuye_renovation.entities import APPLICATION as DECLARED
from wuye_renovation.entities.works import FLAGS, IMPLIED

ALWAYS = {"title_proof", "applicant_id", "renovation_plan"}
PAPERS = {
    "structure": {"design_scheme"},
    "load": {"design_scheme"},
    "facade": {"approval_planning"},
    "heating": {"approval_heating"},
    "gas": {"approval_gas"},
    "waterproof": {"waterproof_plan"},
    "wet_room": {"waterproof_plan"},
}
DESIGNED = {"designer": "省建築設計院", "designer_kind": "original"}
SETTINGS: dict[str, object] = {"renovation_extra_documents": [], "renovation_hours": "8–18"}

works = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["floor", "walls", "other"]), "place": st.just("bathroom")},
        optional=dict.fromkeys(FLAGS, st.booleans()),
    ),
    max_size=12,
)


def derived(record: dict[str, object]) -> dict[str, object]:
    """Return a record with its derived fields, as every client computes them."""
    for field in DECLARED.fields:
        if field.derive:
            record[field.name] = compile_expression(field.derive).evaluate({**record, "settings": SETTINGS})
    return record


@given(works, st.sampled_from(["owner", "tenant"]), st.sampled_from(["enterprise", "self"]))
def test_REN_2_papers_follow_from_the_works_and_from_nothing_else(
    rows: list[dict[str, object]], kind: str, builder: str
) -> None:
    record = derived({"status": "draft", "works": rows, "applicant_kind": kind, "builder": builder})
    touched = {flag for row in rows for flag in IMPLIED if row.get(flag)}
    expected = ALWAYS.union(*(PAPERS[flag] for flag in touched))
    expected |= {"owner_consent"} if kind == "tenant" else set()
    expected |= {"contractor_qualification"} if builder == "enterprise" else set()
    asked = record["required_documents"]
    assert isinstance(asked, list)
    assert (set(asked), len(asked)) == (expected, len(expected))
    assert record["missing_documents"] == record["unchecked_documents"] == asked


@given(works, st.sets(st.sampled_from(sorted(ALWAYS | {"waterproof_plan", "approval_gas", "other"}))))
def test_REN_2_what_was_received_is_missing_no_more(rows: list[dict[str, object]], brought: set[str]) -> None:
    documents = [{"kind": kind, "received": True} for kind in brought]
    record = derived({"status": "draft", "works": rows, "documents": documents, "builder": "self"})
    asked, missing, unchecked = (record[f"{which}_documents"] for which in ("required", "missing", "unchecked"))
    assert isinstance(asked, list)
    assert missing == [kind for kind in asked if kind not in brought]
    assert unchecked == asked


def test_REN_2_a_tablet_without_network_knows_papers_and_approvals_while_the_works_are_entered(
    estate: Estate, desk: Tablet
) -> None:
    estate.set(renovation_extra_documents=["liability_letter"])
    desk.sync()
    application = estate.apply(desk, {"kind": "gas", "place": "kitchen"}, BATHROOM, applicant_kind="tenant")
    shown = see(desk, application)
    assert (shown["features"], shown["approvals"]) == (["gas", "waterproof"], ["gas_company"])
    wanted = {"approval_gas", "waterproof_plan", "owner_consent", "contractor_qualification", "liability_letter"}
    assert set(required(desk, application)) == ALWAYS | wanted
    assert str(shown["device_number"]).startswith("ZXSQ-")
    desk.update(ESTATE, APPLICATION, application, {"works": [FLOOR], "applicant_kind": "owner"})
    assert set(required(desk, application)) == ALWAYS | {"contractor_qualification", "liability_letter"}
    before = required(desk, application)
    desk.deliver()
    assert required(desk, application) == before  # the server computes the same


@pytest.mark.parametrize(
    ("article", "word", "work", "more"),
    [
        ("article_5_1", "第五条第（一）项", {"kind": "structural_change", "place": "living_room"}, {}),
        ("article_5_1", "第五条第（一）项", {"kind": "other", "place": "hall", "structure": True}, {}),
        ("article_5_2", "第五条第（二）项", {"kind": "room_to_wet_room", "place": "balcony"}, {}),
        ("article_5_2", "第五条第（二）项", {"kind": "kitchen", "place": "balcony"}, {}),
        ("article_5_2", "第五条第（二）项", {"kind": "other", "place": "bedroom", "wet_room": True}, {}),
        ("article_5_3", "第五条第（三）项", {"kind": "enlarge_opening", "place": "living_room"}, DESIGNED),
        ("article_5_3", "第五条第（三）项", {"kind": "remove_balcony_wall", "place": "balcony"}, {}),
        ("article_5_4", "第五条第（四）项", {"kind": "windows", "place": "bedroom", "energy": True}, {}),
        ("article_5_5", "第五条第（五）项", {"kind": "endanger", "place": "basement"}, {}),
        ("article_7", "第七条", {"kind": "mezzanine", "place": "living_room"}, {}),
        ("article_9", "第九条", {"kind": "heating", "place": "bedroom"}, {"builder": "craftsmen"}),
    ],
)
def test_REN_1_what_is_prohibited_is_refused_on_the_spot_and_the_article_named(
    estate: Estate, desk: Tablet, article: str, word: str, work: dict[str, object], more: dict[str, object]
) -> None:
    application = estate.apply(desk, FLOOR, work, **more)  # written down, so that it can be talked about
    with pytest.raises(InvalidEntry) as told:
        desk.act(ESTATE, APPLICATION, application, "submit")
    [message] = {text for text in told.value.messages("zh-Hans").values() if word in text}
    assert message == desk.manifest.texts[f"{APPLICATION}.constraint.{article}"]["zh-Hans"]
    desk.deliver()
    assert see(desk, application)["status"] == "draft"


def test_REN_1_with_design_and_enterprise_structure_and_load_may_be_applied_for(estate: Estate, desk: Tablet) -> None:
    rows = {"kind": "structural_change", "place": "living_room", "load": True}
    application = estate.apply(desk, rows, **ENTERPRISE, **DESIGNED)
    desk.act(ESTATE, APPLICATION, application, "submit", set={"applicant_signature": SIGNED})
    desk.deliver()
    assert see(desk, application)["status"] == "submitted"
    assert "design_scheme" in required(desk, application)


def test_REN_1_the_server_refuses_prohibited_works_as_the_tablet_does(estate: Estate, desk: Tablet) -> None:
    application = estate.apply(desk)
    desk.act(ESTATE, APPLICATION, application, "submit")
    with pytest.raises(InvalidEntry):
        desk.update(ESTATE, APPLICATION, application, {"works": [{"kind": "endanger", "place": "roof"}]})
    desk.deliver()
    house = estate.company.house
    robot = house.replica(estate.company.user("boss"))
    works_ = {"works": [FLOOR, {"kind": "endanger", "place": "roof"}]}
    op = house.op(APPLICATION, "update", application, set=works_, was={"works": [FLOOR]})
    [result] = robot.push(op)
    assert (result.status, result.message) == ("rejected", f"{APPLICATION}.constraint.article_5_5")
