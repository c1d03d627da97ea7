"""The application (裝修申請): who does what in which home, until when, with which papers; the file of a renovation."""

from wuye.api import BucketKey, Child, Entity, Field, NumberRule, Section, Views

from .flow import BEFORE_AGREEMENT, FINISHED, ON_SITE, WAITING, WORKFLOW
from .gates import GATES
from .works import DOCUMENTS, FOLLOWS, WORKS, among

_EVERY = (
    "(settings.renovation_level == 'first' ? settings.renovation_days_first :"
    " settings.renovation_level == 'second' ? settings.renovation_days_second : settings.renovation_days_third)"
)
# Agreed terms stand: they follow the settings only until the agreement is signed.
_OPEN = f"status in {among(BEFORE_AGREEMENT)}"


def _rows(name: str, codes: str, *items: str, when: str | None = None) -> Field:
    return Field(
        name=name,
        type="rows",
        max=60,
        when=when,
        help=True,
        default=[{"item": item} for item in items],
        fields=(
            Field(name="item", type="choice", codes=codes, required=True),
            Field(name="result", type="choice", choices=("ok", "not_ok", "not_applicable")),
            Field(name="note", max=300),
        ),
    )


CHECKED_AT_ACCEPTANCE = (
    "as_approved",
    "structure",
    "facade",
    "waterproof",
    "drains",
    "pipes_heating_gas",
    "power",
    "common_parts",
    "lift_and_floors",
    "waste_removed",
)
_AT_END = f"status in {among(('completion_reported', 'inspected', 'rectify', *FINISHED))}"

APPLICATION = Entity(
    name="renovation.application",
    stream="renovation",
    title="{number} {unit}",
    icon="renovation",
    keys=(BucketKey(field="zone", via="unit"),),
    number=NumberRule(field="number", device_field="device_number", prefix="ZXSQ"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        Field(name="unit", type="ref", ref="unit", required=True),
        Field(name="zone", type="ref", ref="zone", readonly=True),
        Field(name="house_rule", type="ref", ref="renovation.rule", help=True),
        Field(name="applicant", type="ref", ref="owner", required=True),
        Field(
            name="applicant_kind", type="choice", choices=("owner", "tenant"), required=True, default="owner", help=True
        ),
        Field(
            name="builder",
            type="choice",
            choices=("enterprise", "craftsmen", "self"),
            required=True,
            default="enterprise",
            help=True,
        ),
        WORKS,
        DOCUMENTS,
        *FOLLOWS,
        Field(
            name="designer",
            max=200,
            search=True,
            when="'structure' in features || 'load' in features",
            help=True,
        ),
        Field(
            name="designer_kind",
            type="choice",
            choices=("original", "equal_grade"),
            when="'structure' in features || 'load' in features",
        ),
        Field(name="contractor", max=200, search=True, when="builder != 'self'"),
        Field(name="qualification_number", max=100, search=True, when="builder == 'enterprise'", help=True),
        Field(name="qualification_grade", max=60, when="builder == 'enterprise'"),
        Field(name="qualification_until", type="date", when="builder == 'enterprise'"),
        Field(name="site_manager", max=100, search=True, when="builder != 'self'"),
        Field(name="site_phone", type="phone", search=True, when="builder != 'self'"),
        Field(name="drawings", type="blobs", merge="append", max=60),
        Field(name="scans", type="blobs", merge="append", max=60, help=True),
        Field(name="documents_note", type="note", max=2000),
        Field(name="documents_by", type="date"),
        Field(name="starts_on", type="date"),
        Field(name="ends_on", type="date"),
        Field(name="hours", max=200, help=True),
        Field(
            name="permitted_hours",
            derive=f"coalesce({_OPEN} ? null : permitted_hours, coalesce(hours, settings.renovation_hours))",
        ),
        Field(name="neighbours_informed", type="boolean", help=True),
        Field(
            name="neighbours",
            type="rows",
            max=60,
            fields=(
                Field(name="unit", type="ref", ref="unit"),
                Field(name="informed_on", type="date"),
                Field(name="how", type="choice", choices=("visit", "phone", "notice")),
                Field(name="note", max=300),
            ),
        ),
        Field(name="applicant_signature", type="signature"),
        Field(name="submitted_at", type="datetime", readonly=True),
        Field(name="conditions", type="note", max=4000, help=True),
        Field(name="rejection", type="note", max=4000, help=True),
        Field(name="decided_by", type="ref", ref="user", readonly=True),
        Field(name="decided_at", type="datetime", readonly=True),
        # Every change starts these days anew.
        Field(
            name="lapses_on",
            type="date",
            derive=f"status in {among(WAITING)} ? add_days(today, settings.renovation_lapse_days) : null",
            help=True,
        ),
        Field(
            name="deposit_due",
            type="money",
            derive=f"{_OPEN} ? (settings.renovation_deposit == true ? settings.renovation_deposit_amount : 0)"
            " : deposit_due",
            help=True,
        ),
        Field(name="deposit_balance", type="money", readonly=True),
        Field(name="started_on", type="date"),
        Field(name="last_inspected_on", type="date", readonly=True),
        Field(
            name="next_inspection",
            type="date",
            # Never empty on site: what no day follows from is due at once.
            derive=f"status in {among(ON_SITE)} ? coalesce("
            f"add_days(coalesce(last_inspected_on, coalesce(started_on, starts_on)), {_EVERY}), today) : null",
            help=True,
        ),
        Field(name="open_violations", type="integer", readonly=True),
        Field(name="water_test", type="choice", choices=("passed", "failed"), readonly=True, help=True),
        Field(name="completed_on", type="date"),
        Field(name="owner_accepted_on", type="date", help=True),
        Field(name="warranty_certificate", type="boolean", help=True),
        _rows("acceptance", "renovation_acceptance", *CHECKED_AT_ACCEPTANCE, when=_AT_END),
        Field(name="acceptance_photos", type="blobs", merge="append", max=60),
        Field(name="rectify_by", type="date"),
        Field(name="accepted_on", type="date", help=True),
        Field(name="acceptance_signature", type="signature"),
        Field(
            name="second_due",
            type="date",
            derive="status == 'closed' ? second_due : settings.renovation_second_days > 0 ?"
            " add_days(accepted_on, settings.renovation_second_days) : null",
        ),
        Field(name="second_accepted_on", type="date", when="second_due != null"),
        Field(
            name="refund_by",
            type="date",
            derive="status == 'closed' ? refund_by : add_days("
            "coalesce(second_accepted_on, coalesce(second_due, accepted_on)), settings.renovation_refund_days)",
            help=True,
        ),
        Field(name="note", type="note", max=4000, merge="append"),
    ),
    constraints=GATES,
    workflow=WORKFLOW,
    views=Views(
        columns=("number", "unit", "applicant", "contractor", "starts_on", "ends_on", "next_inspection", "status"),
        filters=("status", "zone", "unit", "builder", "features", "next_inspection", "ends_on"),
        sort=("-created_at",),
        sections=(
            Section("who", ("number", "device_number", "unit", "house_rule", "applicant", "applicant_kind")),
            Section("works", ("works", "features", "approvals", "designer", "designer_kind", "drawings")),
            Section(
                "builder",
                (
                    "builder",
                    "contractor",
                    "qualification_number",
                    "qualification_grade",
                    "qualification_until",
                    "site_manager",
                    "site_phone",
                ),
            ),
            Section("period", ("starts_on", "ends_on", "hours", "permitted_hours", "started_on")),
            Section(
                "documents",
                (
                    "required_documents",
                    "documents",
                    "missing_documents",
                    "unchecked_documents",
                    "documents_note",
                    "documents_by",
                    "scans",
                ),
            ),
            Section("neighbours", ("neighbours_informed", "neighbours")),
            Section(
                "decision",
                (
                    "applicant_signature",
                    "submitted_at",
                    "conditions",
                    "rejection",
                    "decided_by",
                    "decided_at",
                    "lapses_on",
                ),
            ),
            Section("deposit", ("deposit_due", "deposit_balance", "refund_by")),
            Section("site", ("last_inspected_on", "next_inspection", "open_violations", "water_test")),
            Section(
                "acceptance",
                (
                    "completed_on",
                    "owner_accepted_on",
                    "warranty_certificate",
                    "acceptance",
                    "acceptance_photos",
                    "rectify_by",
                    "accepted_on",
                    "acceptance_signature",
                    "second_due",
                    "second_accepted_on",
                    "note",
                ),
            ),
        ),
        short=("unit", "applicant", "applicant_kind", "builder", "contractor", "works", "starts_on", "ends_on"),
    ),
    children=(
        Child("renovation.agreement", "application"),
        Child("renovation.permit", "application"),
        Child("renovation.pass", "application"),
        Child("renovation.worker", "application"),
        Child("renovation.inspection", "application"),
        Child("renovation.violation", "application"),
        Child("renovation.deposit", "application"),
        Child("renovation.warranty", "application"),
    ),
    shown_under=("unit", "applicant"),
)
