"""The studio, and tablets of its people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.duties.company import Tablet
from tests.plugins.broadcast.studio import Studio, studio_in


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A studio on a database."""
    studio = studio_in(tmp_path)
    with studio.company:
        yield studio


@pytest.fixture
def olga(studio: Studio) -> Tablet:
    """An announcer."""
    return studio.tablet("olga")


@pytest.fixture
def wei(studio: Studio) -> Tablet:
    """Another announcer, who writes."""
    return studio.tablet("wei")


@pytest.fixture
def lead(studio: Studio) -> Tablet:
    """The supervisor, who plans."""
    return studio.tablet("lead")


@pytest.fixture
def head(studio: Studio) -> Tablet:
    """The manager in charge."""
    return studio.tablet("head")
