"""A company for each statement, copied from one that is set up once."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.http.company import Company, Story, serving


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a company that nobody works in."""
    folder = tmp_path_factory.mktemp("founded")
    company = Company(folder)
    company.found()
    company.installation.close()
    return folder


@pytest.fixture
def company(founded: Path, tmp_path: Path) -> Iterator[Company]:
    """A company of its own."""
    folder = tmp_path / "company"
    shutil.copytree(founded, folder)
    company = Company(folder)
    try:
        yield company
    finally:
        company.installation.close()


@pytest.fixture
def play(company: Company) -> Callable[[Story], None]:
    """Run a story at the company while it is served."""

    def run(story: Story) -> None:
        async def told() -> None:
            async with serving(company) as desk:
                await story(desk)

        asyncio.run(told())

    return run
