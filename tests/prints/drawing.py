"""Charts for tests: a table and its chart, drawn in one language and read back."""

from collections.abc import Sequence
from functools import cache
from xml.etree.ElementTree import Element, fromstring

from tests.duties.company import Company
from tests.prints.sample import SAMPLE

from wuye.model.report import Chart, Table
from wuye.prints.charts import draw
from wuye.reports.shown import Looks

SVG = "{http://www.w3.org/2000/svg}"


@cache
def looks(language: str = "zh-Hant") -> Looks:
    """Return how values look in a language."""
    house = Company(SAMPLE).house
    return Looks(house.store.read(house.door.directory), house.estate, language)


def drawn(columns: Sequence[str], rows: Sequence[Sequence[object]], chart: Chart, language: str = "zh-Hant") -> Element:
    """Draw a chart and read it as XML."""
    svg = draw(Table(columns=tuple(columns), rows=rows, charts=(chart,)), chart, looks(language))
    assert svg is not None
    root = fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
        assert "style" not in element.attrib
    return root


def area_of(root: Element) -> tuple[float, float, float, float]:
    """Return where data may be drawn."""
    [area] = [element for element in root.iter("rect") if element.get("class") == "area"]
    x, y = float(area.get("x", "")), float(area.get("y", ""))
    return x, y, x + float(area.get("width", "")), y + float(area.get("height", ""))


def sheet_of(root: Element) -> tuple[float, float, float, float]:
    """Return the sheet that the chart is drawn on."""
    left, top, width, height = map(float, root.get("viewBox", "").split())
    return left, top, left + width, top + height


def texts(root: Element) -> list[str]:
    """Return every line of text."""
    return [element.text for element in root.iter() if element.tag in ("text", "tspan") and element.text]
