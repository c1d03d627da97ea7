"""``make bench``: the workloads W1 to W5 of the design on this machine, beside their goals, as one table."""

import argparse
import json
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.bench import workloads
from tests.bench.serving import Caller, Serving, make_demo, serve
from tests.bench.workloads import Row, Scene


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, help="how many tickets the site holds")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder) / "bench", chosen.records)
    if chosen.json:
        print(json.dumps([row._asdict() for row in rows], indent=1))
    else:
        Console().print(_table(rows))


def measure(folder: Path, count: int) -> list[Row]:
    """Run every workload once, in an order that lets the site grow only once."""
    demo = make_demo(folder)
    user = next(user for user in demo["users"] if "cs_supervisor" in user["roles"])  # type: ignore[operator]
    rows: list[Row] = []
    with serve(folder) as serving:
        time.sleep(1)
        rows += [
            Row("W5", "cold start to the first healthy answer", serving.cold_start, 0.8, "s"),
            Row("W5", "idle memory", serving.memory(), 90, "MiB"),
        ]
        scene = _scene(serving, user)
        rows += workloads.push(scene)
        records = workloads.seed(scene, count)
        rows += workloads.update(scene, records)
        rows += workloads.crowd(scene)
        rows += workloads.behind(scene)
    with serve(folder) as serving:
        rows += workloads.bootstrap(_scene(serving, user), count)
    return rows


def _scene(serving: Serving, user: dict[str, object]) -> Scene:
    username, password = str(user["username"]), str(user["password"])
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
