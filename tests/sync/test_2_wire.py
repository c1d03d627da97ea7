"""Protocol §2, §3: the wire's shapes are pinned to their version. Who changes a shape adds to `HISTORY`."""

import hashlib

import msgspec
import pytest

from wuye.protocol import wire

SHAPES = (wire.SyncRequest, wire.SyncResponse, wire.Op, wire.Result, wire.LogIn, wire.LoggedIn, wire.Health)
LIMITS = ("MAX_OPS", "MAX_BODY", "MAX_OP", "MAX_GROUP_OPS", "MAX_GROUP_BYTES", "MAX_SEQ_ROWS", "MAX_CURSOR")


def _plain(value: object) -> object:
    """Leave out the words: what is documented may be said better."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items() if key not in ("description", "title")}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def digest() -> str:
    """Return what the shapes and limits are known by."""
    _, components = msgspec.json.schema_components(SHAPES, schema_hook=lambda kind: {"title": kind.__name__})
    limits = {name: getattr(wire, name) for name in LIMITS}
    content = [_plain(components), limits]
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:16]


def test_2_the_shapes_of_this_version_are_these() -> None:
    assert (wire.VERSION, digest()) == (1, "495bdc92e937ed20")


def test_2_every_version_says_what_it_changed() -> None:
    assert list(wire.HISTORY) == list(range(1, wire.VERSION + 1))
    assert all(wire.HISTORY.values())


@pytest.mark.parametrize(
    ("name", "value"),
    {
        "MAX_OPS": 500, "MAX_BODY": 1 << 20, "MAX_OP": 64 << 10, "MAX_GROUP_OPS": 100,
        "MAX_GROUP_BYTES": 512 << 10, "MAX_SEQ_ROWS": 2000, "MAX_CURSOR": 4 << 10,
    }.items(),
)  # fmt: skip
def test_3_1_the_limits_are_those_of_the_protocol(name: str, value: int) -> None:
    assert getattr(wire, name) == value


def test_2_readers_ignore_unknown_keys() -> None:
    """So that the protocol can grow without a new version."""
    raw = b'{"protocol": 1, "replica": "r", "news": [1], "health": {"app": "1", "battery": 50}}'
    request = msgspec.json.decode(raw, type=wire.SyncRequest)
    assert (request.limit, request.health and request.health.app) == (2000, "1")


def test_3_2_a_result_leaves_out_what_it_does_not_say() -> None:
    result = wire.Result(site="s", n=1, op="o", status="applied", seq=4)
    assert msgspec.json.encode(result) == b'{"site":"s","n":1,"op":"o","status":"applied","seq":4}'
