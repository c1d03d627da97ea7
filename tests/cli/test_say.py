"""What the command line says, it says in four languages."""

import json
import re
import string
from importlib.resources import files
from pathlib import Path

import pytest

from wuye import cli
from wuye.cli.say import catalogue, explain, language
from wuye.kernel.errors import CODES, Problem
from wuye.model.catalogue import LANGUAGES

TEXTS = {name: json.loads((files("wuye.cli") / "locales" / f"{name}.json").read_text("utf-8")) for name in LANGUAGES}
SOURCE = Path(cli.__file__).parent
USED = {
    key
    for file in [*SOURCE.glob("*.py"), SOURCE.parent / "bootstrap.py"]
    for key in re.findall(r'"(cli\.[a-z_.]+[a-z])"', file.read_text("utf-8"))
}


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_there_in_every_language_with_the_same_holes() -> None:
    for key, text in TEXTS["en"].items():
        for name in LANGUAGES:
            assert TEXTS[name][key].strip(), (name, key)
            assert holes(TEXTS[name][key]) == holes(text), (name, key)
        assert len({TEXTS[name][key] for name in LANGUAGES}) == 4 or key == "cli.init.admin_name", key
    assert all(TEXTS[name].keys() == TEXTS["en"].keys() for name in LANGUAGES)


def test_every_text_is_used_and_every_used_one_exists() -> None:
    used = USED | {key for key in TEXTS["en"] if key.startswith("cli.code.") and key.removeprefix("cli.code.") in CODES}
    assert used == TEXTS["en"].keys()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", LANGUAGES)
def test_every_problem_becomes_a_sentence(code: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUYE_LANG", name)
    said = explain(Problem(code, "the place", extra={"min": 10}))
    assert said
    assert not said.startswith(("cli.", "error."))


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh_CN.UTF-8", "zh-Hans"),
        ("zh_TW.UTF-8", "zh-Hant"),
        ("zh_HK", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
        ("ru_RU.UTF-8", "ru"),
        ("de_DE.UTF-8", "en"),
        ("C", "en"),
        ("", "en"),
    ],
)
def test_the_terminal_chooses_the_language(lang: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WUYE_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", lang)
    assert language() == expected


def test_error_texts_of_the_core_are_known_here() -> None:
    assert catalogue().say("error.gone", "ru") != "error.gone"
