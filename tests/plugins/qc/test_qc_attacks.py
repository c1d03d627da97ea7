"""Points, proofs and figures that somebody might help himself to, and what comes of it (QC-2, QC-5…9)."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.duties.company import ESTATE, Tablet
from tests.duties.stored import StoredCompany
from tests.plugins.qc.office import (
    ACCOUNT,
    BENEFIT,
    CAUSE,
    COUNTERMEASURE,
    DATA,
    EVALUATION,
    FORM,
    MEETING,
    REWARD,
    STANDARD,
    STEP,
    SUGGESTION,
    TOPIC,
    Source,
    registered_circle,
    registered_topic,
    staffed,
    steps,
    walk,
)

from wuye.protocol.wire import Op, Result


@pytest.fixture
def house(tmp_path: Path) -> Iterator[StoredCompany]:
    """An estate with QC on a database."""
    company = StoredCompany(tmp_path, Source())
    with company:
        staffed(company)
        company.person("boss", "site_chief")
        company.person("guard", "technician")
        yield company


@pytest.fixture
def topic(house: StoredCompany) -> str:
    """A registered topic of the circle of lead, wang and chen."""
    lead, office = house.tablet("lead"), house.tablet("office")
    return registered_topic(house, lead, office, registered_circle(house, lead, office))


def _push(company: StoredCompany, user: str, *ops: Op) -> list[Result]:
    """Push ops as written, in a request of somebody's own making."""
    world, id_ = company.house, company.user(user)
    return world.run(world.door.submit(id_, world.id(), world.estate, ops, world.now)).results


def _one(company: StoredCompany, user: str, entity: str, **values: object) -> Result:
    [result] = _push(company, user, company.house.op(entity, set=values))
    return result


def _stored(company: StoredCompany, entity: str, record: str) -> Mapping[str, object]:
    stored = company.house.record(entity, record)
    assert stored
    return stored.values


@pytest.mark.parametrize(
    "entity", [BENEFIT, CAUSE, COUNTERMEASURE, DATA, EVALUATION, MEETING, STANDARD, STEP, SUGGESTION, TOPIC]
)
def test_QC_2_what_is_missing_is_refused_not_held(house: StoredCompany, entity: str) -> None:
    assert _one(house, "office", entity).status == "rejected"
    if entity == DATA:
        assert _one(house, "office", entity, source="imported", paste="1;2").status == "rejected"


def test_QC_9_points_of_a_suggestion_come_at_completion_and_from_somebody_else(house: StoredCompany) -> None:
    guard, boss = house.tablet("guard"), house.tablet("boss")
    words = {"name": "門禁燈", "problem": "夜間看不清", "proposal": "加裝感應燈"}
    own = boss.create(ESTATE, SUGGESTION, words)
    boss.act(ESTATE, SUGGESTION, own, "adopt", set={"responsible": house.user("boss")})
    done = {"done_on": "2026-11-22", "outcome": "已裝", "points": 500}
    boss.act(ESTATE, SUGGESTION, own, "complete", set=done)
    assert boss.refused().message == "message.qc.own_points"
    other = guard.create(ESTATE, SUGGESTION, words)
    guard.deliver()
    guard.update(ESTATE, SUGGESTION, other, {"points": 90_000})
    assert guard.refused().message == "message.qc.points_at_completion"
    guard.update(ESTATE, SUGGESTION, other, {"proposer": house.user("wang")})
    assert guard.refused().message == "message.qc.proposer_stays"
    boss.sync()
    boss.act(ESTATE, SUGGESTION, other, "adopt", set={"responsible": house.user("boss")})
    boss.act(ESTATE, SUGGESTION, other, "complete", set=done)
    boss.deliver()
    assert _stored(house, ACCOUNT, house.user("guard"))["balance"] == 500


def test_QC_9_a_reward_is_undone_once_wholly_and_nobody_rewards_himself(house: StoredCompany, topic: str) -> None:
    wang = house.user("wang")
    award = house.house.op(REWARD, set={"account": wang, "kind": "award", "points": 100, "reason": "—"})
    assert [result.status for result in _push(house, "office", award)] == ["applied"]
    undo: dict[str, object] = {"kind": "reversal", "reason": "—", "reverses": award.record}
    for wrong in ({"account": wang, "points": 100}, {"account": house.user("chen"), "points": -100}):
        assert _one(house, "office", REWARD, **undo, **wrong).message == "message.qc.undoes_one"
    assert _one(house, "office", REWARD, **undo, account=wang, points=-100).status == "applied"
    assert _one(house, "office", REWARD, **undo, account=wang, points=-100).message == "message.qc.undoes_one"
    assert _stored(house, ACCOUNT, wang)["balance"] == 0
    mine = house.user("office")
    opened = house.house.op(ACCOUNT, record=mine, set={"user": mine, "balance": 777})
    assert [result.status for result in _push(house, "office", opened)] == ["applied"]
    assert _stored(house, ACCOUNT, mine)["balance"] == 0
    gift = {"account": mine, "kind": "award", "points": 100, "reason": "—"}
    assert _one(house, "office", REWARD, **gift).message == "message.qc.own_points"
    [closed] = _push(house, "office", house.house.op(ACCOUNT, "delete", wang))
    assert closed.message == "message.qc.account_is_kept"


def test_QC_5_no_import_confirms_a_benefit(house: StoredCompany, topic: str) -> None:
    claimed = {"topic": topic, "name": "節電", "computation": "—", "gain": 10**9}
    forged = {"status": "confirmed", "confirmed_by": house.user("purse")}
    assert _one(house, "office", BENEFIT, **claimed, **forged).message == "qc.benefit.constraint.finance_confirms"


def test_QC_7_nobody_judges_his_own_circle(house: StoredCompany, topic: str) -> None:
    form = house.house.op(
        FORM,
        set={
            "name": {"ru": "Форма"},
            "kind": "on_site",
            "family": "any",
            "edition": "1",
            "items": [{"item": "effect", "full": 100}],
        },
    )
    assert [result.status for result in _push(house, "office", form)] == ["applied"]
    visit = {"topic": topic, "form": form.record, "held_on": "2026-11-22"}
    judges = [house.user("judge.a"), house.user("wang")]
    assert _one(house, "office", EVALUATION, **visit, judges=judges).message == "message.qc.own_circle"
    fair = house.house.op(EVALUATION, set={**visit, "judges": judges[:1]})
    assert [result.status for result in _push(house, "office", fair)] == ["applied"]
    office: Tablet = house.tablet("office")
    office.update(ESTATE, EVALUATION, fair.record, {"judges": judges})
    assert office.refused().message == "message.qc.own_circle"


def test_QC_5_a_cause_is_not_its_own_cause(house: StoredCompany, topic: str) -> None:
    lead, wang = house.tablet("lead"), house.tablet("wang")
    one, two = (lead.create(ESTATE, CAUSE, {"topic": topic, "name": name}) for name in "AB")
    lead.deliver()
    wang.sync()
    lead.update(ESTATE, CAUSE, one, {"parent": two})
    wang.update(ESTATE, CAUSE, two, {"parent": one})
    lead.deliver()
    assert wang.refused().message == "message.qc.unfit_circle"


def test_QC_2_a_checked_step_that_is_rewritten_is_to_be_checked_again(house: StoredCompany, topic: str) -> None:
    lead, boss = house.tablet("lead"), house.tablet("boss")
    walk(lead, topic, str(steps(lead, topic)[0]["code"]))
    lead.deliver()
    boss.sync()
    [step] = (step.id for step in steps(boss, topic) if step["status"] == "done")
    boss.act(ESTATE, STEP, step, "check")
    boss.deliver()
    lead.sync()
    assert _stored(house, STEP, step)["checked_by"] == house.user("boss")
    lead.update(ESTATE, STEP, step, {"content": "另一種說法"})
    lead.deliver()
    assert "checked_by" not in _stored(house, STEP, step)


def test_QC_6_a_pasted_table_loses_nothing(house: StoredCompany, topic: str) -> None:
    sheet = {"topic": topic, "title": "—", "tool": "pareto", "source": "imported"}
    for paste in ("label;label\n電梯;漏水", "電" * 201 + ";3", "size\n" + "9" * 17):
        assert _one(house, "lead", DATA, **sheet, paste=paste).message == "message.qc.paste_unreadable"


def test_QC_6_nobody_reads_through_another_what_he_may_not_read_himself(house: StoredCompany, topic: str) -> None:
    wang, boss = house.tablet("wang"), house.tablet("boss")
    asked = {"topic": topic, "title": "投訴", "tool": "pareto", "source": "report", "report": "tickets.pareto"}
    data = boss.create(ESTATE, DATA, asked)
    boss.deliver()
    wang.sync()
    wang.update(ESTATE, DATA, data, {"report": "qc.points"})
    wang.deliver()
    boss.act(ESTATE, DATA, data, "freeze")  # of what he still sees
    boss.deliver()
    wang.update(ESTATE, DATA, data, {"report": "qc.topics"})
    assert wang.refused().message == "message.qc.frozen_stays"
    house.run_jobs()
    boss.sync()
    shown = _stored(house, DATA, data)
    assert (shown["status"], shown["failure"], shown.get("frozen")) == ("failed", "error.forbidden", None)
    boss.act(ESTATE, DATA, data, "freeze", set={"report": "qc.results"})
    boss.deliver()
    house.run_jobs()
    assert _stored(house, DATA, data)["status"] == "frozen"
