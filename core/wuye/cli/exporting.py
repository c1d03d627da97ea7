"""A site's households go out into a file; whose private data it shows is logged first (OWN-7, OWN-9)."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from wuye.bootstrap import create, find_user, first_admin
from wuye.cli.importing import find_site
from wuye.cli.reach import reach
from wuye.cli.say import language, say
from wuye.imports.drafts import models_of, vocabulary_of
from wuye.imports.export import Words, export_households
from wuye.imports.households import ENTITIES, compile_households
from wuye.imports.mapping import load_map
from wuye.imports.run import Way
from wuye.imports.writing import write_table
from wuye.kernel.clock import system_clock, to_ms
from wuye.kernel.errors import Problem
from wuye.kernel.ids import uuid7
from wuye.protocol.wire import MAX_OPS
from wuye.sync.directory import load_directory


def take_out(dir_: Path, database: str | None, username: str | None, file: Path, map_path: Path, code: str) -> int:
    """Write the households of a site that a user may read; return how many.

    Raises:
        Problem: ``forbidden``, he may read none, or his look-ups cannot be logged: then no file is written;
            ``bad_map``, ``bad_file``, ``not_found``.
    """
    map_ = load_map(map_path, "household")
    with reach(dir_, database) as way:
        directory = way.read(lambda snapshot: load_directory(way.registry, snapshot))
        now = system_clock()
        user = find_user(directory, username) if username else first_admin(directory, now)
        site = find_site(directory, code)
        access = directory.access_at(user, site, to_ms(now))
        if not any(bucket.split("/")[1] == "owners" for bucket in access.buckets):
            values = {"user": directory.users[user].get("username"), "site": code, "rights": "owners"}
            raise Problem("forbidden", extra={"message": "import.no_right", "values": values})
        exported = export_households(
            map_,
            compile_households(map_, directory),
            models_of(map_, directory),
            way.read(lambda snapshot: snapshot.entities(site, ENTITIES)),
            access,
            Words(
                vocabulary=vocabulary_of(map_, directory),
                language=language(),
                yes=say("import.yes"),
                no=say("import.no"),
            ),
        )
        _log_look_ups(way, user, site, exported.looked_up, now)
    write_table(file, exported.columns, exported.rows, title=code)
    return len(exported.rows)


def _log_look_ups(way: Way, user: str, site: str, looked_up: Mapping[str, Iterable[str]], now: datetime) -> None:
    ops = [
        create(
            "access",
            uuid7(to_ms(now), secrets.token_bytes(10)),
            {"owner": owner, "fields": [{"field": name} for name in sorted(fields)], "screen": "export"},
            site=site,
            at=now,
        )
        for owner, fields in looked_up.items()
    ]
    for start in range(0, len(ops), MAX_OPS):
        for result in way.submit(user, "export", site, ops[start : start + MAX_OPS]):
            if result.status != "applied":
                raise Problem("forbidden", extra={"message": "import.not_logged", "values": {}})
