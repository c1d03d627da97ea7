"""Imports are told of at the real door: over a store in memory, and as the command line over a company's folder."""

from tests.cli.conftest import company, wuye

__all__ = ["company", "wuye"]
