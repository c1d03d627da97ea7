"""A house with the lab's plugins, and somebody for each part in a statement."""

import pytest
from tests.sync.lab import FAULTS, lab_house

from wuye.testing.house import House, Replica


@pytest.fixture
def house() -> House:
    """A new house where no rule is at fault."""
    FAULTS.clear()
    return lab_house()


@pytest.fixture
def worker(house: House) -> Replica:
    """A replica of somebody who may do everything with things, forms and wallets at the estate."""
    return house.replica(house.user("lab_worker"))


@pytest.fixture
def mate(house: House) -> Replica:
    """A replica of another such user."""
    return house.replica(house.user("lab_worker"))


@pytest.fixture
def boss(house: House) -> Replica:
    """A replica of a supervisor, who reads what others work on and resolves review items."""
    return house.replica(house.user("cs_supervisor"))
