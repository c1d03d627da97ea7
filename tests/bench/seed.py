"""``python -m tests.bench.seed DIR --records 100000``: a demo whose estate holds so many tickets more, for W8."""

import argparse
from pathlib import Path

from tests.bench import workloads
from tests.bench.__main__ import scene_of, user_with
from tests.bench.serving import make_demo, serve


def main() -> None:
    """Make it; the folder must be new."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    chosen = parser.parse_args()
    demo = make_demo(chosen.dir)
    with serve(chosen.dir) as serving:
        workloads.seed(scene_of(serving, user_with(demo, "cs_supervisor")), chosen.records)


if __name__ == "__main__":
    main()
