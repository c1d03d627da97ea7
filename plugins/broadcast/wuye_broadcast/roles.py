"""Who may do what (USR-4): the announcer, the manager in charge, and what other posts gain."""

from wuye.api import Role

PLAN = ("broadcast",)
ALL = ("broadcast", "broadcast.log")


def _acts(entity: str, *acts: str) -> tuple[str, ...]:
    return tuple(f"broadcast.{entity}.act.{act}" for act in acts)


def _write(*entities: str) -> tuple[str, ...]:
    return tuple(f"broadcast.{entity}.{verb}" for entity in entities for verb in ("create", "update"))


WRITE = (*_write("script"), *_acts("script", "submit"))
ALARM = _write("emergency")
ANNOUNCE = (
    *WRITE,
    *ALARM,
    *_acts("script", "check", "return"),
    *_write("play", "sheet"),
    *_acts("play", "play", "cut", "skip"),
    *_acts("sheet", "draw_up"),
    *_write("equipment"),
    "broadcast.check.create",
    *_acts("equipment", "return_to_use"),
)
PLANNING = (
    *ANNOUNCE,
    *_write("programme", "day", "slot"),
    "broadcast.day.delete",
    *_acts("programme", "suspend", "retire", "revive"),
    *_acts("slot", "withdraw", "restore"),
    *_acts("script", "archive", "reopen"),
    *_acts("play", "undo"),
)

MANAGE = (
    *PLANNING,
    *_write("channel"),
    *_acts("channel", "close", "reopen"),
    *_acts("programme", "approve"),
    *_acts("script", "approve"),
    *_acts("emergency", "approve", "object"),
    *_acts("sheet", "approve"),
    *_acts("equipment", "break_down", "retire"),
)

ROLES = (
    Role(
        id="broadcast_manager",
        rights=(*MANAGE, "ticket.create", "ticket.event.create"),
        streams=(*ALL, "places", "tickets"),
    ),
    Role(id="broadcaster", rights=ANNOUNCE, streams=ALL),
    Role(id="cs_supervisor", rights=PLANNING, streams=ALL),
    *(Role(id=role, rights=MANAGE, streams=ALL) for role in ("cs_manager", "site_chief", "hq_cs", "admin")),
    Role(id="control_room", rights=ALARM, streams=PLAN),
    Role(id="front_desk", rights=WRITE, streams=PLAN),
    Role(id="after_sales", rights=WRITE, streams=PLAN),
    Role(id="engineering", rights=_acts("equipment", "break_down", "return_to_use"), streams=PLAN),
    Role(id="auditor", rights=(), streams=ALL),
)
