"""What each user should see, worked out from the records alone: slow, plain, and none of the engine's code."""

import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

import msgspec

from wuye.kernel.clock import from_wire, to_wire
from wuye.sync.ports import Store
from wuye.sync.rows import Stored

from .points import registry
from .town import ORG, SITES

Key = tuple[str, str, str]
"""(site, entity, record id)"""

_encode = msgspec.json.Encoder(order="sorted").encode


class Truth:
    """All live records of a store at one moment."""

    def __init__(self, store: Store, now: datetime) -> None:
        names = tuple(registry().entities)
        self.now = to_wire(now)
        self.records: dict[Key, Stored] = store.read(
            lambda snapshot: {
                (site, stored.entity, stored.id): stored for site in SITES for stored in snapshot.entities(site, names)
            }
        )
        org = [stored for (site, _, _), stored in self.records.items() if site == ORG]
        self.users = {stored.id: stored.values for stored in org if stored.entity == "user"}
        self.sites = {stored.id: stored.values for stored in org if stored.entity == "site"}
        self._grants = [_grant(stored) for stored in org if stored.entity == "grant"]

    def plugins(self, site: str) -> set[str]:
        """Return the plugins that are on at a site."""
        values = self.sites[site]
        rows = values.get("plugins")
        if isinstance(rows, list):
            return {"core", *(row["id"] for row in rows)}
        type_ = values["type"]
        infos = registry().plugins.values()
        meant = {i.id for i in infos if (type_ in i.meant_for if i.meant_for else type_ != "organisation")}
        return {"core"} | meant

    def grants(self, user: str, at: str | None = None) -> list[Mapping[str, str]]:
        """Return the grants that a user holds now (none when disabled), or held at a moment."""
        if at is None and self.users[user].get("disabled"):
            return []
        at = at or self.now
        return [g for g in self._grants if g["user"] == user and g["starts"] <= at < g["ends"]]

    def grants_lately(self, user: str, received: str) -> list[Mapping[str, str]]:
        """Return the grants that a user held within the days of grace before a moment (protocol §5)."""
        since = to_wire(from_wire(received) - timedelta(days=14))
        return [g for g in self._grants if g["user"] == user and g["starts"] <= received and g["ends"] > since]

    def buckets(self, user: str) -> set[str]:
        """Return the buckets that a user may hold."""
        if self.users[user].get("disabled"):
            return set()
        names: set[str] = {f"{ORG}/review/{user}"}
        if self.grants(user):
            names.add(f"{ORG}/people")
        for grant in self.grants_lately(user, self.now):  # he goes on hearing of his work for the days of grace
            names |= {f"{site}/review/{user}" for site in (self.sites if grant["site"] == ORG else [grant["site"]])}
        for grant in self.grants(user):
            for site in self.sites if grant["site"] == ORG else [grant["site"]]:
                for stream in registry().roles[grant["role"]].streams:
                    names |= self._of_stream(user, site, stream, grant["key"])
        return names

    def _of_stream(self, user: str, site: str, stream: str, key: str) -> set[str]:
        entities = [entity for entity in registry().entities.values() if entity.stream == stream]
        if registry().plugin_of[entities[0].name] not in self.plugins(site):
            return set()
        if not key or not any(entity.keys for entity in entities):
            return {f"{site}/{stream}"}
        personal = any(k.of == "user" for entity in entities for k in entity.keys)
        return {f"{site}/{stream}/{key}"} | ({f"{site}/{stream}/{user}"} if personal else set())

    def places(self, key: Key) -> set[str]:
        """Return the buckets that a record lies in."""
        site, entity, _ = key
        stored = self.records.get(key)
        if stored is None:
            return set()
        if entity == "review.private":
            subject = (site, str(stored.values["subject_entity"]), str(stored.values["subject"]))
            return self.places(subject) or {f"{site}/review/{stored.values['author']}"}
        known = registry().entities[entity]
        keys: list[object] = []
        for bucket_key in known.keys:
            value = stored.values.get(bucket_key.field)
            keys += value if isinstance(value, list) else [value]
        return {f"{site}/{known.stream}", *(f"{site}/{known.stream}/{k}" for k in keys if k)}

    def visible(self, user: str) -> dict[str, dict[Key, int]]:
        """Return what a replica of the user should hold: bucket → record → checksum; empty buckets are left out."""
        mine = self.buckets(user)
        seen: dict[str, dict[Key, int]] = {}
        for key in self.records:
            for name in self.places(key) & mine:
                seen.setdefault(name, {})[key] = zlib.crc32(self.body(key))
        return seen

    def body(self, key: Key) -> bytes:
        """Return a record as the wire shows it."""
        stored = self.records[key]
        meta = ("created_at", "created_by", "updated_at", "updated_by")
        return _encode({**stored.values, **{name: getattr(stored, name) for name in meta}})

    def may(self, right: str, site: str, grants: Iterable[Mapping[str, str]], *, wide: bool = False) -> bool:
        """Tell whether some of these grants give a right at a site; ``wide``: for all of its records."""
        entity = max((name for name in registry().entities if right.startswith(f"{name}.")), key=len)
        if registry().plugin_of[entity] not in self.plugins(site):
            return False
        return any(
            grant["site"] in (ORG, site)
            and not (wide and grant["key"])
            and any(fnmatchcase(right, pattern) for pattern in registry().roles[grant["role"]].rights)
            for grant in grants
        )


def _grant(stored: Stored) -> Mapping[str, str]:
    values = stored.values
    return {
        "user": str(values["user"]),
        "role": str(values["role"]),
        "site": str(values["site"]),
        "key": str(values.get("key") or ""),
        "starts": to_wire(from_wire(str(values["starts"]))),
        "ends": to_wire(from_wire(str(values["ends"]))) if values.get("ends") else "9",
    }
