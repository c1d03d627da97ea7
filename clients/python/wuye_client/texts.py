"""The client's own texts in four languages; texts of entities come with the manifest."""

import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

LANGUAGES = ("zh-Hant", "zh-Hans", "ru", "en")


@cache
def catalogue(locale: str) -> Mapping[str, str]:
    """Return key → text of one language."""
    return msgspec.json.decode((files("wuye_client") / "locales" / f"{locale}.json").read_bytes(), type=dict[str, str])


def say(key: str, locale: str, /, **params: object) -> str:
    """Return a text with its ``{names}`` filled in; an unknown language falls back to English."""
    text = catalogue(locale if locale in LANGUAGES else "en").get(key, key)
    return text.format_map(params) if params else text


def pick(text: Mapping[str, str], locale: str) -> str:
    """Return a TEXT (protocol §7) in a language, else in English, else in any."""
    return text.get(locale) or text.get("en") or next(iter(text.values()), "")


def guess_locale() -> str:
    """Return the language of the environment (``WUYE_LANG``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG``)."""
    name = next((value for key in ("WUYE_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(key))), "")
    name = name.partition(".")[0].replace("-", "_")
    if name.startswith("zh"):
        return "zh-Hant" if any(part in name for part in ("TW", "HK", "MO", "Hant")) else "zh-Hans"
    return "ru" if name.startswith("ru") else "en"
