"""The cast of the QC duties; a tablet is handed to whom a test names."""

import pytest
from tests.duties.company import Company, Tablet

from .office import Source, registered_circle, staffed


@pytest.fixture
def company() -> Company:
    """A company with QC circles at its estate."""
    return staffed(Company(Source()))


@pytest.fixture
def lead(company: Company) -> Tablet:
    """The leader of the circle."""
    return company.tablet("lead")


@pytest.fixture
def wang(company: Company) -> Tablet:
    """A member."""
    return company.tablet("wang")


@pytest.fixture
def office(company: Company) -> Tablet:
    """The general office."""
    return company.tablet("office")


@pytest.fixture
def circle(company: Company, lead: Tablet, office: Tablet) -> str:
    """A registered circle of three."""
    return registered_circle(company, lead, office)
