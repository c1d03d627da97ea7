"""Unsent work as a file: the last rope when log-in, server or device fail."""

import os
from pathlib import Path
from typing import Literal

import msgspec

from wuye_client import blobs, outbox
from wuye_client.blobs import Saved
from wuye_client.errors import Flaw, InvalidEntry
from wuye_client.protocol import Op
from wuye_client.store import Store


class Queue(msgspec.Struct, kw_only=True):
    """What the file holds; ops keep their ``op``, so that none counts twice wherever it is sent from. ``blobs`` are the
    attachments that the server does not hold yet."""

    format: Literal["wuye-outbox-1"] = "wuye-outbox-1"
    user: str
    made_at: str
    ops: list[Op]
    blobs: list[Saved] = []


def write(store: Store, path: str | os.PathLike[str], made_at: str) -> int:
    """Write what is unsent or unanswered; return how many ops."""
    ops = [entry.op for entry in outbox.entries(store, decided=False, limit=-1) if entry.state != "held"]
    queue = Queue(user=store.meta("user") or "", made_at=made_at, ops=ops, blobs=blobs.export(store))
    Path(path).write_bytes(msgspec.json.format(msgspec.json.encode(queue)))
    return len(ops)


def read(store: Store, path: str | os.PathLike[str], replica: str, made: int) -> int:
    """Append the file's ops that are not here yet to the logs of a replica; return how many.

    Raises:
        InvalidEntry: the file is none of ours, or another user's.
    """
    try:
        queue = msgspec.json.decode(Path(path).read_bytes(), type=Queue)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidEntry([Flaw("", "bad_export")]) from None
    if queue.user != store.meta("user"):
        raise InvalidEntry([Flaw("", "foreign_export")])
    with store.writing():
        known = {row[0] for row in store.all("SELECT op FROM op")}
        blobs.take_over(store, queue.blobs)
        fresh = [op for op in queue.ops if op.op not in known]
        for site in dict.fromkeys(op.site for op in fresh):
            outbox.append(store, replica, [op for op in fresh if op.site == site], made)
    return len(fresh)
