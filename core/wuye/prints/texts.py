"""What every page says besides its form's own words, in four languages."""

from functools import cache
from importlib.resources import files

import msgspec

from wuye.model.catalogue import LANGUAGES, Catalogue


@cache
def _catalogue() -> Catalogue:
    folder = files("wuye.prints") / "locales"
    return Catalogue(
        {language: msgspec.json.decode((folder / f"{language}.json").read_bytes())} for language in LANGUAGES
    )


def say(key: str, language: str, /, **values: object) -> str:
    """Return a text with its ``{names}`` filled in."""
    return _catalogue().say(key, language, **values)
