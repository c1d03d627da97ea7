"""Rounds on site (Art. 17; REN-3): what was looked at, with photos; the closed-water test (Art. 8). Never changed."""

from wuye.api import Constraint, Entity, Field, Section, Views

from .papers import BY_APPLICATION, OF_APPLICATION, ZONE

CHECKS = (
    "permit_posted",
    "passes_worn",
    "hours_kept",
    "works_as_approved",
    "structure_untouched",
    "facade_untouched",
    "pipes_untouched",
    "extinguisher",
    "temporary_power",
    "waste_bagged",
    "lift_protected",
    "floors_protected",
)
_TEST = "kind == 'water_test'"

INSPECTION = Entity(
    name="renovation.inspection",
    stream="renovation",
    title="{inspected_on} {kind}",
    icon="inspection",
    keys=(BY_APPLICATION,),
    append_only=True,
    fields=(
        OF_APPLICATION,
        ZONE,
        Field(
            name="kind",
            type="choice",
            choices=("round", "complaint", "reinspection", "water_test", "completion"),
            required=True,
            default="round",
        ),
        Field(name="inspected_on", type="date", required=True),
        Field(name="inspected_time", type="time"),
        Field(
            name="checklist",
            type="rows",
            max=60,
            when=f"!({_TEST})",
            help=True,
            default=[{"item": item} for item in CHECKS],
            fields=(
                Field(name="item", type="choice", codes="renovation_check", required=True),
                Field(name="result", type="choice", choices=("ok", "not_ok", "not_applicable")),
                Field(name="note", max=300),
            ),
        ),
        Field(
            name="result",
            type="choice",
            choices=("ok", "findings"),
            derive="checklist.exists(c, c.result == 'not_ok') || water_result == 'leak' ? 'findings' : 'ok'",
        ),
        Field(name="water_place", type="choice", codes="renovation_place", when=_TEST),
        Field(name="water_started_at", type="datetime", when=_TEST),
        Field(name="water_hours", type="integer", min=0, max=240, when=_TEST, help=True),
        Field(name="water_result", type="choice", choices=("tight", "leak"), when=_TEST, help=True),
        Field(name="found", type="note", max=4000, search=True),
        Field(name="told", type="note", max=2000, help=True),
        Field(name="photos", type="blobs", max=30),
        Field(name="place", type="place"),
        Field(name="present", max=200, help=True),
        Field(name="signature", type="signature"),
        Field(name="inspector", type="ref", ref="user", readonly=True),
    ),
    constraints=(
        # A round ahead of the clock would silence the reminders, a test outweigh the leak that comes after it. A day
        # and an hour of grace for clocks that differ.
        Constraint(name="not_ahead", expr="inspected_on <= add_days(today, 1)", fields=("inspected_on",)),
        Constraint(
            name="water_not_ahead",
            expr="water_started_at == null || water_started_at <= add_minutes(now, 60)",
            fields=("water_started_at",),
        ),
        Constraint(
            name="every_item_answered",
            expr=f"{_TEST} || checklist.all(c, c.result != null)",
            fields=("checklist",),
        ),
        Constraint(
            name="findings_shown",
            expr="result != 'findings' || found != null || photos.exists(p, p.sha256 != null)",
            fields=("found", "photos"),
        ),
        Constraint(
            name="water_test_whole",
            expr=f"!({_TEST}) || (water_started_at != null && water_hours != null && water_result != null)",
            fields=("water_started_at", "water_hours", "water_result"),
        ),
        # As for a booked deposit: a test that was long enough when it was made stays so.
        Constraint(
            name="water_stood_long_enough",
            expr="inspector != null || water_result != 'tight' || water_hours >= settings.renovation_water_hours",
            fields=("water_hours",),
        ),
    ),
    views=Views(
        columns=("inspected_on", "application", "kind", "result", "inspector"),
        filters=("kind", "result", "zone", "inspector", "inspected_on"),
        sort=("-inspected_on",),
        sections=(
            Section("round", ("application", "kind", "inspected_on", "inspected_time", "place", "inspector")),
            Section("checklist", ("checklist", "result", "found", "told", "photos")),
            Section("water", ("water_place", "water_started_at", "water_hours", "water_result")),
            Section("present", ("present", "signature")),
        ),
        short=("application", "kind", "inspected_on", "checklist", "photos"),
    ),
)
