"""The workloads W1 to W5 of the design. Each returns rows: what, measured, goal, unit."""

import asyncio
import json
import random
import statistics
import threading
import time
from typing import NamedTuple

from tests.bench.serving import Caller, Serving, new_id, now, ticket


class Row(NamedTuple):
    """A figure beside its goal; less is better unless ``more``."""

    workload: str
    what: str
    value: float
    goal: float
    unit: str
    more: bool = False


class Scene(NamedTuple):
    """Who measures where."""

    serving: Serving
    username: str
    password: str
    site: str
    unit: str

    def caller(self) -> Caller:
        """Log a new replica in."""
        return Caller(self.serving.port, self.username, self.password)


def timed(call: object, *args: object) -> float:
    """Return how many milliseconds a call takes."""
    start = time.perf_counter()
    call(*args)  # type: ignore[operator]
    return (time.perf_counter() - start) * 1000


def push(scene: Scene, rounds: int = 15) -> list[Row]:
    """W1, W1r: 500 creates, and the same again."""
    caller = scene.caller()
    caller.catch_up()
    fresh, again = [], []
    for turn in range(rounds):
        spent, body = _create(scene, caller, turn)
        fresh.append(spent)
        again.append(timed(caller.send, body))
    return [
        Row("W1", "500 creates, p50", statistics.median(fresh), 15, "ms"),
        Row("W1r", "the same again, p50", statistics.median(again), 8, "ms"),
    ]


def plugins(on: Scene, none: Scene, rounds: int = 24) -> list[Row]:
    """W1p: W1 where every plugin is on against W1 where none is installed, taking turns; medians of pairs, for what
    else the machine does changes faster than a run takes."""
    pair = [(scene, scene.caller()) for scene in (on, none)]
    for scene, caller in pair:
        caller.catch_up()
        _create(scene, caller, 0)
    spent: list[list[float]] = []
    for turn in range(1, rounds + 1):
        order = (0, 1) if turn % 2 else (1, 0)
        times = {index: _create(*pair[index], turn)[0] for index in order}
        spent.append([times[0], times[1], times[0] / times[1]])
    with_all, without, ratio = map(statistics.median, zip(*spent, strict=True))
    return [Row("W1p", f"every plugin on, {with_all:.1f} ms, against none, {without:.1f} ms", ratio, 1.3, "×")]


def seed(scene: Scene, count: int) -> list[str]:
    """Fill the site with tickets; return their ids."""
    caller = scene.caller()
    records: list[str] = []
    for at in range(0, count, 500):
        ops = [ticket(scene.site, scene.unit, at + i) for i in range(min(500, count - at))]
        caller.send(caller.request(ops, limit=1))
        records += [str(op["record"]) for op in ops]
    return records


def update(scene: Scene, records: list[str], rounds: int = 10) -> list[Row]:
    """W1u: 500 updates of three fields spread over all records."""
    caller = scene.caller()
    caller.catch_up()
    picked = random.Random(1).sample(records, min(len(records), 500 * rounds))
    times = []
    for turn in range(len(picked) // 500):
        ops = [_update(scene.site, record, turn) for record in picked[turn * 500 : turn * 500 + 500]]
        body = caller.request(ops)
        start = time.perf_counter()
        answer = json.loads(caller.send(body))
        times.append((time.perf_counter() - start) * 1000)
        _all_applied(answer)
        caller.cursor = answer["cursor"]
    return [Row("W1u", f"500 updates over {len(records):,}, p50", statistics.median(times), 25, "ms")]


def crowd(scene: Scene, size: int = 50) -> list[Row]:
    """W2: many replicas push 100 each at once, then pull all that is new."""
    callers = [scene.caller() for _ in range(size)]
    for caller in callers:
        caller.catch_up()
    bodies = [caller.request([ticket(scene.site, scene.unit, i) for i in range(100)]) for caller in callers]

    def turn(caller: Caller, body: bytes) -> None:
        answer = caller.send(body)
        if answer.count(b'"status":"applied"') != 100:
            raise RuntimeError("not all of a push was applied")
        if caller.read_on(answer):
            caller.catch_up()

    threads = [threading.Thread(target=turn, args=pair) for pair in zip(callers, bodies, strict=True)]
    wall = timed(lambda: [[thread.start() for thread in threads], [thread.join() for thread in threads]])
    return [Row("W2", f"{size} replicas push 100 each, then pull, wall", wall, 1000, "ms")]


def bootstrap(scene: Scene, count: int) -> list[Row]:
    """W3: a new replica reads everything, compressed; bodies are not parsed beyond the cursor."""
    caller = scene.caller()
    scene.serving.forget_peak()
    rows, wire, more = 0, 0, True
    start = time.perf_counter()
    while more:
        content = caller.send(caller.request([], limit=2000), {"Accept-Encoding": "zstd"})
        wire += caller.wire
        answer = _unpacked(content)
        rows += answer.count(b'"b":"')
        more = caller.read_on(answer)
    wall = time.perf_counter() - start
    return [
        Row("W3", f"first read of {rows:,} rows", rows / wall, 250_000, "rows/s", more=True),
        Row("W3", "on the wire, zstd", wire / 2**20, 16 * rows / 100_000, "MB"),
        Row("W3", "server's peak memory", scene.serving.memory("VmHWM"), 200, "MiB"),
    ]


def behind(scene: Scene, rounds: int = 10) -> list[Row]:
    """W4: a replica that is 500 records behind; empty polls one by one and on 32 connections."""
    reader, writer = scene.caller(), scene.caller()
    reader.catch_up()
    writer.catch_up()
    times = []
    for turn in range(rounds):
        writer.sync([ticket(scene.site, scene.unit, turn * 500 + i) for i in range(500)])
        body = reader.request([])
        start = time.perf_counter()
        answer = reader.send(body)
        times.append((time.perf_counter() - start) * 1000)
        reader.read_on(answer)
    writer.catch_up()
    polls = [timed(reader.send, reader.request([])) for _ in range(500)]
    return [
        Row("W4", "500 behind, p50", statistics.median(times), 3, "ms"),
        Row("W4", "empty poll, p50", statistics.median(polls), 0.5, "ms"),
        Row("W4", "empty polls on 32 connections", asyncio.run(_poll(scene, reader)), 7500, "/s", more=True),
    ]


async def _poll(scene: Scene, caller: Caller, connections: int = 32, seconds: float = 4.0) -> float:
    body = caller.request([])
    head = (
        f"POST /api/v1/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {caller.headers['Authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    done = 0
    until = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", scene.serving.port)
        while time.perf_counter() < until:
            writer.write(head + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            done += answer.startswith(b"HTTP/1.1 200")
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return done / seconds


def _create(scene: Scene, caller: Caller, turn: int) -> tuple[float, bytes]:
    """Push 500 creates; return the milliseconds and the request."""
    body = caller.request([ticket(scene.site, scene.unit, turn * 500 + i) for i in range(500)])
    start = time.perf_counter()
    answer = json.loads(caller.send(body))
    spent = (time.perf_counter() - start) * 1000
    _all_applied(answer)
    caller.cursor = answer["cursor"]
    return spent, body


def _update(site: str, record: str, turn: int) -> dict[str, object]:
    return {
        "op": new_id(),
        "site": site,
        "entity": "ticket",
        "v": 1,
        "record": record,
        "kind": "update",
        "at": now(),
        "base": 2**40,
        "set": {"result": f"已更換接口 {turn}", "opinion": "住戶滿意", "cause_note": "膠圈老化"},
        "was": {},
    }


def _all_applied(answer: dict[str, object]) -> None:
    wrong = [result for result in answer["results"] if result["status"] != "applied"]  # type: ignore[attr-defined]
    if wrong:
        raise RuntimeError(f"not applied: {wrong[0]}")


def _unpacked(content: bytes) -> bytes:
    import zstandard

    if content[:4] != b"\x28\xb5\x2f\xfd":
        return content
    return zstandard.ZstdDecompressor().decompressobj().decompress(content)
