"""Choice lists that come with Wuye; a company adds values of its own and retires what it does not use."""

from wuye.api import CodeList


def _flat(list_id: str, *values: str) -> CodeList:
    return CodeList(id=list_id, values=dict.fromkeys(values))


def _tree(list_id: str, **branches: tuple[str, ...]) -> CodeList:
    values: dict[str, str | None] = {}
    for branch, leaves in branches.items():
        values[branch] = None
        values.update(dict.fromkeys(leaves, branch))
    return CodeList(id=list_id, values=values)


CODES = (
    _flat("site_type", "residential", "mall", "office", "mixed", "organisation"),
    _flat(
        "department",
        "customer_service",
        "engineering",
        "finance",
        "security",
        "environment",
        "after_sales",
        "broadcasting",
        "management",
        "head_office",
        "contractor",
    ),
    _flat(
        "layout",
        "studio",
        "one_room",
        "two_rooms",
        "three_rooms",
        "four_rooms",
        "duplex",
        "villa",
        "open_plan",
    ),
    _flat("relation", "spouse", "child", "parent", "grandparent", "grandchild", "sibling", "carer", "other"),
    _flat(
        "owner_tag",
        "elderly_alone",
        "disabled",
        "needs_care",
        "committee",
        "volunteer",
        "foreign",
        "do_not_call",
    ),
    _flat("id_document", "id_card", "passport", "residence_permit", "business_licence", "other"),
    _flat(
        "document_category",
        "handover",
        "identity",
        "payment",
        "warranty",
        "renovation",
        "change_lease",
        "letter",
        "other",
    ),
    _flat("consent_purpose", "service", "marketing", "care", "chat_group", "health", "children", "disclosure"),
    _flat("legal_basis", "consent", "contract", "legal_duty", "authority", "emergency"),
    _flat("ticket_kind", "repair", "complaint", "inquiry", "help", "suggestion", "praise", "other"),
    _flat(
        "ticket_channel",
        "phone",
        "hotline",
        "walk_in",
        "visit",
        "email",
        "web",
        "app",
        "chat_group",
        "letter",
        "fax",
        "opinion_box",
        "superior",
        "press",
        "patrol",
        "control_room",
        "other",
    ),
    # Complaints by the classes of the sources (CMP-1), repairs by trade.
    _tree(
        "ticket_category",
        management=("equipment", "safety", "surroundings", "charges"),
        staff=("attitude", "communication"),
        efficiency=("handling_time", "feedback_time"),
        developer=(),
        neighbours=(),
        trade=(
            "water",
            "electricity",
            "heating",
            "lift",
            "doors_windows",
            "walls_roof",
            "public_facility",
            "network",
        ),
        other=(),
    ),
    _flat("wait_reason", "parts", "owner", "third_party", "approval", "date"),
    _flat("escalation_level", "supervisor", "manager", "site_chief", "head_office", "authority"),
    _flat(
        "ticket_tag",
        "warranty",
        "paid_service",
        "out_of_scope",
        "public_area",
        "night",
        "contractor",
        "group",
    ),
)
