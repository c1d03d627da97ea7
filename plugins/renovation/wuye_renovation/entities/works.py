"""What is to be done, and what follows from it: features, approvals, documents (Order 110 Art. 5–9, 14), all as
expressions, so that a tablet knows in the stairwell what the office will ask for."""

from collections.abc import Iterable, Mapping

from wuye.api import Constraint, Field

from .flow import BEFORE_AGREEMENT

FLAGS = ("structure", "wet_room", "facade", "heating", "gas", "load", "waterproof", "energy")
IMPLIED: Mapping[str, tuple[str, ...]] = {
    "structure": ("structural_change",),
    "wet_room": ("bathroom", "kitchen"),
    "facade": ("outer_wall", "outer_opening", "erect_structure", "balcony_enclosure"),
    "heating": ("heating",),
    "gas": ("gas",),
    "load": ("mezzanine",),
    "waterproof": ("waterproofing",),
}
"""Feature → kinds of work that have it whatever was ticked."""

APPROVALS = {
    "planning": ("facade", "approval_planning"),
    "heating_company": ("heating", "approval_heating"),
    "gas_company": ("gas", "approval_gas"),
}
"""Authority → the feature that asks for its approval (Art. 6), the document that proves it."""

UNBOUND = ("draft", "rejected", "lapsed")
"""States in which an application may hold what is prohibited: it is written down before it is judged."""


def among(values: Iterable[str]) -> str:
    """Write a list literal of an expression."""
    return f"[{', '.join(repr(value) for value in values)}]"


def _has(*features: str) -> str:
    return " || ".join(f"'{feature}' in features" for feature in features)


def _when(condition: str, *items: str) -> str:
    return f"({condition} ? {among(items)} : [])"


_FEATURES = " + ".join(
    _when(f"works.exists(w, w.{feature} == true || w.kind in {among(kinds)})", feature)
    for feature, kinds in IMPLIED.items()
)
_DOCUMENTS = " + ".join(
    (
        among(("title_proof", "applicant_id", "renovation_plan")),
        _when("applicant_kind == 'tenant'", "owner_consent"),
        _when(_has("structure", "load"), "design_scheme"),
        *(_when(f"'{authority}' in approvals", document) for authority, (_, document) in APPROVALS.items()),
        _when(_has("waterproof", "wet_room"), "waterproof_plan"),
        _when("builder == 'enterprise'", "contractor_qualification"),
        "coalesce(settings.renovation_extra_documents, [])",
    )
)

WORKS = Field(
    name="works",
    type="rows",
    max=60,
    help=True,
    fields=(
        Field(name="kind", type="choice", codes="renovation_work", required=True),
        Field(name="place", type="choice", codes="renovation_place", required=True),
        Field(name="description", max=500),
        *(Field(name=flag, type="boolean", help=True) for flag in FLAGS),
    ),
)

DOCUMENTS = Field(
    name="documents",
    type="rows",
    max=60,
    help=True,
    fields=(
        Field(name="kind", type="choice", codes="renovation_document", required=True),
        Field(name="received", type="boolean"),
        Field(name="check", type="choice", choices=("ok", "not_ok")),
        Field(name="number", max=100),
        Field(name="note", max=300),
    ),
)

FOLLOWS = (
    Field(name="features", type="choices", choices=tuple(IMPLIED), derive=_FEATURES),
    Field(
        name="approvals",
        type="choices",
        codes="renovation_authority",
        derive=" + ".join(_when(_has(feature), authority) for authority, (feature, _) in APPROVALS.items()),
        help=True,
    ),
    # A site that later asks for more does not make papers missing where works are under way.
    Field(
        name="required_documents",
        type="choices",
        codes="renovation_document",
        derive=f"status in {among(BEFORE_AGREEMENT)} ? {_DOCUMENTS} : required_documents",
    ),
    Field(
        name="missing_documents",
        type="choices",
        codes="renovation_document",
        derive="required_documents.filter(d, !documents.exists(r, r.kind == d && r.received == true))",
    ),
    Field(
        name="unchecked_documents",
        type="choices",
        codes="renovation_document",
        derive="required_documents.filter(d, !documents.exists(r, r.kind == d && r.check == 'ok'))",
        help=True,
    ),
)


def _prohibited(name: str, condition: str, *fields: str) -> Constraint:
    return Constraint(
        name=name,
        expr=f"status in {among(UNBOUND)} || !({condition})",
        fields=fields or ("works",),
    )


PROHIBITED = (
    _prohibited(
        "article_5_1", "'structure' in features && (designer == null || designer_kind == null)", "works", "designer"
    ),
    _prohibited(
        "article_5_2",
        "works.exists(w, w.kind == 'room_to_wet_room' ||"
        " ((w.wet_room == true || w.kind in ['bathroom', 'kitchen']) && !(w.place in ['bathroom', 'kitchen'])))",
    ),
    _prohibited("article_5_3", "works.exists(w, w.kind in ['enlarge_opening', 'remove_balcony_wall'])"),
    _prohibited("article_5_4", "works.exists(w, w.energy == true || w.kind == 'remove_energy_saving')"),
    _prohibited("article_5_5", "works.exists(w, w.kind == 'endanger')"),
    _prohibited("article_7", "'load' in features && designer == null", "works", "designer"),
    _prohibited(
        "article_9",
        f"({_has('structure', 'facade', 'heating', 'gas', 'load', 'waterproof')}) &&"
        " (builder != 'enterprise' || qualification_number == null)",
        "builder",
        "qualification_number",
    ),
)
"""What Order 110 forbids; each message names the article."""
