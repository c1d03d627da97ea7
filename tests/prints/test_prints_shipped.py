"""The forms of the plugins that we ship: each can be printed of a record that holds nothing yet, in every language."""

import re

import pytest
from tests.prints.reading import read, text

import wuye.builtin.plugin
from wuye.host import installed, load
from wuye.model.catalogue import LANGUAGES
from wuye.prints.composing import Composer
from wuye.prints.gathering import View
from wuye.prints.rendering import render
from wuye.sync.ports import Snapshot
from wuye.sync.rows import Stored
from wuye.testing.house import House

FORMS = sorted(load(wuye.builtin.plugin, installed(), strict=True).registry.prints)


@pytest.fixture(scope="module")
def house() -> House:
    """An installation with everything that is installed."""
    return House(load(wuye.builtin.plugin, installed(), strict=True).registry)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_can_be_printed_of_an_empty_record_in_every_language(house: House, form: str) -> None:
    known = house.registry.prints[form]
    about = {"created_at": "2026-11-22T08:00:00.000Z", "updated_at": "2026-11-22T08:00:00.000Z"}
    empty = Stored(
        entity=known.entity,
        id=house.id(),
        seq=1,
        deleted=False,
        values={},
        buckets=(),
        created_by="",
        updated_by="",
        **about,
    )

    def printed(snapshot: Snapshot, language: str) -> str:
        view = View(snapshot, house.door.directory(snapshot), house.estate, "", house.now)
        composer = Composer(known, view, language)
        page = composer.page(empty)
        while view.fetch():
            page = composer.page(empty)
        return render(page).html

    for language in LANGUAGES:
        page = read(house.store.read(lambda snapshot, language=language: printed(snapshot, language)))  # type: ignore[misc]
        title = text(next(iter(page.iter("h1"))))
        assert title == house.registry.catalogue.say(f"print.{form}", language)
        plugin = house.registry.origin[f"print.{form}"]
        assert re.findall(rf"\b(?:{plugin}|print|meta|value)\.[a-z_.]+", text(page)) == []
