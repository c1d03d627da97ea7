"""A company whose estate has QC circles: a circle's leader and members, the general office, judges, finance."""

from collections.abc import Mapping

from tests.duties.company import ESTATE, Company, Tablet

from wuye_client import Record

CIRCLE, MEETING, NOTICE, ROUND = "qc.circle", "qc.meeting", "qc.notice", "qc.round"
TOPIC, STEP, PROGRAMME, DATA = "qc.topic", "qc.step", "qc.programme", "qc.data"
CAUSE, COUNTERMEASURE, BENEFIT, STANDARD = "qc.cause", "qc.countermeasure", "qc.benefit", "qc.standard"
FORM, EVALUATION, SCORE = "qc.score_form", "qc.evaluation", "qc.score"
ACCOUNT, REWARD, SUGGESTION = "qc.staff_account", "qc.reward", "qc.suggestion"
Values = Mapping[str, object]

CAST = {
    "lead": "qc_leader",
    "wang": "qc_member",
    "chen": "qc_member",
    "office": "qc_registrar",
    "judge.a": "qc_judge",
    "judge.b": "qc_judge",
    "purse": "finance",
}
REASON = "投訴月均 34 件，高於年度要求 20 件"
TARGET = {"name": "月均投訴", "measure": "件", "better": "lower", "baseline": "34", "value": "20", "due": "2027-06-30"}


class Source:
    """Where the plugin comes from."""

    name = "qc"

    def load(self) -> object:
        """Return the module with the hooks."""
        from wuye_qc import plugin

        return plugin


def staffed(company: Company) -> Company:
    """Switch QC on at the estate and employ the cast."""
    house = company.house
    on = {"plugins": [{"id": "qc"}]}
    house.write(house.org, house.op("site", "update", house.estate, site=house.org, set=on))
    for name, role in CAST.items():
        company.person(name, role)
    return company


def members(company: Company, *names: str) -> list[dict[str, object]]:
    """Return the rows of members; the first leads."""
    duties = ["leader", *["member"] * len(names)]
    return [{"user": company.user(name), "duty": duty} for name, duty in zip(names, duties, strict=False)]


def apply_for_circle(company: Company, tablet: Tablet, **more: object) -> str:
    """Apply for a circle of three."""
    values = {
        "name": "春雨小組",
        "kind": "service",
        "departments": ["customer_service", "engineering"],
        "scope": "cross_team",
        "leader": company.user("lead"),
        "founded_on": "2026-11-02",
        "members": members(company, "lead", "wang", "chen"),
    }
    return tablet.create(ESTATE, CIRCLE, {**values, **more})


def registered_circle(company: Company, lead: Tablet, office: Tablet) -> str:
    """Return a circle that the general office has registered."""
    circle = apply_for_circle(company, lead)
    lead.deliver()
    office.sync()
    office.act(ESTATE, CIRCLE, circle, "register", set={"registered_on": "2026-11-03"})
    office.deliver()
    lead.sync()
    return circle


def registered_topic(company: Company, lead: Tablet, office: Tablet, circle: str, **more: object) -> str:
    """Return a topic whose steps are laid out on both tablets."""
    values = {
        "name": "降低電梯投訴率",
        "circle": circle,
        "kind": "service",
        "source": "self_chosen",
        "reason": REASON,
        "planned_start": "2026-11-03",
        "planned_end": "2027-02-10",
        "crux": "電梯投訴多",
    }
    topic = lead.create(ESTATE, TOPIC, {**values, **more})
    lead.deliver()
    office.sync()
    office.act(ESTATE, TOPIC, topic, "register", set={"registered_on": "2026-11-05"})
    office.deliver()
    lead.sync()
    return topic


def steps(tablet: Tablet, topic: str) -> list[Record]:
    """Return a topic's steps in order."""
    return tablet.query(STEP, where={"topic": topic}, order="sequence")


def walk(tablet: Tablet, topic: str, *codes: str) -> None:
    """Start and finish the open steps of these codes, with evidence."""
    for code in codes:
        step = next(s.id for s in steps(tablet, topic) if s["code"] == code and s["status"] != "done")
        tablet.act(ESTATE, STEP, step, "start", set={"started_on": "2026-11-10"})
        done = {"done_on": "2026-11-12", "content": f"完成 {code}", "originals": "綜合部檔案櫃 B-3"}
        tablet.act(ESTATE, STEP, step, "finish", set=done)


def meeting(company: Company, tablet: Tablet, circle: str, held_on: str = "2026-11-20", **more: object) -> str:
    """Record a meeting in which two spoke and one is not listed."""
    attendance = [
        {"user": company.user("lead"), "presence": "present", "statement": "先看投訴數據"},
        {"user": company.user("wang"), "presence": "present", "statement": "晚高峰最多"},
    ]
    values = {
        "circle": circle,
        "held_on": held_on,
        "place": "三樓會議室",
        "subject": "現狀調查",
        "attendance": attendance,
        "decisions": "按樓棟分層統計",
    }
    return tablet.create(ESTATE, MEETING, {**values, **more})
