"""How an installation begins: an organisation, its first administrator and his grant, before anybody has rights.

Everything after that goes through the door with somebody's rights; this alone is written by the system itself, as
the author ``plugin:core``, and the ledger says so.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.kernel.ids import derive, uuid7
from wuye.model.registry import Registry
from wuye.protocol.wire import MAX_BODY, MAX_OPS, Op, Result
from wuye.sync.door import Door, run, server_replica
from wuye.sync.ports import Installation, Store

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


def found(store: Store, now: datetime) -> Installation:
    """Name a new installation: id of the organisation, epoch, and the secret that signs cursors.

    Raises:
        Problem: ``in_use``, it has a name already.
    """
    if store.read(lambda snapshot: snapshot.org()):
        raise Problem("in_use", "this folder holds an organisation already")
    ms = to_ms(now)
    installation = Installation(
        org=uuid7(ms, secrets.token_bytes(10)),
        epoch=uuid7(ms, secrets.token_bytes(10)),
        secret=secrets.token_bytes(32),
    )
    store.found(installation)
    return installation


def bootstrap(store: Store, door: Door, organisation: Organisation, admin: Person, now: datetime) -> None:
    """Write the organisation, its first administrator and the grant that lets him do everything, everywhere.

    Raises:
        Refused: a value does not fit; nothing was written.
    """
    ops = founding_ops(organisation, admin, now)
    submit(store, door, user=SYSTEM, purpose="bootstrap", site=organisation.id, ops=ops, now=now)


def founding_ops(organisation: Organisation, admin: Person, now: datetime) -> list[Op]:
    """Return the first ops of an organisation, one group."""
    ms = to_ms(now)
    grant = {"user": admin.id, "role": "admin", "site": organisation.id, "starts": to_wire(now)}
    records = [
        (
            "site",
            organisation.id,
            {
                "code": organisation.code,
                "name": organisation.name,
                "type": ORGANISATION,
                "timezone": organisation.timezone,
                "languages": list(organisation.languages) or None,
            },
        ),
        ("user", admin.id, {"username": admin.username, "name": admin.name, "locale": admin.locale}),
        ("grant", derive("first-grant", organisation.id, admin.id, ms=ms), grant),
    ]
    return [
        create(entity, record, values, site=organisation.id, at=now, group=derive("founding", organisation.id, ms=ms))
        for entity, record, values in records
    ]


def create(
    entity: str, record: str, values: object, *, site: str, at: datetime, group: str | None = None
) -> Op:
    """Return an op that creates a record; its id derives from the record's, so that a repeat is the same op."""
    assert isinstance(values, dict)
    ms = to_ms(at)
    given = {name: value for name, value in values.items() if value is not None}
    return Op(
        n=0,
        op=derive("create", site, entity, record, ms=ms),
        site=site,
        entity=entity,
        record=record,
        kind="create",
        at=to_wire(at),
        group=group,
        set=given,
    )
