"""What the server decides beyond the expressions of the entities."""

from . import application, papers, site

RULES = (*application.RULES, *papers.RULES, *site.RULES)
