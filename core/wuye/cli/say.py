"""What the command line says to people, in the language of their terminal."""

import os
from functools import cache
from importlib.resources import files

import msgspec

from wuye.kernel.errors import Problem
from wuye.model.catalogue import LANGUAGES, Catalogue

_CATALOGUES = ("wuye.cli", "wuye.imports", "wuye.builtin")


@cache
def catalogue() -> Catalogue:
    """Return the command line's texts and those of the error codes."""
    return Catalogue(
        {language: msgspec.json.decode((files(package) / "locales" / f"{language}.json").read_bytes())}
        for package in _CATALOGUES
        for language in LANGUAGES
    )


def language() -> str:
    """Return the language of the environment: ``WUYE_LANG``, or what ``LC_ALL``, ``LC_MESSAGES``, ``LANG`` say."""
    names = (os.environ.get(key) for key in ("WUYE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    name = next((name for name in names if name), "").partition(".")[0].replace("-", "_")
    if name.startswith("zh"):
        return "zh-Hant" if any(part in name for part in ("TW", "HK", "MO", "Hant")) else "zh-Hans"
    return "ru" if name.startswith("ru") else "en"


def say(key: str, /, **values: object) -> str:
    """Return a text with its ``{names}`` filled in."""
    return catalogue().say(key, language(), **values)


def explain(problem: Problem) -> str:
    """Return a problem as a sentence that says what to do: its own ``message``, or its code's."""
    key = problem.extra.get("message")
    if isinstance(key, str):
        values = problem.extra.get("values")
        return say(key, **values if isinstance(values, dict) else {})
    own = f"cli.code.{problem.code}"
    if own in catalogue().starting(own):
        return say(own, **{"detail": problem.detail, **problem.extra})
    text = say(f"error.{problem.code}")
    return f"{text} ({problem.detail})" if problem.detail else text
