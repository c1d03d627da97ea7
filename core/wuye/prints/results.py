"""A report's result as a document: what was asked, its charts, its table."""

from datetime import datetime

from wuye.model.report import Table
from wuye.prints.composing import head_of
from wuye.prints.page import Fact, FactList, Page
from wuye.prints.rendering import Document, render
from wuye.prints.tables import figures
from wuye.reports.running import Ready
from wuye.reports.shown import Looks, format_value
from wuye.sync.directory import Directory

WIDE = 8
"""Columns that an upright sheet holds."""


def print_report(directory: Directory, ready: Ready, table: Table, looks: Looks, now: datetime) -> Document:
    """Return a report's table as a document, as its user prints it at a moment."""
    company, site, printed = head_of(directory, ready.site, ready.user, now, looks)
    facts = [
        Fact(looks.head(f"{ready.key}.{field.name}"), format_value(f"{ready.key}.{field.name}", value, looks))
        for field in ready.report.args
        if (value := ready.args.get(field.name)) is not None
    ]
    asked = [FactList(label="", columns=2, facts=facts)] if facts else []
    return render(
        Page(
            language=looks.language,
            company=company,
            site=site,
            title=looks.text(ready.key),
            number="",
            printed=printed,
            blocks=[*asked, figures(table, looks, label="", rows=True)],
            landscape=len(table.columns) > WIDE,
        )
    )
