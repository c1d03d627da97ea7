"""The club, and a tablet for whom a test names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.duties.company import Tablet
from tests.duties.stored import StoredCompany
from tests.plugins.membership.club import Club, club_in


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    """A club on a database."""
    club = club_in(tmp_path)
    assert isinstance(club.company, StoredCompany)
    with club.company:
        yield club


@pytest.fixture
def desk(club: Club) -> Tablet:
    """The first desk."""
    return club.company.tablet("desk1")


@pytest.fixture
def other(club: Club) -> Tablet:
    """The second desk."""
    return club.company.tablet("desk2")


@pytest.fixture
def lead(club: Club) -> Tablet:
    """The supervisor."""
    return club.company.tablet("lead")
