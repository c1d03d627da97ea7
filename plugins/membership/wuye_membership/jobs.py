"""What the calendar does to members: points end, tiers are due, visits are planned. Each asks once a day at most."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from wuye.api import FollowUp, Job, Reader

from .entities import MEMBER, VISIT
from .entities.catalogue import EARNING

_EARNED = ", ".join(f"'{kind}'" for kind in EARNING)
_LOT = f"kind IN ({_EARNED}, 'correction') AND points > 0"


async def expire(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Name the day to members with points whose last day is over; the rule takes off what is left of them then."""
    today = now.date().isoformat()
    due = await reader.rows(
        "SELECT member FROM membership_entry WHERE site = {} AND NOT deleted GROUP BY member HAVING"
        f" SUM(CASE WHEN {_LOT} AND (expires_on IS NULL OR expires_on >= {{}}) THEN 0 ELSE points END) > 0"
        " ORDER BY member",
        site,
        today,
    )
    return [_update(str(row["member"]), today, {"expired_through": today}) for row in due]


async def rank(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Count what members earned in twelve months, returns taken off, and suggest the tier that follows.

    A return counts where its purchase does. The suggestion is empty where the member stands right.
    """
    since = _year_before(now.date()).isoformat()
    members = await reader.rows(
        "SELECT m.id, m.tier, m.points_year, m.suggested_tier, COALESCE(SUM(CASE"
        f" WHEN COALESCE(o.kind, e.kind) IN ({_EARNED}) AND COALESCE(o.booked_on, e.booked_on) > {{}} THEN e.points"
        " ELSE 0 END), 0) AS earned FROM membership_member m"
        " LEFT JOIN membership_entry e ON e.site = m.site AND e.member = m.id AND NOT e.deleted AND e.booked_on > {}"
        " LEFT JOIN membership_entry o ON o.site = e.site AND o.id = e.reverses"
        " WHERE m.site = {} AND NOT m.deleted AND m.status = 'active'"
        " GROUP BY m.id, m.tier, m.points_year, m.suggested_tier ORDER BY m.id",
        since,
        since,
        site,
    )
    tiers = await reader.rows(
        "SELECT id, earned_from, retired FROM membership_tier WHERE site = {} AND NOT deleted"
        " ORDER BY earned_from DESC, level DESC",
        site,
    )
    asked = []
    for member in members:
        earned = int(str(member["earned"]))
        fitting = next((tier["id"] for tier in tiers if _is_open(tier, earned)), None)
        suggested = None if fitting == member["tier"] else fitting
        if (earned, suggested) != (member["points_year"] or 0, member["suggested_tier"]):
            key = f"{now.date()}:{earned}:{suggested}"
            asked.append(_update(str(member["id"]), key, {"points_year": earned, "suggested_tier": suggested}))
    return asked


async def plan_visits(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Plan a return visit to VIPs who have waited for one, unless one is planned already (MEM-3)."""
    due = await reader.rows(
        "SELECT id, visit_by FROM membership_member m WHERE site = {} AND NOT deleted AND status = 'active'"
        " AND visit_by <= {} AND NOT EXISTS (SELECT 1 FROM membership_visit v WHERE v.site = m.site"
        " AND v.member = m.id AND NOT v.deleted AND v.status = 'planned') ORDER BY id",
        site,
        now.date().isoformat(),
    )
    return [
        FollowUp(
            key=f"{row['id']}:{row['visit_by']}",
            cause="",
            entity=VISIT.name,
            kind="create",
            set={"member": row["id"], "occasion": "return_visit", "planned_on": row["visit_by"]},
        )
        for row in due
    ]


def _is_open(tier: Mapping[str, object], earned: int) -> bool:
    return not tier["retired"] and int(str(tier["earned_from"])) <= earned


def _update(member: str, key: str, set_: dict[str, object]) -> FollowUp:
    return FollowUp(key=f"{member}:{key}", cause="", entity=MEMBER.name, kind="update", record=member, set=set_)


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


_DAILY = 6 * 3600
_UPDATE = (f"{MEMBER.name}.update",)

JOBS = (
    Job(id="membership.expire", every=_DAILY, run=expire, writes=_UPDATE),
    Job(id="membership.rank", every=_DAILY, run=rank, writes=_UPDATE),
    Job(id="membership.visits", every=_DAILY, run=plan_visits, writes=(f"{VISIT.name}.create",)),
)
