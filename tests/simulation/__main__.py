"""``python -m tests.simulation SEED`` replays a world and tells what happens in it; with ``FIRST LAST [JOBS]`` it plays
that many worlds and names the seeds that fail."""

import sys
from concurrent.futures import ProcessPoolExecutor

from .world import Broken, play


def attempt(seed: int) -> str | None:
    """Play a seed; return what was wrong with it."""
    try:
        play(seed)
    except Broken as broken:
        return str(broken)
    return None


def main(first: int, last: int | None = None, jobs: int = 2) -> int:
    """Play one seed or many; return how many failed."""
    if last is None:
        fault = attempt(first)
        print(fault or "\n".join(play(first).trace))
        return int(fault is not None)
    failed = 0
    with ProcessPoolExecutor(jobs) as pool:
        for seed, fault in enumerate(pool.map(attempt, range(first, last), chunksize=8), first):
            if fault:
                failed += 1
                print(seed, fault.rpartition("\n")[2][:500], flush=True)
    print(f"{last - first} worlds, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(min(1, main(*map(int, sys.argv[1:]))))
