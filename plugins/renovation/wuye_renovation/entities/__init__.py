"""What there is: rules per house type, applications with their papers, rounds, violations, warranties."""

from .application import APPLICATION
from .deposit import DEPOSIT
from .house_rules import RULE
from .inspection import INSPECTION
from .papers import AGREEMENT, PASS, PERMIT, WORKER
from .violation import VIOLATION
from .warranty import WARRANTY

ENTITIES = (RULE, APPLICATION, AGREEMENT, PERMIT, PASS, WORKER, INSPECTION, VIOLATION, DEPOSIT, WARRANTY)
