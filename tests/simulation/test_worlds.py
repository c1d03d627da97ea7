"""Seeded worlds over the shipped engines of server and client (design §8): 500 of them here, thousands by command."""

import pytest
from tests.simulation.world import play

SEEDS = 500
A_TIME = 10


@pytest.mark.parametrize("first", range(0, SEEDS, A_TIME))
def test_worlds_come_to_rest_as_they_must(first: int) -> None:
    for seed in range(first, first + A_TIME):
        play(seed)


@pytest.mark.parametrize("first", range(0, 20, 5))
def test_worlds_on_sqlite_come_to_rest_as_they_must(first: int) -> None:
    for seed in range(first, first + 5):
        play(seed, disk=True)
