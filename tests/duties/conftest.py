"""The cast: an assistant for each zone, a front desk, a supervisor, a manager; all with tablets synced once."""

import pytest
from tests.duties.company import Company, Tablet


@pytest.fixture
def company() -> Company:
    """A company that runs the core alone."""
    return Company()


@pytest.fixture
def li(company: Company) -> Tablet:
    """The assistant of the east zone."""
    return company.tablet("li.na", "cs_assistant", zone=company.house.east)


@pytest.fixture
def zhao(company: Company) -> Tablet:
    """The assistant of the west zone."""
    return company.tablet("zhao.min", "cs_assistant", zone=company.house.west)


@pytest.fixture
def desk(company: Company) -> Tablet:
    """The front desk."""
    return company.tablet("desk", "front_desk")


@pytest.fixture
def boss(company: Company) -> Tablet:
    """The supervisor."""
    return company.tablet("boss", "cs_supervisor")


@pytest.fixture
def chief(company: Company) -> Tablet:
    """The chief of the site."""
    return company.tablet("chief", "site_chief")


@pytest.fixture
def wu(company: Company) -> Tablet:
    """A technician."""
    return company.tablet("wu.gang", "technician")
