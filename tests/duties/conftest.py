"""The cast: everybody is employed from the start; a tablet is handed to whom a test names, and synced once."""

import pytest
from tests.duties.company import Company, Tablet


@pytest.fixture
def company() -> Company:
    """A company that runs the core alone, with its people."""
    return with_people(Company())


def with_people(company: Company) -> Company:
    """Employ the cast."""
    company.person("li.na", "cs_assistant", zone=company.house.east)
    company.person("zhao.min", "cs_assistant", zone=company.house.west)
    for name, role in (
        ("desk", "front_desk"),
        ("boss", "cs_supervisor"),
        ("chief", "site_chief"),
        ("wu.gang", "technician"),
    ):
        company.person(name, role)
    company.person("admin", "admin", site="ORG")
    return company


@pytest.fixture
def li(company: Company) -> Tablet:
    """The assistant of the east zone."""
    return company.tablet("li.na")


@pytest.fixture
def zhao(company: Company) -> Tablet:
    """The assistant of the west zone."""
    return company.tablet("zhao.min")


@pytest.fixture
def desk(company: Company) -> Tablet:
    """The front desk."""
    return company.tablet("desk")


@pytest.fixture
def boss(company: Company) -> Tablet:
    """The supervisor."""
    return company.tablet("boss")


@pytest.fixture
def chief(company: Company) -> Tablet:
    """The chief of the site."""
    return company.tablet("chief")


@pytest.fixture
def wu(company: Company) -> Tablet:
    """A technician."""
    return company.tablet("wu.gang")


@pytest.fixture
def admin(company: Company) -> Tablet:
    """The administrator of the organisation."""
    return company.tablet("admin")
