"""Watchdogs: a meeting each month, a reason for half a year of idleness, a project round each half-year; templates.

Each round of a job asks for all that is due by now; what was asked before has the same key and changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from wuye.api import FollowUp, Job, Reader

from .codes import EDITION, SETTINGS
from .entities.circles import CIRCLE
from .entities.evaluations import SCORE_FORM
from .entities.owed import NOTICE, ROUND
from .entities.topics import PROGRAMME
from .programmes import PROGRAMMES, SCORE_FORMS, steps_of

LOOK_BACK = 12
"""Months before this one that are looked at; a server may have been off for a while."""
Row = Mapping[str, object]


async def watch(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Ask for notices about what circles owe, and withdraw nothing: a meeting settles its notices by itself."""
    today = _today(reader, site, now)
    settings = _settings(reader, site)
    circles = await reader.rows(
        "SELECT id, status, registered_on, renew_by, suspended_on, resume_by, last_activity, idle FROM qc_circle"
        " WHERE site = {} AND NOT deleted AND status IN ('registered', 'active', 'suspended') ORDER BY id",
        site,
    )
    held = await reader.rows("SELECT circle, held_on FROM qc_meeting WHERE site = {} AND NOT deleted", site)
    met = {(str(row["circle"]), str(row["held_on"])[:7]) for row in held}
    notices = await reader.rows(
        "SELECT id, circle, kind, month, status FROM qc_notice WHERE site = {} AND NOT deleted", site
    )
    asked: list[FollowUp] = []
    for circle in circles:
        if circle["status"] != "suspended":
            asked += _months(circle, today, settings, met, notices)
            asked += _idle(circle, today, settings)
        asked += _expired(circle, today)
    return asked


def _months(
    circle: Row, today: date, settings: Mapping[str, int], met: set[tuple[str, str]], notices: Sequence[Row]
) -> Iterator[FollowUp]:
    id_, this = str(circle["id"]), f"{today:%Y-%m}"
    # The month of registration is the first that counts, when half of it is left.
    registered = date.fromisoformat(str(circle["registered_on"] or today))
    first = _month_after(registered, 0 if registered.day <= 15 else 1)
    known = {row["month"]: row for row in notices if row["circle"] == id_ and row["kind"] == "month"}
    for back in range(LOOK_BACK, -1, -1):
        start = _month_after(today, -back)
        month, end = f"{start:%Y-%m}", _month_after(start, 1) - timedelta(days=1)
        if start < first or (id_, month) in met or (month == this and today.day < settings["qc_warn_day"]):
            continue
        notice = known.get(month)
        if notice is None:
            # Acts on it follow in the next round, when it has an id.
            set_ = {"circle": id_, "kind": "month", "month": month, "due": end.isoformat()}
            yield _create(NOTICE.name, f"{id_}:{month}", set_)
        elif month < this and notice["status"] in ("due", "urgent"):
            yield _act(NOTICE.name, str(notice["id"]), "miss")
        elif notice["status"] == "due" and today.day >= settings["qc_urge_day"]:
            yield _act(NOTICE.name, str(notice["id"]), "urge")


def _idle(circle: Row, today: date, settings: Mapping[str, int]) -> Iterator[FollowUp]:
    last = str(circle["last_activity"] or circle["registered_on"] or today)
    limit = _add_months(date.fromisoformat(last), settings["qc_idle_months"])
    if limit <= today and not circle["idle"]:
        id_ = str(circle["id"])
        yield FollowUp(key=f"{id_}:{last}", cause="", entity=CIRCLE.name, kind="update", record=id_, set={"idle": True})
        yield _create(NOTICE.name, f"{id_}:idle:{last}", {"circle": id_, "kind": "idle", "due": limit.isoformat()})


def _expired(circle: Row, today: date) -> Iterator[FollowUp]:
    """Ask about a suspension beyond its months, and a registration that is over."""
    for kind, field in (("suspension", "resume_by"), ("renewal", "renew_by")):
        due = circle[field]
        if due and str(due) < today.isoformat() and (kind == "renewal" or circle["status"] == "suspended"):
            set_ = {"circle": circle["id"], "kind": kind, "due": due}
            yield _create(NOTICE.name, f"{circle['id']}:{kind}:{due}", set_)


async def open_rounds(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Open the half-yearly project round of every active circle (QC-8)."""
    today = _today(reader, site, now)
    half = f"{today.year}H{1 if today.month <= 6 else 2}"
    due = date(today.year, 6, 30) if today.month <= 6 else date(today.year, 12, 31)
    circles = await reader.rows(
        "SELECT id FROM qc_circle WHERE site = {} AND NOT deleted AND status = 'active' AND id NOT IN"
        " (SELECT circle FROM qc_round WHERE site = {} AND half = {} AND NOT deleted) ORDER BY id",
        site,
        site,
        half,
    )
    return [
        _create(ROUND.name, f"{row['id']}:{half}", {"circle": row["id"], "half": half, "due": due.isoformat()})
        for row in circles
    ]


async def lay_out_templates(reader: Reader, site: str, _now: datetime) -> Sequence[FollowUp]:
    """Put the step programmes and score forms where the office can edit them; what it changed or deleted stays so."""
    known = await reader.rows("SELECT programme FROM qc_programme WHERE site = {} AND edition = {}", site, EDITION)
    forms = await reader.rows("SELECT kind, family FROM qc_score_form WHERE site = {} AND edition = {}", site, EDITION)
    missing = PROGRAMMES.keys() - {row["programme"] for row in known}
    have = {(row["kind"], row["family"]) for row in forms}
    return [
        *(
            _create(
                PROGRAMME.name,
                f"{programme}:{EDITION}",
                {"programme": programme, "edition": EDITION, "steps": steps_of(programme)},
            )
            for programme in PROGRAMMES
            if programme in missing
        ),
        *(
            _create(SCORE_FORM.name, f"{form['kind']}:{form['family']}:{EDITION}", form)
            for form in SCORE_FORMS
            if (form["kind"], form["family"]) not in have
        ),
    ]


def _create(entity: str, key: str, set_: Mapping[str, object]) -> FollowUp:
    return FollowUp(key=key, cause="", entity=entity, kind="create", set=set_)


def _act(entity: str, record: str, act: str) -> FollowUp:
    return FollowUp(key=f"{record}:{act}", cause="", entity=entity, kind="act", record=record, act=act)


def _today(reader: Reader, site: str, now: datetime) -> date:
    return now.astimezone(reader.zone(site)).date()


def _settings(reader: Reader, site: str) -> dict[str, int]:
    return {setting.field.name: int(str(reader.setting(site, setting.field.name))) for setting in SETTINGS}


def _month_after(day: date, months: int) -> date:
    """Return the first day of a month so many months away."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _add_months(day: date, months: int) -> date:
    first = _month_after(day, months)
    last = _month_after(first, 1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


HOUR = 3600

JOBS = (
    Job(
        id="qc.watch",
        every=6 * HOUR,
        run=watch,
        writes=("qc.notice.create", "qc.notice.act.urge", "qc.notice.act.miss", "qc.circle.update"),
    ),
    Job(id="qc.rounds", every=24 * HOUR, run=open_rounds, writes=("qc.round.create",)),
    Job(
        id="qc.templates",
        every=24 * HOUR,
        run=lay_out_templates,
        writes=("qc.programme.create", "qc.score_form.create"),
    ),
)
