"""Comparing what a server answers with what was recorded: some values are the server's to choose."""

from collections.abc import Sequence

import msgspec

OPAQUE = {"cursor", "epoch"}
ANY = {"message", "now", "h", "manifest"}
OPEN = {"", "results", "changes"}
"""Places whose objects may have further keys: unknown keys are ignored by readers."""


class Names:
    """What a server chose for each recorded value: ids, cursors, and seqs, whose order must be kept.

    ``begin`` is the moment of the first step: times of records before it are those of the set-up.
    """

    def __init__(self, made: Sequence[str], begin: str) -> None:
        self.made = frozenset(made)
        self.begin = begin
        self.chosen: dict[str, str] = {}
        self.seqs: dict[tuple[str, int], int] = {}

    def put(self, value: object, site: str = "") -> object:
        """Return a recorded request with the server's own values in it."""
        if isinstance(value, dict):
            site = str(value.get("site") or site)
            return {
                key: self.seqs.get((site, part), part)
                if key == "base" and isinstance(part, int)
                else self.put(part, site)
                for key, part in value.items()
            }
        if isinstance(value, list):
            return [self.put(part, site) for part in value]
        return self.chosen.get(value, value) if isinstance(value, str) else value

    def check_order(self) -> None:
        """See to it that the seqs of each site rise as recorded."""
        for (site, recorded), actual in self.seqs.items():
            for (other_site, other), there in self.seqs.items():
                assert other_site != site or (recorded < other) == (actual < there), "seqs are in another order"

    def match(self, expected: object, actual: object, key: str = "", site: str = "", place: str = "") -> None:
        """Compare; remember what the server chose.

        Raises:
            AssertionError: with the place that differs.
        """
        if key in OPAQUE or (isinstance(expected, str) and expected in self.made):
            assert isinstance(actual, str), place
            assert self.chosen.setdefault(str(expected), actual) == actual, f"{place}: not what it was called before"
        elif key in ("s", "seq"):
            assert isinstance(actual, int), place
            assert isinstance(expected, int), place
            assert self.seqs.setdefault((site, expected), actual) == actual, f"{place}: another seq than before"
        elif key in ANY or (key in ("created_at", "updated_at") and str(expected) < self.begin):
            assert type(actual) is type(expected), place
        elif isinstance(expected, dict):
            self._match_objects(expected, actual, key, site, place)
        elif isinstance(expected, list):
            self._match_lists(expected, actual, key, site, place)
        else:
            assert actual == expected, f"{place}: {actual!r} instead of {expected!r}"

    def _match_objects(self, expected: dict[str, object], actual: object, key: str, site: str, place: str) -> None:
        assert isinstance(actual, dict), place
        missing = expected.keys() - actual.keys()
        more = actual.keys() - expected.keys()
        assert not missing, f"{place} lacks {missing}"
        assert not more or (key in OPEN and not more & {"d", "x"}), f"{place} also has {more}"
        site = str(expected.get("site") or str(expected.get("b") or site).split("/")[0])
        for name, part in expected.items():
            self.match(part, actual[name], name, site, f"{place}.{name}")

    def _match_lists(self, expected: list[object], actual: object, key: str, site: str, place: str) -> None:
        assert isinstance(actual, list), place
        assert len(actual) == len(expected), f"{place} has {len(actual)} entries instead of {len(expected)}: {actual}"
        if key in ("drop", "reset"):
            expected, actual = sorted(map(str, expected)), sorted(map(str, actual))
        elif key == "changes":
            expected = sorted(expected, key=self._sortable)
            actual = sorted(actual, key=self._sortable)
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            self.match(one, other, key, site, f"{place}[{index}]")

    def _sortable(self, change: dict[str, object]) -> tuple[str, ...]:
        """Order changes alike on both sides: between seqs that are equal, the server may choose."""
        body = change.get("d")
        plain = {k: v for k, v in body.items() if not self._is_made(v)} if isinstance(body, dict) else {}
        record = "" if self._is_made(change["r"]) else str(change["r"])
        return str(change["b"]), str(change["e"]), record, msgspec.json.encode(plain, order="sorted").decode()

    def _is_made(self, value: object) -> bool:
        text = msgspec.json.encode(value).decode()
        return any(name in text for name in (*self.made, *self.chosen.values()))
