"""Printable forms (domain-reference D9): blocks over a record, rendered by whoever prints.

Texts: ``print.<id>`` is the form's title; ``label`` and ``text`` of blocks are text keys. What the reader may not
read stays blank.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct


class Facts(Struct, frozen=True, kw_only=True, tag="facts"):
    """Fields with their labels; ``unit.building`` follows refs. Empty ones leave room for a pen."""

    fields: tuple[str, ...]
    columns: int = 2
    label: str | None = None


class Lines(Struct, frozen=True, kw_only=True, tag="lines"):
    """A ``rows`` field as a table; ``blank`` empty lines follow, to be filled in by hand."""

    field: str
    columns: tuple[str, ...] = ()
    blank: int = 0
    label: str | None = None


class Records(Struct, frozen=True, kw_only=True, tag="records"):
    """The records of ``entity`` whose ``field`` names this one, as a table, ordered by ``sort`` (``-name``: down)."""

    entity: str
    field: str
    columns: tuple[str, ...]
    sort: str = "created_at"
    label: str | None = None


class Words(Struct, frozen=True, kw_only=True, tag="words"):
    """A paragraph; ``{field}`` in its text shows the field's value."""

    text: str


class Body(Struct, frozen=True, kw_only=True, tag="body"):
    """A long text; a localized one shows its languages beside each other, each set in its own."""

    field: str
    label: str | None = None


class Signature(Struct, frozen=True, kw_only=True, tag="signature"):
    """Lines to sign on, side by side: label → signature field that already holds one, or None."""

    places: Mapping[str, str | None]


class QrCode(Struct, frozen=True, kw_only=True, tag="qr"):
    """A field's text as a QR code, the text below."""

    field: str


class Drawing(Struct, frozen=True, kw_only=True, tag="drawing"):
    """A field that holds a `Table`: its charts, then (``rows``) its figures."""

    field: str
    rows: bool = True
    label: str | None = None


class Each(Struct, frozen=True, kw_only=True, tag="each"):
    """Blocks once for each record of ``entity`` whose ``field`` names this one, under the record's title.

    Of `Records` and `Drawing` among them, only those that hold something.
    """

    entity: str
    field: str
    blocks: "tuple[Block, ...]"
    sort: str = "created_at"
    label: str | None = None


class Of(Struct, frozen=True, kw_only=True, tag="of"):
    """Blocks about the record that a ref field names."""

    field: str
    blocks: "tuple[Block, ...]"
    label: str | None = None


Block = Facts | Lines | Records | Words | Body | Signature | QrCode | Drawing | Each | Of


class Print(Struct, frozen=True, kw_only=True):
    """A form about one record of ``entity``, offered where ``when`` (an expression) is not false.

    ``parts`` are text keys of copies: the form once for each, so named (a work order's four parts).
    """

    id: str
    entity: str
    blocks: tuple[Block, ...]
    when: str | None = None
    paper: Literal["A4", "A5", "card"] = "A4"
    landscape: bool = False
    parts: tuple[str, ...] = ()
