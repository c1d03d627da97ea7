"""``make bench``: the workloads W1 to W5 of the design on this machine, beside their goals, as one table."""

import argparse
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.bench import workloads
from tests.bench.serving import BARE, Caller, Serving, make_demo, new_id, now, serve
from tests.bench.workloads import Row, Scene


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, help="how many tickets the site holds")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder) / "bench", chosen.records) + measure_plugins(Path(folder))
    if chosen.json:
        print(json.dumps([row._asdict() for row in rows], indent=1))
    else:
        Console().print(_table(rows))


def measure(folder: Path, count: int) -> list[Row]:
    """Run every workload once, in an order that lets the site grow only once."""
    demo = make_demo(folder)
    user = user_with(demo, "cs_supervisor")
    rows: list[Row] = []
    with serve(folder) as serving:
        time.sleep(1)
        rows += [
            Row("W5", "cold start to the first healthy answer", serving.cold_start, 0.8, "s"),
            Row("W5", "idle memory", serving.memory(), 90, "MiB"),
        ]
        scene = scene_of(serving, user)
        rows += workloads.push(scene)
        records = workloads.seed(scene, count)
        rows += workloads.update(scene, records)
        rows += workloads.crowd(scene)
        rows += workloads.behind(scene)
    with serve(folder) as serving:
        rows += workloads.bootstrap(scene_of(serving, user), count)
    return rows


def measure_plugins(folder: Path) -> list[Row]:
    """Run W1 on two fresh installations side by side: one with all plugins, on at the site, one without any."""
    on, none = folder / "on", folder / "none"
    demo, bare = make_demo(on), make_demo(none, wuye=BARE)
    with serve(on) as full, serve(none, BARE) as empty:
        scene = scene_of(full, user_with(demo, "cs_supervisor"))
        _switch_on(Caller(full.port, *_log_in(user_with(demo, "admin"))), scene.site)
        return workloads.plugins(scene, scene_of(empty, user_with(bare, "cs_supervisor")))


def _switch_on(admin: Caller, site: str) -> None:
    """Turn every installed plugin on at a site."""
    changes, more = [], True
    while more:
        answer = admin.sync(limit=5000)
        changes += answer["changes"]  # type: ignore[arg-type]
        more = bool(answer["more"])
    record = next(change for change in changes if change["e"] == "site" and change["r"] == site)
    names = [{"id": name} for name in sorted(entry_points(group="wuye").names)]
    op = {
        "op": new_id(), "site": record["b"].split("/")[0], "entity": "site", "v": 1, "record": site,
        "kind": "update", "at": now(), "base": 2**40,
        "set": {"plugins": names}, "was": {"plugins": record["d"].get("plugins")},
    }  # fmt: skip
    results = admin.sync([op])["results"]
    if results[0]["status"] != "applied":  # type: ignore[index]
        raise RuntimeError(f"the plugins could not be switched on: {results}")


def user_with(demo: Mapping[str, Sequence[Mapping[str, object]]], role: str) -> Mapping[str, object]:
    return next(user for user in demo["users"] if role in user["roles"])  # type: ignore[operator]


def _log_in(user: Mapping[str, object]) -> tuple[str, str]:
    return str(user["username"]), str(user["password"])


def scene_of(serving: Serving, user: Mapping[str, object]) -> Scene:
    username, password = _log_in(user)
    caller = Caller(serving.port, username, password)
    changes = caller.sync(limit=5000)["changes"]
    unit = next(change for change in changes if change["e"] == "unit" and change.get("d"))  # type: ignore[attr-defined]
    return Scene(serving, username, password, unit["b"].split("/")[0], unit["r"])


def _table(rows: list[Row]) -> Table:
    table = Table("workload", "what", "measured", "goal", "measured / goal")
    for row in rows:
        ratio = row.goal / row.value if row.more else row.value / row.goal
        table.add_row(row.workload, row.what, f"{row.value:,.2f} {row.unit}", f"{row.goal:,g}", f"{ratio:.2f}")
    return table


if __name__ == "__main__":
    main()
