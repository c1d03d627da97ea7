"""SVG elements, and how wide texts run: no browser is asked, so widths are estimated on the safe side."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from xml.etree.ElementTree import Element, SubElement, tostring

SIZE = 12.0
"""Font size of every text; a chart is 720 wide, so that this prints as 9 points on A4."""
LINE = 15.0
"""Distance of lines."""
_UNSAID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PIECES = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffee][、。，；：！？）」』]*|[^\s\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffee]+\s*|\s+"
)


def add(parent: Element, tag: str, text: str = "", /, **attributes: float | str) -> Element:
    """Append an element; ``class_`` and ``text_anchor`` become ``class`` and ``text-anchor``."""
    written = {
        name.rstrip("_").replace("_", "-"): f"{value:.2f}".rstrip("0").rstrip(".")
        if isinstance(value, float)
        else str(value)
        for name, value in attributes.items()
    }
    element = SubElement(parent, tag, written)
    if text:
        element.text = said(text)
    return element


def chart(width: float, height: float, title: str) -> Element:
    """Begin a chart; ``title`` is for those who cannot see it."""
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
            "class": "chart",
            "role": "img",
            "font-size": f"{SIZE:.0f}",
        },
    )
    SubElement(root, "title").text = said(title)
    return root


def finish(root: Element) -> str:
    """Return the chart as text to stand in an HTML page."""
    return tostring(root, encoding="unicode")


def said(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _UNSAID.sub("\ufffd", text)


@lru_cache(maxsize=4096)
def width_of(text: str) -> float:
    """Return about how wide a text runs; rather too much than too little."""
    return SIZE * sum(map(_advance, text))


def _advance(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WFA":
        return 1.0 if unicodedata.east_asian_width(letter) != "A" else 0.75
    if letter in " .,:;!|'il-":
        return 0.36
    if letter.isupper() or letter in "мшщжюфъыmw%@—":
        return 0.76
    return 0.6


def wrap(text: str, room: float, most: int = 3) -> list[str]:
    """Break a text into at most ``most`` lines that fit the room; what is left over ends in an ellipsis."""
    lines: list[str] = []
    line = ""
    for piece in _fitting(_PIECES.findall(" ".join(said(text).split())), room):
        if line and width_of((line + piece).rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    if line.strip():
        lines.append(line.rstrip())
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], clip(" ".join(lines[most - 1 :]), room)]


def clip(text: str, room: float) -> str:
    """Cut a text to its room."""
    if width_of(text) <= room:
        return text
    while text and width_of(text + "…") > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _fitting(pieces: Sequence[str], room: float) -> list[str]:
    """Break the words that are longer than a line."""
    found: list[str] = []
    for piece in pieces:
        rest = piece
        while width_of(rest.rstrip()) > room and len(rest) > 1:
            end = next((n for n in range(len(rest) - 1, 0, -1) if width_of(rest[:n]) <= room), 1)
            found.append(rest[:end])
            rest = rest[end:]
        found.append(rest)
    return found


def write(parent: Element, x: float, top: float, lines: Sequence[str], **attributes: float | str) -> None:
    """Write lines below each other, the first one's upper edge at ``top``."""
    text = add(parent, "text", x=x, y=top + SIZE * 0.9, **attributes)
    for index, line in enumerate(lines):
        span = add(text, "tspan", line, x=x)
        if index:
            span.set("dy", f"{LINE:.0f}")
