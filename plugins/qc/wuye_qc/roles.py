"""Who may do what: circles and their leaders, the registrar in the general office, judges, and finance.

Nothing here feeds an appraisal: results stay with the topic, points with a person's own account (QC-9).
"""

from wuye.api import Role


def _write(*entities: str) -> tuple[str, ...]:
    return tuple(f"qc.{entity}.{verb}" for entity in entities for verb in ("create", "update"))


def _acts(entity: str, *acts: str) -> tuple[str, ...]:
    return tuple(f"qc.{entity}.act.{act}" for act in acts)


SEE = ("qc",)
SEE_ALL = ("qc", "qc.rewards")
SUGGEST = _write("suggestion")
WORK = (
    *SUGGEST,
    *_write("circle", "topic", "data", "cause", "countermeasure", "benefit", "standard", "round"),
    "qc.step.update",
    *_acts("step", "start", "finish"),
    *_acts("topic", "report"),
    "qc.meeting.create",
    "qc.cause.delete",
    "qc.data.delete",
    *_acts("data", "freeze"),
    *_acts("countermeasure", "start", "succeed", "fail", "revise"),
    *_acts("benefit", "submit"),
    *_acts("notice", "explain"),
    *_acts("round", "submit"),
)
LEAD = (
    *WORK,
    *_acts("step", "check", "send_back"),
    *_acts("topic", "loop_back", "abandon"),
    *_acts("circle", "suspend", "resume"),
)
DECIDE = _acts("suggestion", "adopt", "decline", "begin", "complete")

ROLES = (
    Role(id="qc_member", rights=WORK, streams=("places", *SEE)),
    Role(id="qc_leader", rights=LEAD, streams=("places", *SEE)),
    Role(id="qc_registrar", rights=("qc.*",), streams=("places", *SEE_ALL)),
    Role(id="qc_judge", rights=("qc.score.update", *_acts("score", "submit")), streams=("places", *SEE)),
    # Granted with a person's own id as key: he sees his own account and nobody else's.
    Role(id="qc_account_holder", rights=(), streams=("qc.rewards",)),
    Role(id="finance", rights=_acts("benefit", "confirm", "send_back"), streams=SEE),
    *(
        Role(id=role, rights=SUGGEST, streams=SEE)
        for role in ("cs_assistant", "front_desk", "technician", "control_room", "engineering", "after_sales")
    ),
    *(Role(id=role, rights=(*LEAD, *DECIDE), streams=SEE) for role in ("cs_supervisor", "cs_manager")),
    Role(id="site_chief", rights=(*LEAD, *DECIDE), streams=SEE_ALL),
    *(Role(id=role, rights=("qc.*",), streams=SEE_ALL) for role in ("hq_cs", "admin")),
    Role(id="auditor", rights=(), streams=SEE_ALL),
)
