"""A form in each of the four languages: its own words, dates and numbers as people write them, fonts for the script."""

import base64
import hashlib
import json
import re
from importlib.resources import files
from xml.etree.ElementTree import Element

import pytest
from tests.prints.conftest import Order
from tests.prints.reading import facts, read, text

from wuye.model.catalogue import LANGUAGES, missing

SAID = {
    "zh-Hant": ("工程維修單", "費用", "1,234.50", "2026年12月1日", "2.5", "列印", "是"),
    "zh-Hans": ("工程维修单", "费用", "1,234.50", "2026年12月1日", "2.5", "打印", "是"),
    "ru": ("Заказ-наряд на ремонт", "Стоимость", "1\u00a0234,50", "01.12.2026", "2,5", "Печать", "да"),
    "en": ("Work order", "Price", "1,234.50", "Dec 1, 2026", "2.5", "Print", "yes"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_speaks_the_language_asked_for(order: Order, language: str) -> None:
    title, price, amount, due, hours, button, paid = SAID[language]
    page = read(order.page(lang=language))
    assert page.get("lang") == language
    assert text(next(iter(page.iter("h1")))) == title
    shown = facts(page)
    assert shown[price] == " ".join(amount.split())
    assert due in shown.values()
    assert hours in shown.values()
    assert paid.lower() in {value.lower() for value in shown.values()}
    assert text(next(iter(page.iter("button")))) == button


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_of_a_text_is_shown(order: Order, language: str) -> None:
    shown = text(read(order.page(lang=language)))
    assert re.findall(r"\b(?:sample|prints?|meta|value|code)\.[a-z_.]+", shown) == []


def test_each_script_has_its_own_fonts(order: Order) -> None:
    [style] = read(order.page()).iter("style")
    for tag, font in (("zh-Hant", "Noto Sans CJK TC"), ("zh-Hans", "Noto Sans CJK SC"), ("ru", "Noto Sans")):
        [stack] = re.findall(rf":lang\({tag}\)[^{{]*{{ font-family: ([^}}]*)", style.text or "")
        assert font in stack
        assert stack.endswith("sans-serif; ")


def test_every_text_of_the_pages_is_there_in_every_language_and_used() -> None:
    folder = files("wuye.prints") / "locales"
    texts = {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in LANGUAGES}
    assert len({frozenset(known) for known in texts.values()}) == 1
    code = "".join(
        entry.read_text("utf-8")
        for part in ("", "templates", "charts")
        for entry in files("wuye.prints").joinpath(part).iterdir()
        if entry.is_file()
    )
    used = set(re.findall(r'"(prints\.[a-z_]+)"', code))
    chosen = {f"prints.language.{name}" for name in LANGUAGES} | {"prints.chart.planned", "prints.chart.done"}
    assert used | chosen == texts["en"].keys()


def test_the_check_of_plugins_asks_for_every_text_of_a_form(order: Order) -> None:
    [contribution] = [c for c in order.company.house.registry.contributions if c.info.id == "sample"]
    assert [key for key in missing(contribution) if "role." not in key] == []
    wanted = {
        "print.sample.order",
        "sample.head.more",
        "sample.words.promise",
        "sample.sign.manager",
        "sample.copy.office",
    }
    for key in wanted:
        assert contribution.catalogues["ru"].pop(key)  # type: ignore[attr-defined]
        assert f"ru: {key}" in missing(contribution)


def test_a_browser_runs_the_pages_own_script_and_nothing_else(order: Order) -> None:
    page = read(order.page())
    [policy] = [meta.get("content", "") for meta in page.iter("meta") if "http-equiv" in meta.attrib]
    [style], [script] = page.iter("style"), page.iter("script")

    def digest(element: Element) -> str:
        return base64.b64encode(hashlib.sha256((element.text or "").encode()).digest()).decode()

    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest(style)}'",
        f"script-src 'sha256-{digest(script)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert "window.print()" in (script.text or "")
