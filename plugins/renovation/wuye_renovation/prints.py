"""The forms of a renovation (domain-reference D9): from the application to the acceptance, notices and passes."""

from wuye.api import Body, Each, Facts, Lines, Of, Print, QrCode, Records, Signature, Words

APPLICATION, PERMIT, PASS, WORKER, INSPECTION, VIOLATION, DEPOSIT, AGREEMENT, WARRANTY = (
    f"renovation.{name}"
    for name in (
        "application",
        "permit",
        "pass",
        "worker",
        "inspection",
        "violation",
        "deposit",
        "agreement",
        "warranty",
    )
)


def _label(name: str) -> str:
    return f"print.renovation.label.{name}"


def _text(name: str) -> str:
    return f"print.renovation.text.{name}"


_HOME = Facts(fields=("unit.building", "unit", "unit.area", "applicant", "applicant_kind"))
_BUILDER = Facts(
    fields=("builder", "contractor", "qualification_number", "qualification_grade", "site_manager", "site_phone"),
    label=_label("builder"),
)
_PERIOD = Facts(fields=("starts_on", "ends_on", "permitted_hours"), label=_label("period"))
_WORKS = Lines(field="works", columns=("kind", "place", "description"), label=_label("works"))
_PROHIBITED = Words(text=_text("prohibited"))


def _of_application(*blocks: Facts | Lines | Words) -> Of:
    return Of(field="application", blocks=blocks)


PRINTS = (
    Print(
        id="renovation.application",
        entity=APPLICATION,
        blocks=(
            _HOME,
            Lines(field="works", columns=("kind", "place", "description"), blank=2, label=_label("works")),
            Facts(fields=("features", "approvals", "designer", "designer_kind"), label=_label("features")),
            _BUILDER,
            _PERIOD,
            Facts(fields=("required_documents", "missing_documents"), columns=1, label=_label("documents")),
            Lines(field="documents", columns=("kind", "received", "check", "number", "note"), blank=1),
            Lines(field="neighbours", label=_label("neighbours"), blank=1),
            _PROHIBITED,
            Facts(fields=("status", "conditions", "rejection", "decided_by", "decided_at"), label=_label("decision")),
            Signature(places={_label("applicant"): "applicant_signature", _label("manager"): None}),
        ),
    ),
    Print(
        id="renovation.agreement",
        entity=AGREEMENT,
        blocks=(
            Facts(fields=("signed_on",)),
            _of_application(_HOME, _WORKS, _BUILDER, _PERIOD),
            Facts(fields=("terms_waste",), columns=1),
            Facts(fields=("terms_facade",), columns=1),
            Facts(fields=("terms_prohibited",), columns=1),
            Facts(fields=("fee", "fee_note", "application.deposit_due"), label=_label("money")),
            Facts(fields=("terms_liability",), columns=1),
            Body(field="special", label=_label("special")),
            Facts(fields=("told_renovator", "told_contractor")),
            Signature(
                places={
                    _label("applicant"): "renovator_signature",
                    _label("contractor"): "contractor_signature",
                    _label("manager"): "manager_signature",
                }
            ),
        ),
    ),
    Print(
        id="renovation.liability",
        entity=APPLICATION,
        blocks=(
            _HOME,
            _WORKS,
            _PERIOD,
            Words(text=_text("liability")),
            _PROHIBITED,
            Words(text=_text("liability_end")),
            Signature(places={_label("applicant"): "applicant_signature", _label("contractor"): None}),
        ),
    ),
    Print(
        id="renovation.workers",
        entity=APPLICATION,
        blocks=(
            _HOME,
            _BUILDER,
            Records(
                entity=WORKER,
                field="application",
                columns=("name", "trade", "document_type", "document_number", "phone", "certificate", "pass"),
                sort="name",
                label=_label("workers"),
            ),
            Words(text=_text("workers")),
            Signature(places={_label("contractor"): None, _label("manager"): None}),
        ),
    ),
    Print(
        id="renovation.permit",
        entity=PERMIT,
        blocks=(
            Facts(fields=("issued_on", "valid_until")),
            _of_application(
                Facts(fields=("unit.building", "unit")),
                _WORKS,
                Facts(fields=("contractor", "site_manager", "site_phone", "starts_on", "permitted_hours")),
            ),
            Words(text=_text("permit")),
            QrCode(field="number"),
            Signature(places={_label("manager"): None}),
        ),
    ),
    Print(
        id="renovation.pass",
        entity=PASS,
        paper="card",
        blocks=(
            Facts(fields=("holder", "trade", "application.unit", "valid_until"), columns=1),
            QrCode(field="number"),
        ),
    ),
    Print(
        id="renovation.inspections",
        entity=APPLICATION,
        landscape=True,
        blocks=(
            _HOME,
            Each(
                entity=INSPECTION,
                field="application",
                sort="inspected_on",
                label=_label("rounds"),
                blocks=(
                    Facts(fields=("inspected_on", "kind", "result", "inspector", "present"), columns=3),
                    Lines(field="checklist"),
                    Facts(fields=("water_place", "water_started_at", "water_hours", "water_result")),
                    Facts(fields=("found", "told"), columns=1),
                    Signature(places={_label("present"): "signature"}),
                ),
            ),
        ),
    ),
    Print(
        id="renovation.violation",
        entity=VIOLATION,
        parts=(_label("part_responsible"), _label("part_file")),
        blocks=(
            Facts(fields=("kind", "unit", "location", "responsible", "found_on", "found_time", "found_by")),
            Body(field="what", label=_label("what")),
            Body(field="demand", label=_label("demand")),
            Facts(fields=("deadline",)),
            Words(text=_text("violation")),
            Signature(places={_label("served"): "served_signature", _label("manager"): None}),
        ),
    ),
    Print(
        id="renovation.report",
        entity=VIOLATION,
        when="report_from != null",
        blocks=(
            Facts(fields=("authority", "report_number", "reported_at")),
            Facts(fields=("kind", "unit.building", "unit", "location", "responsible", "found_on", "deadline")),
            Body(field="what", label=_label("what")),
            Body(field="demand", label=_label("demand")),
            Facts(fields=("refusal", "damage"), columns=1),
            Words(text=_text("report")),
            Signature(places={_label("manager"): None}),
        ),
    ),
    Print(
        id="renovation.acceptance",
        entity=APPLICATION,
        when="completed_on != null",
        blocks=(
            _HOME,
            _WORKS,
            Facts(fields=("contractor", "completed_on", "owner_accepted_on", "warranty_certificate", "water_test")),
            Lines(field="acceptance", label=_label("acceptance")),
            Facts(fields=("rectify_by", "accepted_on", "second_due", "second_accepted_on")),
            Records(
                entity=WARRANTY,
                field="application",
                columns=("part", "accepted_on", "years", "ends_on"),
                sort="ends_on",
                label=_label("warranty"),
            ),
            Facts(fields=("deposit_balance", "refund_by"), label=_label("deposit")),
            Signature(
                places={
                    _label("applicant"): "acceptance_signature",
                    _label("contractor"): None,
                    _label("manager"): None,
                }
            ),
        ),
    ),
    Print(
        id="renovation.deposit",
        entity=DEPOSIT,
        paper="A5",
        landscape=True,
        parts=(_label("part_payer"), _label("part_finance")),
        blocks=(
            Facts(
                fields=(
                    "kind",
                    "amount",
                    "booked_on",
                    "method",
                    "party",
                    "receipt",
                    "application",
                    "violation",
                    "reason",
                )
            ),
            Signature(places={_label("party"): "signature", _label("finance"): None}),
        ),
    ),
)
