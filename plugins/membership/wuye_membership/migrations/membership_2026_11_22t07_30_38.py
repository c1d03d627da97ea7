"""What the house offers, members, the account of their points, visits."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from wuye.api import create_table

ID = "membership_2026_11_22t07_30_38"
VERSION = "1.38.0"
DESCRIPTION = "tiers, rules, gifts, members, points, corrections, visits"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="membership", description=DESCRIPTION)
    create_table(
        manager,
        "membership_tier",
        {
            "name": "json",
            "level": "integer",
            "earned_from": "integer",
            "percent": "integer",
            "discount": "integer",
            "priority": "boolean",
            "vip": "boolean",
            "benefits": "json",
            "retired": "boolean",
        },
        indexed=["level"],
    )
    create_table(
        manager,
        "membership_rule",
        {
            "code": "text",
            "name": "json",
            "kind": "text",
            "points": "integer",
            "per_amount": "integer",
            "min_amount": "integer",
            "max_points": "integer",
            "valid_from": "text",
            "valid_until": "text",
            "note": "text",
            "edition": "integer",
            "approved_edition": "integer",
            "approved_by": "text",
            "approved_at": "text",
            "status": "text",
        },
        indexed=["code"],
    )
    create_table(
        manager,
        "membership_gift",
        {
            "code": "text",
            "name": "json",
            "cost": "integer",
            "worth": "integer",
            "photos": "json",
            "valid_from": "text",
            "valid_until": "text",
            "note": "text",
            "edition": "integer",
            "approved_edition": "integer",
            "approved_by": "text",
            "approved_at": "text",
            "status": "text",
        },
        indexed=["code"],
    )
    create_table(
        manager,
        "membership_member",
        {
            "card_number": "text",
            "device_number": "text",
            "owner": "text",
            "unit": "text",
            "tier": "text",
            "vip": "boolean",
            "language": "text",
            "source": "text",
            "joined_on": "text",
            "terms_version": "text",
            "signature": "json",
            "points": "integer",
            "points_year": "integer",
            "suggested_tier": "text",
            "expired_through": "text",
            "state_reason": "text",
            "vip_marked": "boolean",
            "last_visit_on": "text",
            "visit_by": "text",
            "note": "text",
            "status": "text",
        },
        indexed=["card_number", "owner"],
    )
    create_table(
        manager,
        "membership_entry",
        {
            "number": "text",
            "device_number": "text",
            "member": "text",
            "kind": "text",
            "points": "integer",
            "rule": "text",
            "amount": "integer",
            "receipt": "text",
            "issuer": "text",
            "occurred_on": "text",
            "gift": "text",
            "quantity": "integer",
            "fee_bill": "text",
            "fee_total": "integer",
            "covers": "integer",
            "identified_by": "text",
            "signature": "json",
            "reverses": "text",
            "returned": "integer",
            "reason": "text",
            "photos": "json",
            "booked_on": "text",
            "expires_on": "text",
        },
        indexed=["member", "receipt", "reverses"],
    )
    create_table(
        manager,
        "membership_correction",
        {
            "member": "text",
            "points": "integer",
            "reason": "text",
            "photos": "json",
            "requested_by": "text",
            "decided_by": "text",
            "decided_at": "text",
            "status": "text",
        },
        indexed=["member"],
    )
    create_table(
        manager,
        "membership_visit",
        {
            "member": "text",
            "occasion": "text",
            "planned_on": "text",
            "assignee": "text",
            "ticket": "text",
            "topics": "text",
            "channel": "text",
            "done_on": "text",
            "outcome": "text",
            "opinion": "text",
            "gift": "text",
            "photos": "json",
            "status": "text",
        },
        indexed=["member"],
    )
    return manager
