"""What the plugin keeps: what the house offers, its members, their points, the care for them."""

from .catalogue import GIFT, RULE, TIER
from .members import MEMBER
from .points import CORRECTION, ENTRY
from .visits import VISIT

ENTITIES = (TIER, RULE, GIFT, MEMBER, ENTRY, CORRECTION, VISIT)

__all__ = ["CORRECTION", "ENTITIES", "ENTRY", "GIFT", "MEMBER", "RULE", "TIER", "VISIT"]
