"""A company with the sample plugin, and one work order with everything on it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
import tests.http.company as served_company
from tests.duties.company import ESTATE, Company
from tests.prints.sample import SAMPLE

import wuye.builtin.plugin
from wuye.host import load
from wuye.storage.drift import create_missing
from wuye.storage.migrator import migrate

TABLE: Mapping[str, object] = {
    "columns": ["cause", "sample.step.cost"],
    "rows": [["電梯", 1200], ["Шум", 800]],
    "charts": [{"type": "plot", "title": "Pareto", "x": "cause", "series": [{"column": "sample.step.cost"}]}],
}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;{{ 7 * 7 }}"


class Order(NamedTuple):
    """A company with a work order."""

    company: Company
    work: str
    customer: str

    def page(self, user: str = "desk", lang: str = "zh-Hant", form: str = "sample.order") -> str:
        """Return a form about the order."""
        return self.company.print(form, ESTATE, self.work, user, lang)


def ordered(company: Company, **more: object) -> Order:
    """Write a work order with three steps and materials."""
    house = company.house
    company.person("desk", "front_desk")
    company.person("wu.gang", "technician")
    customer, work = house.id(), house.id()
    company.write(ESTATE, "sample.customer", customer, name="王小明", phone="+7 900 123 45 67", level="vip")
    values: dict[str, object] = {
        "title": "3 號樓漏水",
        "kind": "repair",
        "unit": house.unit_east,
        "customer": customer,
        "manager": company.user("desk"),
        "price": 123450,
        "hours": "2.5",
        "due": "2026-12-01",
        "begun": "2026-11-22T08:30:00.000Z",
        "paid": True,
        "script": {"zh-Hans": "今晚九点闭店。", "ru": "Закрываемся в 21:00."},
        "materials": [{"name": "水管", "quantity": "3.25", "unit": house.unit_west}, {"name": "Кран"}],
        "signature": {"sha256": "a" * 64, "signer": "王小明", "at": "2026-11-22T09:00:00.000Z"},
        "raw": json.dumps(TABLE),
    }
    company.write(ESTATE, "sample.work", work, **{**values, **more})
    for place, name in enumerate(("拆除", "Установка", "驗收")):
        company.write(ESTATE, "sample.step", house.id(), work=work, name=name, cost=1000 * (place + 1), place=place)
    return Order(company, work, customer)


@pytest.fixture
def order() -> Order:
    """A work order with everything on it."""
    return ordered(Company(SAMPLE))


WORK, CUSTOMER = served_company.name_of("work"), served_company.name_of("customer")


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[served_company.Company]:
    """A company in a folder with the sample plugin alone, as it can be served: `WORK` is an order of `CUSTOMER`."""
    loaded = load(wuye.builtin.plugin, [SAMPLE], strict=True)
    path = tmp_path / "wuye.sqlite"
    migrate(path, loaded.piccolo_apps)
    with closing(sqlite3.connect(path)) as connection, connection:
        create_missing(connection, loaded.registry)
    for place in ("wuye.app.installed", "wuye.cli.reach.installed"):
        monkeypatch.setattr(place, lambda: (SAMPLE,))
    company = served_company.Company(tmp_path)
    try:
        company.found()
        company.hire("desk", "front_desk", served_company.ESTATE)
        company.write("sample.customer", CUSTOMER, {"name": "王小明", "level": "vip"}, site=served_company.ESTATE)
        work = {
            "title": "漏水 <b>",
            "kind": "repair",
            "customer": CUSTOMER,
            "price": 5000,
            "device_number": "GD-T1-0001",
        }
        company.write("sample.work", WORK, work, site=served_company.ESTATE)
        yield company
    finally:
        company.installation.close()
