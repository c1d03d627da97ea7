"""What must hold of broadcasting, and what follows."""

from . import log, plan, scripts, studio

RULES = (*plan.RULES, *scripts.RULES, *log.RULES, *studio.RULES)
