"""The estate, and a tablet for whom a test names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.duties.company import Tablet
from tests.plugins.renovation.estate import Estate, estate_in


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    """An estate on a database."""
    estate = estate_in(tmp_path)
    with estate.company:
        yield estate


@pytest.fixture
def desk(estate: Estate) -> Tablet:
    """The front desk."""
    return estate.company.tablet("desk")


@pytest.fixture
def boss(estate: Estate) -> Tablet:
    """The supervisor."""
    return estate.company.tablet("boss")


@pytest.fixture
def walker(estate: Estate) -> Tablet:
    """The renovation inspector."""
    return estate.company.tablet("walker")


@pytest.fixture
def cashier(estate: Estate) -> Tablet:
    """Finance."""
    return estate.company.tablet("cashier")
