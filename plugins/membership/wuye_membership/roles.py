"""Who does what with members and their points. Whoever serves customers enrols and books; those in charge decide."""

from wuye.api import Role


def _rights(entity: str, *verbs: str) -> tuple[str, ...]:
    return tuple(f"membership.{entity}.{verb}" for verb in verbs)


_ENTITIES = ("tier", "rule", "gift", "member", "entry", "correction", "visit")
# Not `membership.*`: whoever may import sets what is otherwise the server's.
_LEAD = tuple(right for entity in _ENTITIES for right in _rights(entity, "create", "update", "act.*"))
_TAKE_OVER = tuple(right for entity in _ENTITIES for right in _rights(entity, "import"))
# Members are owners in core: who enrols them registers them, hears what they agree to, and logs whom he looked up.
_PEOPLE = (
    *(f"{entity}.{verb}" for entity in ("owner", "owner.private") for verb in ("create", "update")),
    "consent.create",
    "consent.act.withdraw",
    "access.create",
    "ticket.create",
    "ticket.event.create",
)
_SEE = ("membership",)
_SEE_CARE = (*_SEE, "membership.care")
_BOOK = _rights("entry", "create")
_SERVE = (
    *_BOOK,
    # A lost card is stopped by whoever hears of it; only those in charge let it live again.
    *_rights("member", "create", "update", "act.freeze", "act.replace_card", "act.rejoin"),
    *_rights("correction", "create", "update"),
    *_rights("visit", "create", "update", "act.*"),
)

ROLES = (
    Role(
        id="membership_clerk",
        rights=(
            *_SERVE,
            *_rights("member", "act.approve", "act.unfreeze", "act.set_tier", "act.cancel"),
            *_rights("gift", "create", "update"),
            *_PEOPLE,
        ),
        streams=(*_SEE_CARE, "places", "tickets", "owners", "owners.private"),
    ),
    *(
        Role(id=role, rights=_SERVE, streams=_SEE_CARE)
        for role in ("front_desk", "after_sales", "cs_assistant", "private_butler")
    ),
    Role(id="finance", rights=_BOOK, streams=_SEE),
    *(Role(id=role, rights=_LEAD, streams=_SEE_CARE) for role in ("cs_supervisor", "cs_manager", "site_chief")),
    *(Role(id=role, rights=(*_LEAD, *_TAKE_OVER), streams=_SEE_CARE) for role in ("hq_cs", "admin")),
    Role(id="auditor", rights=(), streams=_SEE_CARE),
)
