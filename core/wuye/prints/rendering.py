"""Typesets a page: one HTML document with all that it needs inside, safe to show, to save and to print."""

import base64
import hashlib
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

from msgspec import Struct

from wuye.prints.page import Page
from wuye.prints.texts import say

if TYPE_CHECKING:
    from jinja2 import Environment

SIZES = {"A4": "A4", "A5": "A5", "card": "85.6mm 54mm"}
MARGINS = {"A4": "14mm 15mm 16mm", "A5": "10mm 11mm 13mm", "card": "0"}


class Document(Struct, frozen=True):
    """An HTML document, and the policy (CSP) by which a browser runs nothing in it but its own script."""

    html: str
    policy: str


def render(page: Page) -> Document:
    """Return a page as a document."""
    from markupsafe import Markup

    style = _sheet(page) + _source("page.css")
    script = _source("page.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    html = (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            policy=policy,
            # Ours, and named in the policy by their hashes.
            style=Markup(style),
            script=Markup(script),
            say=partial(_say, page.language),
        )
    )
    return Document(html, policy)


def _say(language: str, key: str) -> str:
    return say(key, language)


def _sheet(page: Page) -> str:
    """Return the paper: its size, and the number of each page at the foot where the browser can write one."""
    size = SIZES[page.paper] + (" landscape" if page.landscape and page.paper != "card" else "")
    numbers = "" if page.paper == "card" else '@bottom-center{content:counter(page) " / " counter(pages);font-size:8pt}'
    return f"@page{{size:{size};margin:{MARGINS[page.paper]};{numbers}}}\n"


def _hash(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("wuye.prints"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        keep_trailing_newline=True,
    )


@cache
def _source(name: str) -> str:
    return (files("wuye.prints") / "templates" / name).read_text("utf-8")
