"""Printed forms and reports: one HTML document each, with print CSS, drawn on the server (ADR 9)."""

from wuye.prints.forms import Asker, Printed, forms_for, named, print_form
from wuye.prints.rendering import Document
from wuye.prints.results import print_report

__all__ = ["Asker", "Document", "Printed", "forms_for", "named", "print_form", "print_report"]
