"""What must hold of members and points, and what follows."""

from . import care, catalogue, members, points

RULES = (*catalogue.RULES, *members.RULES, *points.RULES, *care.RULES)

__all__ = ["RULES"]
