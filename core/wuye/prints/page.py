"""A printed page as texts: what a form shows of one record in one language, before it is typeset."""

from collections.abc import Sequence

from msgspec import Struct


class Fact(Struct, frozen=True):
    """A labelled value; an empty one leaves a line for a pen, ``long`` ones take the whole width."""

    label: str
    text: str
    long: bool = False


class FactList(Struct, frozen=True, kw_only=True):
    """Facts in columns."""

    kind = "facts"
    label: str
    columns: int
    facts: Sequence[Fact]


class Grid(Struct, frozen=True, kw_only=True):
    """A table; columns in ``numbers`` are set flush right."""

    kind = "grid"
    label: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    blank: int = 0
    numbers: frozenset[int] = frozenset()


class Paragraph(Struct, frozen=True):
    """Running words; None is a gap to be filled in by hand."""

    kind = "words"
    parts: Sequence[str | None]


class Texts(Struct, frozen=True, kw_only=True):
    """A long text, in the languages that it has: (language or '', its name or '', text)."""

    kind = "texts"
    label: str
    texts: Sequence[tuple[str, str, str]]


class SignHere(Struct, frozen=True):
    """Places to sign: (label, who signed, when, what he drew as a data URI); empty where nobody has yet."""

    kind = "signatures"
    places: Sequence[tuple[str, str, str, str]]


class Code(Struct, frozen=True):
    """A QR code as SVG with its text."""

    kind = "code"
    svg: str
    text: str


class Figures(Struct, frozen=True, kw_only=True):
    """Charts as (title, SVG), then the figures that they are drawn from."""

    kind = "figures"
    label: str
    charts: Sequence[tuple[str, str]]
    grid: Grid | None


class Group(Struct, frozen=True, kw_only=True):
    """Blocks about another record; ``title`` names it."""

    kind = "group"
    label: str
    title: str
    blocks: "Sequence[Shown]"


Shown = FactList | Grid | Paragraph | Texts | SignHere | Code | Figures | Group


class Page(Struct, frozen=True, kw_only=True):
    """A form: head, blocks, foot. ``parts`` name its copies."""

    language: str
    company: str
    site: str
    title: str
    number: str
    printed: str
    blocks: Sequence[Shown]
    paper: str = "A4"
    landscape: bool = False
    parts: Sequence[str] = ()
