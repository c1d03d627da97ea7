"""The worlds would notice: each of these faults in an engine breaks an invariant within a few seeds (design §8)."""

import pytest
from tests.simulation.mutants import MUTANTS, mutated
from tests.simulation.world import Broken, play

SEEDS = range(100)


@pytest.mark.parametrize("name", MUTANTS)
def test_the_worlds_catch(name: str) -> None:
    with mutated(name), pytest.raises(Broken):
        _play_all()


def _play_all() -> None:
    for seed in SEEDS:
        play(seed)
