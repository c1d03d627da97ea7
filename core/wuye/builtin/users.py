"""Who works here: users, dated grants, a company's own roles, devices. Rules keep past rights judgeable.

Password hashes never lie in records.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from wuye.api import (
    Change,
    Child,
    Correct,
    Entity,
    Field,
    FollowUp,
    Job,
    Read,
    Reader,
    Reject,
    Rule,
    Section,
    View,
    Views,
    to_wire,
)

from .places import LANGUAGES

USER = Entity(
    name="user",
    stream="people",
    central=True,
    title="{name}",
    icon="user",
    unique=(("username",),),
    fields=(
        Field(name="username", required=True, max=64, pattern=r"\S+", search=True, help=True),
        Field(name="name", required=True, max=100, search=True),
        Field(name="locale", type="choice", choices=LANGUAGES),
        Field(name="department", type="choice", codes="department"),
        Field(name="post", max=100),
        Field(name="phone", type="phone", search=True),
        Field(
            name="phones",
            type="rows",
            fields=(Field(name="phone", type="phone", required=True), Field(name="note", max=100)),
        ),
        Field(name="email", max=200),
        Field(name="disabled", type="boolean", help=True),
        # By his grants, so that colleagues find him; as what he works there is not theirs to know.
        Field(name="sites", type="refs", ref="site", max=2000, readonly=True),
    ),
    views=Views(
        columns=("name", "username", "department", "phone", "disabled"),
        filters=("department", "disabled"),
        sort=("name",),
        sections=(
            Section("account", ("username", "locale", "disabled")),
            Section("person", ("name", "department", "post", "phone", "phones", "email")),
        ),
        short=("username", "name", "department"),
    ),
    children=(Child("grant", "user"),),
    powers=("reset",),
)

GRANT = Entity(
    name="grant",
    stream="directory",
    central=True,
    title="{user} {role} {site}",
    icon="grant",
    fields=(
        Field(name="user", type="ref", ref="user", required=True),
        Field(name="role", type="choice", codes="role", required=True),
        # The organisation's own site stands for everywhere.
        Field(name="site", type="ref", ref="site", required=True, help=True),
        # A zone or another key of buckets at that site; text, because the record lies in another log.
        Field(name="key", max=64, help=True),
        Field(name="starts", type="datetime"),
        Field(name="ends", type="datetime"),
    ),
    views=Views(
        columns=("user", "role", "site", "key", "starts", "ends"),
        filters=("role", "site"),
        sort=("user",),
        sections=(Section("grant", ("user", "role", "site", "key", "starts", "ends")),),
    ),
)

ROLE = Entity(
    name="role",
    stream="directory",
    central=True,
    title="{name}",
    icon="role",
    unique=(("id",),),
    fields=(
        Field(name="id", required=True, max=64, pattern=r"[a-z][a-z0-9_.]*", help=True),
        Field(name="name", type="localized", required=True),
        Field(name="rights", type="rows", fields=(Field(name="right", required=True, max=120),)),
        Field(name="streams", type="rows", fields=(Field(name="stream", required=True, max=120),)),
    ),
    views=Views(columns=("id", "name"), sort=("id",), sections=(Section("role", ("id", "name", "rights", "streams")),)),
)

DEVICE = Entity(
    name="device",
    stream="directory",
    central=True,
    title="{name}",
    icon="device",
    fields=(
        Field(name="name", max=200, search=True),
        Field(name="platform", max=100),
        Field(name="app", max=60),
        Field(name="user", type="ref", ref="user"),
        # Where it was enrolled, and for whom.
        Field(name="site", type="ref", ref="site"),
        Field(name="people", type="refs", ref="user"),
        Field(name="revoked", type="boolean", help=True),
        Field(name="wipe_at_once", type="boolean", when="revoked == true", help=True),
        Field(name="note", type="note", max=2000),
    ),
    views=Views(
        columns=("name", "site", "platform", "user", "revoked"),
        filters=("site", "revoked"),
        sort=("name",),
        sections=(
            Section("device", ("name", "site", "platform", "app", "user", "people", "note")),
            Section("loss", ("revoked", "wipe_at_once")),
        ),
    ),
    powers=("enrol",),
)

ENTITIES = (USER, GRANT, ROLE, DEVICE)


def keep_account(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """A log-in name stays; who leaves is disabled, not deleted: the audit trail keeps naming people."""
    for change in changes:
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.user_is_disabled")
        elif change.old and change.changed(("username",)):
            yield Reject(op=change.op, code="rule", fields=("username",), message="message.username_stays")
        elif change.new.get("disabled") and _is_admin(change.record, view) and not _admins(view):
            yield Reject(op=change.op, code="rule", fields=("disabled",), message="message.last_admin")


def keep_grants(changes: Sequence[Change], view: View) -> Iterable[Reject | Correct]:
    """A grant is ended, never overwritten or antedated, so that past rights can be judged (design §5)."""
    now = to_wire(view.now)
    for change in changes:
        if change.old is None:
            if change.new and not change.new.get("starts"):
                yield Correct(op=change.op, set={"starts": now})
            continue
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.grant_is_ended")
            continue
        old, new = change.old, change.new
        touched = change.changed(("user", "role", "site", "key", "starts"))
        ended, ends = old.get("ends"), new.get("ends")
        if touched or (isinstance(ended, str) and ended <= now and ends != ended):
            yield Reject(op=change.op, code="rule", fields=touched or ("ends",), message="message.grant_is_ended")
        elif isinstance(ends, str):
            if new["role"] == "admin" and new["site"] == view.site and not _admins(view, but=change.record):
                yield Reject(op=change.op, code="rule", fields=("ends",), message="message.last_admin")
            elif ends < now and ends != ended:
                yield Correct(op=change.op, set={"ends": now})


def tell_sites(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Whoever gets or loses a post is found by his colleagues where he works."""
    for user, cause in {str(change.new["user"]): change.op for change in changes if change.new}.items():
        grants = [values for _, values in view.find("grant", "user", user)]
        sites, known = _works_at(grants, to_wire(view.now)), view.get("user", user)
        if known is not None and known.get("sites") != sites:
            yield _tell(user, sites, key=user, cause=cause)


async def refresh_sites(reader: Reader, site: str, now: datetime) -> Sequence[FollowUp]:
    """Posts also end by the clock; and who got his before records told of sites is found too."""
    users = await reader.rows('SELECT id, sites, updated_at FROM "user" WHERE site = {} AND NOT deleted', site)
    rows = await reader.rows('SELECT "user", site_ AS site, ends FROM "grant" WHERE site = {} AND NOT deleted', site)
    grants: dict[object, list[Mapping[str, object]]] = {}
    for row in rows:
        grants.setdefault(row["user"], []).append(row)
    return [
        _tell(str(user["id"]), sites, key=f"{user['id']} {user['updated_at']}", cause="")
        for user in users
        if (sites := _works_at(grants.get(user["id"], ()), to_wire(now))) != json.loads(str(user["sites"] or "null"))
    ]


def _works_at(grants: Iterable[Mapping[str, object]], now: str) -> list[str] | None:
    """Return the sites where somebody holds a post at a moment or will; the organisation's stands for everywhere."""
    held = {str(grant["site"]) for grant in grants if not grant.get("ends") or now < str(grant["ends"])}
    return sorted(held) or None


def _tell(user: str, sites: list[str] | None, *, key: str, cause: str) -> FollowUp:
    return FollowUp(key=key, cause=cause, entity="user", kind="update", record=user, set={"sites": sites})


def _admins(view: View, *, but: str = "") -> list[str]:
    """Return the users who may work as administrators everywhere, but for a grant."""
    return [user for user in _appointed(view, but) if not (view.get("user", user) or {}).get("disabled")]


def _is_admin(user: str, view: View) -> bool:
    return user in _appointed(view)


def _appointed(view: View, but: str = "") -> list[str]:
    # Grants lie in the organisation's log: a grant at `view.site` holds everywhere.
    return [
        str(values["user"])
        for grant, values in view.find("grant", "role", "admin")
        if grant != but and not values.get("ends") and values["site"] == view.site
    ]


RULES = (
    Rule(name="user.account", on=("user",), judge=keep_account),
    Rule(
        name="grant.ended",
        on=("grant",),
        reads=(Read(entity="grant", field="role", value_of="role"),),
        judge=keep_grants,
    ),
    Rule(
        name="user.sites",
        on=("grant",),
        reads=(Read(entity="grant", field="user", value_of="user"), Read(entity="user", field="id", value_of="user")),
        writes=("user.update",),
        react=tell_sites,
    ),
)

JOBS = (Job(id="user.sites", every=3600, run=refresh_sites, writes=("user.update",)),)
