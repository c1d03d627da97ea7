"""What is asked of members and points."""

from . import people, points

REPORTS = (*points.REPORTS, *people.REPORTS)

__all__ = ["REPORTS"]
