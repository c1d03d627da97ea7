"""How an installation begins: an organisation, its first administrator and his grant, before anybody has rights.

Everything after that goes through the door with somebody's rights; this alone is written by the system itself, as
the author ``plugin:core``, and the ledger says so.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive, time_of
from wuye.protocol.wire import Op
from wuye.sync.directory import Directory
from wuye.sync.door import Door, server_replica
from wuye.sync.ports import Store
from wuye.sync.steps import run

SYSTEM = "plugin:core"
ORGANISATION = "organisation"


class Organisation(Struct, frozen=True, kw_only=True):
    """The company: its own site, of type ``organisation``, keeps users, grants, sites and settings."""

    id: str
    name: str
    code: str = "ORG"
    timezone: str = "Asia/Shanghai"
    languages: tuple[str, ...] = ()


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who logs in."""

    id: str
    username: str
    name: str
    locale: str = "zh-Hans"


def bootstrap(store: Store, door: Door, organisation: Organisation, admin: Person, now: datetime) -> None:
    """Write the organisation, its first administrator and the grant that lets him do everything, everywhere.

    Raises:
        Problem: ``invalid``, a value does not fit; nothing was written.
    """
    ops = founding_ops(organisation, admin, now)
    rights = frozenset(f"{op.entity}.create" for op in ops)
    replica = server_replica(SYSTEM, "bootstrap")
    pushed = run(store, door.submit(SYSTEM, replica, organisation.id, ops, now, writes=rights))
    for op, result in zip(ops, pushed.results, strict=True):
        if result.status != "applied" and result.code != "group":
            detail = f"{op.entity}: {result.message or result.code}"
            raise Problem("invalid", detail, fields=result.fields or ())


def founding_ops(organisation: Organisation, admin: Person, now: datetime) -> list[Op]:
    """Return the first ops of an organisation, one group."""
    ms = to_ms(now)
    site = {
        "code": organisation.code,
        "name": organisation.name,
        "type": ORGANISATION,
        "timezone": organisation.timezone,
        "languages": list(organisation.languages) or None,
    }
    user = {"username": admin.username, "name": admin.name, "locale": admin.locale}
    grant = {"user": admin.id, "role": "admin", "site": organisation.id, "starts": to_wire(now)}
    group = derive("founding", organisation.id, ms=ms)
    return [
        create(entity, record, values, site=organisation.id, at=now, group=group)
        for entity, record, values in (
            ("site", organisation.id, site),
            ("user", admin.id, user),
            ("grant", derive("first-grant", admin.id, ms=ms), grant),
        )
    ]


def find_user(directory: Directory, username: str) -> str:
    """Return the id of an enabled user by his user name.

    Raises:
        Problem: ``not_found``.
    """
    for id_, values in directory.users.items():
        if values.get("username") == username and directory.enabled(id_):
            return id_
    raise Problem("not_found", f"user {username}", extra={"message": "cli.no_user", "values": {"user": username}})


def first_admin(directory: Directory, now: datetime) -> str:
    """Return the id of the administrator with the oldest grant that still holds.

    Raises:
        Problem: ``not_found``.
    """
    admins = [
        (grant.starts_ms, id_)
        for id_ in directory.users
        for grant in directory.grants(id_)
        if grant.role == "admin" and grant.site == directory.org and grant.holds(to_ms(now)) and directory.enabled(id_)
    ]
    if not admins:
        raise Problem("not_found", "no administrator", extra={"message": "cli.no_admin", "values": {}})
    return min(admins)[1]


def create(
    entity: str, record: str, values: Mapping[str, object], *, site: str, at: datetime, group: str | None = None
) -> Op:
    """Return an op that creates a record; its id derives from the record's, so that a repeat is the same op.

    ``n`` is given at the door.
    """
    return Op(
        n=0,
        op=derive("create", site, entity, record, ms=time_of(record)),
        site=site,
        entity=entity,
        record=record,
        kind="create",
        at=to_wire(at),
        group=group,
        set={name: value for name, value in values.items() if value is not None},
    )
