"""May he read it? Asked by every route that shows records; what is shown of private data is logged (OWN-7)."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from wuye.http.server import Server
from wuye.http.speakers import Speaker
from wuye.kernel.clock import to_ms, to_wire
from wuye.kernel.errors import Problem
from wuye.kernel.ids import uuid7
from wuye.model.registry import Model
from wuye.protocol.wire import Op
from wuye.sync.access import Access
from wuye.sync.directory import Directory


def site_access(server: Server, directory: Directory, speaker: Speaker, site: str) -> Access:
    """Return what somebody may do at a site.

    Raises:
        Problem: ``not_found``, no such site, or none of his.
    """
    access = directory.access(speaker.user, to_ms(server.road.clock())).get(site)
    if access is None or not access.buckets:
        raise Problem("not_found")
    return access


def model_at(directory: Directory, site: str, entity: str) -> Model:
    """Return an entity that is in use at a site.

    Raises:
        Problem: ``not_found``, no such entity, or its plugin is off there.
    """
    model = directory.models.get(entity)
    info = directory.sites.get(site)
    if model is None or (info is not None and model.plugin not in info.plugins):
        raise Problem("not_found")
    return model


def readable_buckets(access: Access, site: str, model: Model) -> Sequence[str]:
    """Return the buckets of an entity that somebody may read; the whole stream stands for all of them.

    Raises:
        Problem: ``forbidden``, there is none.
    """
    stream = f"{site}/{model.entity.stream}"
    if stream in access.buckets:
        return [stream]
    some = [name for name in access.buckets if name.startswith(f"{stream}/")]
    if not some:
        raise Problem("forbidden")
    return some


async def log_look_ups(
    server: Server,
    speaker: Speaker,
    site: str,
    model: Model,
    shown: Iterable[tuple[str, Mapping[str, object]]],
    screen: str,
) -> None:
    """Write down who was shown private data of whom, before it is shown (OWN-7).

    Raises:
        Problem: ``internal``, it could not be written: then nothing may be shown.
    """
    ops = look_ups_of(model, site, shown, screen, server.road.clock())
    # Also who may not write such records himself is logged, so the right to it is the server's.
    results = await server.road.submit(speaker.user, "look-ups", site, ops, writes=frozenset({"access.create"}))
    if any(result.status != "applied" for result in results):
        raise Problem("internal", "the look-up could not be logged")


def look_ups_of(
    model: Model, site: str, shown: Iterable[tuple[str, Mapping[str, object]]], screen: str, now: datetime
) -> list[Op]:
    """Return what logs that somebody is shown these records: nothing where they are not private."""
    if not model.entity.private:
        return []
    owner = next((name for name, ref, many in model.refs if ref == "owner" and not many), "")
    private = [field.name for field in model.entity.fields if field.private]
    return [
        Op(
            n=0,
            op=uuid7(to_ms(now), secrets.token_bytes(10)),
            site=site,
            entity="access",
            record=uuid7(to_ms(now), secrets.token_bytes(10)),
            kind="create",
            at=to_wire(now),
            set={
                "subject_entity": model.entity.name,
                "subject": record,
                "owner": values.get(owner),
                "fields": [{"field": name} for name in private if values.get(name) is not None],
                "screen": screen,
            },
        )
        for record, values in shown
    ]
