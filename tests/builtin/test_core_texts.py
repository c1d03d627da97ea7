"""Every text of the core exists in four languages, and none is English in disguise."""

import inspect
import re
from string import Formatter

import pytest

from wuye.builtin import config, owner_rules, places, policies, privacy, ticket_rules, users
from wuye.model.catalogue import LANGUAGES, missing
from wuye.model.plugin import Contribution

SAME_AS_ENGLISH: frozenset[str] = frozenset()
"""Keys whose text may be the English one, for example names of firms."""

SCRIPT = {"zh-Hant": r"[\u3400-\u9fff]", "zh-Hans": r"[\u3400-\u9fff]", "ru": r"[А-Яа-яЁё]", "en": r"[A-Za-z]"}


def test_no_text_is_missing_in_any_language(core: Contribution) -> None:
    assert set(core.catalogues) == set(LANGUAGES)
    assert missing(core, core=True) == []


def test_rules_and_policies_have_their_texts(core: Contribution) -> None:
    modules = (config, owner_rules, places, privacy, ticket_rules, users)
    sources = "".join(inspect.getsource(module) for module in modules)
    said = set(re.findall(r'"(message\.\w+)"', sources))
    assert len(said) > 10
    texts = core.catalogues["en"]
    assert {key for key in texts if key.startswith("message.")} == said
    assert {key for key in texts if key.startswith("policy.")} == {f"policy.{name}" for name in policies.POLICIES}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_text_equals_the_english_one(core: Contribution, language: str) -> None:
    english = core.catalogues["en"]
    assert {key for key, text in core.catalogues[language].items() if text == english[key]} <= SAME_AS_ENGLISH


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_written_in_the_script_of_its_language(core: Contribution, language: str) -> None:
    assert [key for key, text in core.catalogues[language].items() if not re.search(SCRIPT[language], text)] == []


def test_traditional_and_simplified_are_not_mixed(core: Contribution) -> None:
    simplified_only, traditional_only = set("单业报维关进务项户区楼栋签电"), set("單業報維關進務項戶區樓棟簽電")
    assert not simplified_only & set("".join(core.catalogues["zh-Hant"].values()))
    assert not traditional_only & set("".join(core.catalogues["zh-Hans"].values()))


def test_all_languages_fill_in_the_same_values(core: Contribution) -> None:
    for key, text in core.catalogues["en"].items():
        names = {name for _, name, _, _ in Formatter().parse(text)}
        assert all({name for _, name, _, _ in Formatter().parse(t[key])} == names for t in core.catalogues.values())
