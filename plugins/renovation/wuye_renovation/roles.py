"""Who does what: the desk takes in, the inspector walks, those in charge decide, finance books, the guard looks."""

from wuye.api import Role

SEE = ("renovation", "renovation.rules")
SEE_ALL = (*SEE, "renovation.private")


def _write(*entities: str) -> tuple[str, ...]:
    return tuple(f"renovation.{entity}.{verb}" for entity in entities for verb in ("create", "update"))


def _acts(entity: str, *acts: str) -> tuple[str, ...]:
    return tuple(f"renovation.{entity}.act.{act}" for act in acts)


LOOK = (
    "renovation.inspection.create",
    *_write("violation"),
    *_acts("violation", "tell_to_stop", "correct", "note_damage", "refuse"),
    *_acts("permit", "post"),
)
INSPECT = (
    *LOOK,
    "renovation.application.update",
    *_acts("application", "start_work", "stop", "report_completion", "inspect"),
    *_acts("violation", "verify", "send_back"),
    *_acts("pass", "give_back", "report_lost"),
)
TAKE_IN = (
    *LOOK,
    *_write("application", "agreement", "pass", "worker"),
    *_acts(
        "application",
        "submit",
        "ask_documents",
        "bring_documents",
        "review",
        "revise",
        "issue_permit",
        "start_work",
        "report_completion",
    ),
    *_acts("agreement", "sign"),
    *_acts("pass", "renew", "give_back", "report_lost"),
)
EXAMINE = (*INSPECT, *_acts("application", "review", "approve", "reject", "demand_correction"))
BOOK = ("renovation.deposit.create",)
LEAD = ("renovation.*.create", "renovation.*.update", "renovation.*.act.*")

ROLES = (
    Role(id="renovation_inspector", rights=INSPECT, streams=(*SEE, "places")),
    *(Role(id=role, rights=TAKE_IN, streams=SEE_ALL) for role in ("front_desk", "cs_assistant", "private_butler")),
    *(Role(id=role, rights=LOOK, streams=SEE) for role in ("technician", "control_room")),
    Role(id="engineering", rights=EXAMINE, streams=SEE),
    Role(id="finance", rights=BOOK, streams=SEE),
    *(Role(id=role, rights=LEAD, streams=SEE_ALL) for role in ("cs_supervisor", "cs_manager", "site_chief")),
    # Who may import or delete is at headquarters.
    *(Role(id=role, rights=("renovation.*",), streams=SEE_ALL) for role in ("hq_cs", "admin")),
    Role(id="auditor", rights=(), streams=SEE_ALL),
)
