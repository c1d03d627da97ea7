"""Everything that is kept of broadcasting."""

from . import log, plan, scripts, sheets, studio

ENTITIES = (*plan.ENTITIES, *scripts.ENTITIES, *log.ENTITIES, *studio.ENTITIES, *sheets.ENTITIES)
