"""The posts of USR-1: what each may do, and which streams it reads. Deny by default.

A grant may narrow a post to a zone. Everybody who meets customers may take in a ticket, for whoever hears a
complaint passes it on (CMP-9).
"""

from wuye.api import Role


def _write(*entities: str) -> tuple[str, ...]:
    return tuple(f"{entity}.{verb}" for entity in entities for verb in ("create", "update"))


def _acts(entity: str, *acts: str) -> tuple[str, ...]:
    return tuple(f"{entity}.act.{act}" for act in acts)


HEAR = ("ticket.create", "ticket.event.create", *_acts("ticket", "escalate"))
WORK = (
    *HEAR,
    "ticket.update",
    *_acts("ticket", "accept", "wait", "resume", "finish", "send_back", "late_notice"),
)
DESK = (
    *WORK,
    *_acts(
        "ticket",
        "classify",
        "dispatch",
        "answer",
        "callback_ok",
        "reopen",
        "close",
        "cancel",
        "mark_duplicate",
    ),
)
FILES = (
    *_write("owner", "owner.private", "occupancy", "document"),
    *_acts("document", "stamp", "file", "lend", "take_back"),
    "consent.create",
    "consent.act.withdraw",
    "access.create",
)
# Where a consent is given it can be withdrawn as easily (PIPL 15).
COUNTER = (*DESK, *_write("owner"), "consent.create", "consent.act.withdraw", "access.create")
LEAD = (
    *DESK,
    *FILES,
    *_write("unit", "disclosure"),
    "consent.update",
    *_acts("disclosure", "submit", "deliver", "close"),
    "document.act.destroy",
    *_acts("review", "resolve", "admit"),
    "user.reset",
    "device.enrol",
)
MANAGE = (*LEAD, *_write("zone", "building"), "ticket.act.*", "disclosure.act.*", "document.act.*")
ALL_AT_SITE = (
    *MANAGE,
    "ticket.delete",
    "document.delete",
    "ticket.import",
    *(f"{entity}.import" for entity in ("zone", "building", "unit", "owner", "owner.private", "occupancy", "document")),
)

PLACE = ("places",)
TICKETS = (*PLACE, "tickets")
HOUSEHOLDS = (*TICKETS, "owners")
PRIVATE = (*HOUSEHOLDS, "owners.private")
WATCH = (*PRIVATE, "review", "review.private", "access")
ORGANISATION = ("directory", "people", "config")

ROLES = (
    # What everybody holds at the organisation who holds anything: his colleagues by name (USR-3).
    Role(id="member", rights=(), streams=("people",)),
    Role(id="cs_assistant", rights=(*DESK, *FILES), streams=PRIVATE),
    Role(id="private_butler", rights=(*DESK, *FILES), streams=PRIVATE),
    Role(id="front_desk", rights=COUNTER, streams=HOUSEHOLDS),
    Role(id="cs_supervisor", rights=LEAD, streams=WATCH),
    Role(id="cs_manager", rights=MANAGE, streams=WATCH),
    Role(id="site_chief", rights=MANAGE, streams=WATCH),
    Role(id="technician", rights=WORK, streams=TICKETS),
    Role(id="control_room", rights=(*WORK, *_acts("ticket", "dispatch")), streams=TICKETS),
    Role(id="finance", rights=(*HEAR, "access.create"), streams=HOUSEHOLDS),
    Role(id="engineering", rights=(*WORK, *_acts("ticket", "dispatch", "answer")), streams=TICKETS),
    Role(id="broadcaster", rights=HEAR, streams=TICKETS),
    Role(id="after_sales", rights=COUNTER, streams=HOUSEHOLDS),
    Role(id="hq_cs", rights=ALL_AT_SITE, streams=(*ORGANISATION, *WATCH)),
    Role(id="adviser", rights=("ticket.event.create",), streams=TICKETS),
    Role(id="auditor", rights=("access.create",), streams=(*ORGANISATION, *WATCH)),
    Role(id="admin", rights=("*",), streams=(*ORGANISATION, *WATCH)),
)
