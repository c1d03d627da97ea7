"""Work by the clock: the days ahead are laid out as plays, so that a tablet without network has its list for days;
what nobody logged is missed; what nobody approved in time is overdue."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from wuye.api import FollowUp, Job, Reader, to_wire

from .entities.log import EMERGENCY, PLAY
from .reading import PlannedSlot, planned_slots, special_days

LAID_OUT = ("channel", "programme", "type", "script", "starts", "minutes", "language_order")
"""What a play takes from its slot: where it differs, the play is made anew."""
AT_ONCE = 500
"""Changes in one round, the nearest days first: nobody else writes at the site meanwhile."""


async def lay_out(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Make the plays of the days ahead, and withdraw those to come whose slot says otherwise now."""
    zone = reader.zone(site)
    today = now.astimezone(zone).date()
    last = today + timedelta(days=int(str(reader.setting(site, "broadcast_days_ahead"))))
    slots = await planned_slots(reader, site, running=True)
    special = await special_days(reader, site)
    versions = await _versions(reader, site)
    wanted = {
        (slot.id, day): _play(slot, day, at, versions)
        for slot in slots
        for day in slot.days(today, last, special)
        if (at := datetime.combine(day, time.fromisoformat(slot.starts), zone).astimezone(UTC)) > now
    }
    known = await _plays(reader, site, today)
    return [*islice(_changes(wanted, known, to_wire(now)), AT_ONCE)]


def _play(slot: PlannedSlot, day: date, at: datetime, versions: Mapping[str, str]) -> dict[str, object]:
    values = {
        "slot": slot.id,
        "channel": slot.channel,
        "programme": slot.programme,
        "type": slot.type,
        "script": slot.script,
        "version": versions.get(slot.script or ""),
        "day": day.isoformat(),
        "starts": slot.starts,
        "minutes": slot.minutes,
        "planned_at": to_wire(at),
        "language_order": slot.language_order,
        "planned_announcer": slot.announcer,
    }
    return {name: value for name, value in values.items() if value is not None}


def _changes(
    wanted: Mapping[tuple[str, date], Mapping[str, object]],
    known: Mapping[tuple[str, date], Sequence[Mapping[str, object]]],
    now: str,
) -> Iterator[FollowUp]:
    for key in sorted(wanted.keys() | known.keys(), key=lambda key: (key[1], key[0])):
        values, plays = wanted.get(key), known.get(key, ())
        live = next((play for play in plays if play["status"] != "withdrawn"), None)
        if live and live["status"] == "planned" and str(live["planned_at"]) > now:
            if values is None or any(live[name] != values.get(name) for name in LAID_OUT):
                yield _act(live, "withdraw")
                live = None
            elif live["planned_announcer"] != (announcer := values.get("planned_announcer")):
                yield _announced(live, announcer)
        if values and not live:
            slot, day = key
            # As many as were there before: so the same play is never made twice, and can be made again.
            yield FollowUp(key=f"{slot}:{day}:{len(plays)}", cause="", entity=PLAY.name, kind="create", set=values)


def _act(play: Mapping[str, object], act: str) -> FollowUp:
    return FollowUp(
        key=f"{play['id']}:{play['seq']}", cause="", entity=PLAY.name, kind="act", record=str(play["id"]), act=act
    )


def _announced(play: Mapping[str, object], announcer: object) -> FollowUp:
    return FollowUp(
        key=f"{play['id']}:{play['seq']}",
        cause="",
        entity=PLAY.name,
        kind="update",
        record=str(play["id"]),
        set={"planned_announcer": announcer},
    )


async def _plays(reader: Reader, site: str, today: date) -> dict[tuple[str, date], list[Mapping[str, object]]]:
    columns = ", ".join(("id", "seq", "slot", "day", "status", "planned_at", "planned_announcer", *LAID_OUT))
    rows = await reader.rows(
        f"SELECT {columns} FROM broadcast_play"
        " WHERE site = {} AND NOT deleted AND slot IS NOT NULL AND day >= {} ORDER BY id",
        site,
        today.isoformat(),
    )
    plays: dict[tuple[str, date], list[Mapping[str, object]]] = {}
    for row in rows:
        plays.setdefault((str(row["slot"]), date.fromisoformat(str(row["day"]))), []).append(row)
    return plays


async def _versions(reader: Reader, site: str) -> dict[str, str]:
    """Return the approved text of every script that may be aired."""
    rows = await reader.rows(
        "SELECT v.id, v.script FROM broadcast_version v JOIN broadcast_script s ON s.site = v.site AND s.id = v.script"
        " WHERE v.site = {} AND NOT v.deleted AND NOT s.deleted AND s.airable AND v.version = s.approved_version"
        " ORDER BY v.approved_at",
        site,
    )
    return {str(row["script"]): str(row["id"]) for row in rows}


async def miss(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Call missed what nobody logged; an announcer whose tablet was long without network may still log it."""
    hours = int(str(reader.setting(site, "broadcast_missed_hours")))
    rows = await reader.rows(
        "SELECT id, seq FROM broadcast_play"
        " WHERE site = {} AND NOT deleted AND status = 'planned' AND planned_at < {} ORDER BY id",
        site,
        to_wire(now - timedelta(hours=hours)),
    )
    return [_act(row, "miss") for row in rows]


async def flag_overdue(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Show which emergency announcements nobody has approved in time."""
    rows = await reader.rows(
        "SELECT id FROM broadcast_emergency"
        " WHERE site = {} AND NOT deleted AND status = 'aired' AND approve_by < {} ORDER BY id",
        site,
        to_wire(now),
    )
    return [
        FollowUp(
            key=str(row["id"]),
            cause="",
            entity=EMERGENCY.name,
            kind="act",
            record=str(row["id"]),
            act="mark_overdue",
        )
        for row in rows
    ]


JOBS = (
    Job(
        id="broadcast.lay_out",
        every=600,
        run=lay_out,
        writes=tuple(f"{PLAY.name}.{right}" for right in ("create", "update", "act.withdraw")),
    ),
    Job(id="broadcast.miss", every=1800, run=miss, writes=(f"{PLAY.name}.act.miss",)),
    Job(id="broadcast.overdue", every=600, run=flag_overdue, writes=(f"{EMERGENCY.name}.act.mark_overdue",)),
)
