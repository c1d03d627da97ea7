"""Values look to a reader as his language writes them and as the site's clocks showed them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.lab import Lab

from wuye.kernel.clock import to_wire
from wuye.model.catalogue import LANGUAGES
from wuye.model.report import Table
from wuye.reports.shown import Looks, fields_by_key, format_money, format_value, shown, title_of
from wuye.sync.directory import Directory
from wuye.testing.house import House, registry_of

PLAIN = {"text", "note", "phone", "point", "integer", "rrule", "value"}


@pytest.fixture(scope="module")
def house() -> House:
    """A house with the lab, and a code of its own."""
    house = House(registry_of(Lab()))
    label = {"zh-Hans": "噪音", "ru": "Шум"}
    code = {"list": "ticket_kind", "value": "noise", "label": label}
    house.write(house.org, house.op("code", site=house.org, set=code))
    return house


@pytest.fixture(scope="module")
def directory(house: House) -> Directory:
    """Its organisation."""
    return house.store.read(house.door.directory)


def looks(house: House, directory: Directory, language: str, **titles: str) -> Looks:
    """Return how values look at the estate."""
    return Looks(directory, house.estate, language, titles)


@pytest.mark.parametrize(
    ("key", "value", "texts"),
    [
        ("ticket.kind", "complaint", ("投訴", "投诉", "Жалоба", "Complaint")),
        ("ticket.kind", "noise", ("噪音", "噪音", "Шум", "噪音")),
        ("ticket.kind", "unknown", ("unknown",) * 4),
        ("ticket.status", "received", ("已受理", "已受理", "Принята", "Received")),
        ("ticket.vip", 1, ("是", "是", "да", "yes")),
        ("ticket.vip", False, ("否", "否", "нет", "no")),
        ("ticket.hours", "1234.5", ("1,234.5", "1,234.5", "1\xa0234,5", "1,234.5")),
        ("ticket.reopened", 2026, ("2026",) * 4),
        (
            "ticket.occurred_at",
            "2026-11-22T16:30:00.000Z",
            ("2026年11月23日 00:30",) * 2 + ("23.11.2026 00:30", "Nov 23, 2026 00:30"),
        ),
        (
            "ticket.created_at",
            "2026-11-22T15:59:59.999Z",
            ("2026年11月22日 23:59",) * 2 + ("22.11.2026 23:59", "Nov 22, 2026 23:59"),
        ),
        ("lab.sample.on", "2026-11-02", ("2026年11月2日",) * 2 + ("02.11.2026", "Nov 2, 2026")),
        ("lab.sample.worth", 123_456, ("1,234.56", "1,234.56", "1\xa0234,56", "1,234.56")),
        ("ticket.tags", '["night","paid_service"]', ("夜間、有償服務", "夜间、有偿服务", None, None)),
        # What the server wrote down as a text's key is said in the reader's language; what somebody typed never is.
        ("ticket.event.reason", "ticket.plural", ("工單", "工单", "Заявки", "Tickets")),
        ("ticket.title", "ticket.plural", ("ticket.plural",) * 4),
        ("ticket.photos", [{"sha256": "0" * 64}], ("1",) * 4),
        ("ticket.occurred_at", "not yet", ("not yet",) * 4),
        ("anything", 0.30000000000000004, ("0.3", "0.3", "0,3", "0.3")),
        ("anything", None, ("",) * 4),
        ("anything", True, ("是", "是", "да", "yes")),
    ],
)
def test_a_value_looks_as_its_field_says(
    house: House, directory: Directory, key: str, value: object, texts: tuple[str | None, ...]
) -> None:
    for language, text in zip(LANGUAGES, texts, strict=True):
        if text is not None:
            assert format_value(key, value, looks(house, directory, language)) == text, language


def test_a_head_is_a_field_a_text_or_itself(house: House, directory: Directory) -> None:
    russian = looks(house, directory, "ru")
    heads = (
        "ticket.kind",
        "ticket.created_at",
        "ticket.materials.quantity",
        "column.month",
        "code.ticket_kind.noise",
        "ppm",
    )
    said = shown(Table(columns=heads, rows=[]), russian).heads
    assert said == ("Вид", "Создано", "Количество", "Месяц", "Шум", "ppm")


def test_what_is_referred_to_shows_by_its_title_or_not_at_all(house: House, directory: Directory) -> None:
    unit, user = house.id(), next(iter(directory.users), "")
    english = looks(house, directory, "en", **{unit: "7-0101"})
    assert format_value("ticket.unit", unit, english) == "7-0101"
    assert format_value("ticket.unit", house.id(), english) == ""
    assert format_value("lab.sample.asked_site", house.estate, english) == "翠雲苑"
    assert format_value("ticket.assignee", user, english) == str(directory.users.get(user, {}).get("name", ""))


def test_TKT_14_a_title_has_the_device_s_number_until_there_is_another(house: House, directory: Directory) -> None:
    ticket, english = directory.registry.entities["ticket"], looks(house, directory, "en")
    assert title_of(ticket, {"device_number": "BX-T01-1", "title": "leak"}, english) == "BX-T01-1 leak"
    assert title_of(ticket, {"number": "BX-1", "device_number": "BX-T01-1", "title": "leak"}, english) == "BX-1 leak"
    assert title_of(ticket, {"title": "leak"}, english) == "leak"


@given(st.integers(-(10**12), 10**12))
def test_money_loses_no_fen(house: House, directory: Directory, fen: int) -> None:
    said = format_money(fen, looks(house, directory, "en"))
    assert Decimal(said.replace(",", "")) * 100 == fen
    assert said[-3] == "."


@given(st.datetimes(datetime(1992, 1, 1), datetime(2100, 1, 1)))
def test_moments_are_local(house: House, directory: Directory, moment: datetime) -> None:
    said = format_value("ticket.occurred_at", to_wire(moment.replace(tzinfo=UTC)), looks(house, directory, "ru"))
    assert said == f"{moment + timedelta(hours=8):%d.%m.%Y %H:%M}"


@given(st.dates(date(1900, 1, 1)))
def test_days_are_the_days_themselves(house: House, directory: Directory, day: date) -> None:
    assert format_value("lab.sample.on", day.isoformat(), looks(house, directory, "ru")) == f"{day:%d.%m.%Y}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.data(), JSON)
def test_no_cell_is_too_odd_to_be_shown(house: House, directory: Directory, data: st.DataObject, value: object) -> None:
    keys = sorted(fields_by_key(directory.registry))
    key = data.draw(st.sampled_from(keys))
    assert isinstance(format_value(key, value, looks(house, directory, data.draw(st.sampled_from(LANGUAGES)))), str)
