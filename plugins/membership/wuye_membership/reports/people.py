"""Whom to greet: only members who have agreed to it and do not ask to be left alone (MEM-3, PIPL 13)."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from wuye.api import Field, Reader, Report, Table

from ..consents import agreed
from .points import today_of

Row = Mapping[str, object]
LEAVE_ALONE = "do_not_call"
_SQL = (
    "SELECT m.owner, m.card_number, m.tier, m.vip, COALESCE(m.language, o.language) AS language, o.tags,"
    " p.phone, p.birth_date FROM membership_member m JOIN owner o ON o.site = m.site AND o.id = m.owner"
    " LEFT JOIN owner_private p ON p.site = m.site AND p.owner = m.owner AND NOT p.deleted"
    " WHERE m.site = {} AND NOT m.deleted AND NOT o.deleted AND m.status = 'active' ORDER BY m.card_number"
)
_READS = ("membership.member", "owner", "owner.private", "consent")
_WHO = (
    "membership.member.owner",
    "membership.member.card_number",
    "membership.member.tier",
    "membership.member.language",
)


class Guest(NamedTuple):
    """A member who may be greeted, as the lists show him."""

    owner: object
    card_number: object
    tier: object
    language: object
    phone: object
    birth_date: str
    vip: bool


async def birthdays(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List who has a birthday in a month, by day; the year of birth is nobody's business here."""
    month = args.get("month") or today_of(args).month
    guests = [guest for guest in await _guests(reader, site, "care") if guest.birth_date[5:7] == f"{month:02d}"]
    return Table(
        columns=("report.membership.birthdays.day", *_WHO, "owner.private.phone"),
        rows=_lines(sorted(guests, key=lambda guest: guest.birth_date[8:]), lambda guest: [guest.birth_date[5:]]),
    )


async def festival(reader: Reader, site: str, args: Mapping[str, object]) -> Table:
    """List whom to wish well or invite, by language; narrowed to a language, a tier or VIPs where asked."""
    purpose = str(args.get("purpose") or "care")
    wanted = {name: args[name] for name in ("language", "tier") if args.get(name)}
    guests = [
        guest
        for guest in await _guests(reader, site, purpose)
        if all(getattr(guest, name) == value for name, value in wanted.items()) and (guest.vip or not args.get("vip"))
    ]
    return Table(
        columns=(*_WHO, "owner.private.phone"),
        rows=_lines(sorted(guests, key=lambda guest: str(guest.language or ""))),
    )


def _lines(guests: Sequence[Guest], first: Callable[[Guest], list[object]] = lambda _: []) -> list[list[object]]:
    return [
        [*first(guest), guest.owner, guest.card_number, guest.tier, guest.language, guest.phone] for guest in guests
    ]


async def _guests(reader: Reader, site: str, purpose: str) -> list[Guest]:
    consents: dict[object, list[Row]] = defaultdict(list)
    for row in await reader.rows(
        "SELECT owner, purposes, given_at, withdrawn_at FROM consent WHERE site = {} AND NOT deleted", site
    ):
        consents[row["owner"]].append({**row, "purposes": json.loads(str(row["purposes"]))})
    return [
        Guest(
            owner=row["owner"],
            card_number=row["card_number"],
            tier=row["tier"],
            language=row["language"],
            phone=row["phone"],
            birth_date=str(row["birth_date"] or ""),
            vip=bool(row["vip"]),
        )
        for row in await reader.rows(_SQL, site)
        if agreed(consents[row["owner"]], purpose) and LEAVE_ALONE not in json.loads(str(row["tags"] or "[]"))
    ]


REPORTS = (
    Report(
        id="membership.birthdays",
        entities=_READS,
        query=birthdays,
        args=(Field(name="month", type="integer", min=1, max=12), Field(name="today", type="date")),
        columns=(Field(name="day"),),
    ),
    Report(
        id="membership.festival",
        entities=_READS,
        query=festival,
        args=(
            Field(name="purpose", type="choice", choices=("care", "marketing"), default="care", help=True),
            Field(name="language", type="choice", choices=("zh-Hant", "zh-Hans", "ru", "en")),
            Field(name="tier", type="ref", ref="membership.tier"),
            Field(name="vip", type="boolean"),
        ),
    ),
)
