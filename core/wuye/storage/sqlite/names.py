"""Sites and buckets have numbers inside the database: feed rows hold them instead of long texts."""

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

_SETS = 50_000

RECORDS_OF_A_SITE = 1 << 40
"""The numbers of a site's records and ledger rows start at this times the site's number."""


class Names:
    """What a connection knows of sites and buckets. Numbers never change, so only a rollback makes it forget."""

    def __init__(self) -> None:
        self._sites: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._sets: dict[str, tuple[str, ...]] = {}

    def forget(self) -> None:
        """Drop everything: it may have been read in a transaction that was undone."""
        for known in (self._sites, self._numbers, self._names, self._sets):
            known.clear()

    def site(self, connection: sqlite3.Connection, site: str) -> int:
        """Return a site's number, 0 when it has written nothing yet."""
        if site not in self._sites:
            row = connection.execute("SELECT no FROM wuye_site WHERE id = ?", (site,)).fetchone()
            if row is None:
                return 0
            self._sites[site] = row[0]
        return self._sites[site]

    def buckets(self, connection: sqlite3.Connection, names: Iterable[str]) -> dict[str, int]:
        """Return the numbers of those of the buckets that anything was ever in."""
        names = list(names)
        unknown = [name for name in names if name not in self._numbers]
        if unknown:
            self._learn(
                connection.execute(
                    "SELECT no, name FROM wuye_bucket WHERE name IN (SELECT value FROM json_each(?))",
                    (msgspec.json.encode(unknown).decode(),),
                )
            )
        return {name: self._numbers[name] for name in names if name in self._numbers}

    def new_buckets(self, connection: sqlite3.Connection, site: int, names: Iterable[str]) -> dict[str, int]:
        """Return the numbers of buckets; the unknown ones get theirs."""
        names = set(names)
        known = self.buckets(connection, names)
        for name in sorted(names - known.keys()):
            self._learn(
                connection.execute(
                    "INSERT INTO wuye_bucket (site, name) VALUES (?, ?) RETURNING no, name", (site, name)
                )
            )
        return {name: self._numbers[name] for name in names}

    def bucket_names(self, connection: sqlite3.Connection, packed: str) -> tuple[str, ...]:
        """Return the names behind numbers written as ``3,17``."""
        known = self._sets.get(packed)
        if known is None:
            numbers = [int(number) for number in packed.split(",") if number]
            if any(number not in self._names for number in numbers):
                self._learn(
                    connection.execute(
                        f"SELECT no, name FROM wuye_bucket WHERE no IN ({','.join('?' * len(numbers))})",
                        numbers,
                    )
                )
            if len(self._sets) > _SETS:
                self._sets.clear()
            known = self._sets[packed] = tuple(self._names[number] for number in numbers)
        return known

    def bucket_name(self, number: int) -> str:
        """Return the name of a bucket that was asked for by name before."""
        return self._names[number]

    def _learn(self, rows: Iterable[Sequence[object]]) -> None:
        for number, name in rows:
            assert isinstance(number, int)
            assert isinstance(name, str)
            self._numbers[name] = number
            self._names[number] = name
