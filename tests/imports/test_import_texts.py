"""What imports say, they say in four languages."""

import json
import re
import string
from importlib.resources import files

from tests.imports.ledger import ROOT

from wuye.model.catalogue import LANGUAGES

TEXTS = {
    name: json.loads((files("wuye.imports") / "locales" / f"{name}.json").read_text("utf-8")) for name in LANGUAGES
}
CODE = "".join(
    file.read_text("utf-8")
    for folder in ("imports", "cli")
    for file in sorted((ROOT / "core" / "wuye" / folder).glob("*.py"))
)
BY_TYPE = {f"import.cell.{kind}" for kind in ("phone", "text")}
"""Chosen by a field's type."""
ALIKE = {"import.is_note", "import.list.what", "import.yes", "import.no"}
"""The same in both Chinese scripts."""


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_there_in_every_language_with_the_same_holes() -> None:
    for name in LANGUAGES:
        assert TEXTS[name].keys() == TEXTS["en"].keys()
        for key, text in TEXTS["en"].items():
            assert holes(TEXTS[name][key]) == holes(text), (name, key)
            assert name == "en" or TEXTS[name][key] != text, (name, key)
    alike = {key for key in TEXTS["en"] if TEXTS["zh-Hans"][key] == TEXTS["zh-Hant"][key]}
    assert alike <= ALIKE


def test_every_text_is_used_and_every_used_one_exists() -> None:
    used = set(re.findall(r'["\'](import\.[a-z_.]+[a-z])["\']', CODE)) | BY_TYPE
    for problem, key in re.findall(r'bad_(file|map)\(\s*"([a-z_]+)"', CODE):
        used.add(f"import.{problem}.{key}")
    used |= {"import.file.truncated", "import.file.quotes"}
    used |= {f"import.list.{name}" for name in ("line", "column", "kind", "what")}
    assert used == TEXTS["en"].keys()
