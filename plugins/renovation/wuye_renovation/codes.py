"""What a company sets and chooses from. What the law leaves to localities, or we could not verify, is data here."""

import json
from collections.abc import Mapping
from importlib import resources

from wuye.api import CodeList, Field, Setting


def _number(name: str, default: int, low: int, high: int) -> Setting:
    return Setting(field=Field(name=name, type="integer", default=default, min=low, max=high, help=True))


TERMS: Mapping[str, Mapping[str, str]] = json.loads(
    resources.files(__package__).joinpath("terms.json").read_text("utf-8")
)
"""The standard terms of the agreement by heading (Art. 16) and language."""

LEVELS = ("first", "second", "third")

SETTINGS = (
    Setting(field=Field(name="renovation_level", type="choice", choices=LEVELS, default="second", help=True)),
    _number("renovation_days_first", 1, 1, 60),
    _number("renovation_days_second", 3, 1, 60),
    _number("renovation_days_third", 14, 1, 60),
    Setting(field=Field(name="renovation_hours", default="08:00–12:00, 14:00–18:00", max=200, help=True)),
    Setting(
        field=Field(
            name="renovation_extra_documents", type="choices", codes="renovation_document", default=(), help=True
        )
    ),
    Setting(field=Field(name="renovation_fee", type="money", default=0, min=0, help=True)),
    Setting(field=Field(name="renovation_deposit", type="boolean", default=False, help=True)),
    Setting(field=Field(name="renovation_deposit_amount", type="money", default=0, min=0, help=True)),
    _number("renovation_refund_days", 30, 0, 730),
    _number("renovation_second_days", 0, 0, 730),
    _number("renovation_water_hours", 24, 1, 240),
    _number("renovation_report_hours", 24, 1, 720),
    _number("renovation_years", 2, 2, 50),
    _number("renovation_leak_years", 5, 5, 50),
    _number("renovation_lapse_days", 90, 7, 730),
    *(
        Setting(field=Field(name=f"renovation_terms_{name}", type="localized", max=4000, default=text, help=True))
        for name, text in TERMS.items()
    ),
)
"""Days between inspections per service level, hours of the closed-water test, of reporting to the authority (Art. 42
names none), days of refund: *unverified* or local, so a company's own to set (domain-reference §4.1, §4.3)."""


def _flat(list_id: str, *values: str) -> CodeList:
    return CodeList(id=f"renovation_{list_id}", values=dict.fromkeys(values))


def _tree(list_id: str, branches: dict[str, tuple[str, ...]]) -> CodeList:
    values: dict[str, str | None] = {}
    for branch, leaves in branches.items():
        values[branch] = None
        values.update(dict.fromkeys(leaves, branch))
    return CodeList(id=f"renovation_{list_id}", values=values)


VIOLATIONS = {
    "article_5_1": ("structure_changed",),
    "article_5_2": ("room_made_wet_room",),
    "article_5_3": ("opening_enlarged", "balcony_wall_removed"),
    "article_5_4": ("energy_saving_damaged",),
    "article_5_5": ("other_danger",),
    "article_6": ("facade_altered", "heating_altered", "gas_altered"),
    "article_7": ("overload",),
    "article_8": ("waterproofing_damaged",),
    "article_9": ("unqualified_builder",),
    "article_13": ("undeclared_works",),
    "site_rules": (
        "outside_hours",
        "noise",
        "waste_misplaced",
        "fire_safety",
        "common_parts_damaged",
        "lift_misused",
        "no_pass",
        "inspection_refused",
        "house_rule_broken",
    ),
    "illegal_structures": ("illegal_structure", "common_part_occupied", "basement_dug"),
}
"""What is found, below the article or rule that it breaks."""

CODES = (
    _tree(
        "work",
        {
            "structural": (
                "structural_change",
                "enlarge_opening",
                "remove_balcony_wall",
                "room_to_wet_room",
                "mezzanine",
                "endanger",
            ),
            "partitions": ("demolish_partition", "build_partition"),
            "wet_rooms": ("bathroom", "kitchen", "waterproofing"),
            "finishes": ("floor", "walls", "ceiling", "joinery"),
            "services": ("electricity", "water_pipes", "heating", "gas", "air_conditioning", "network"),
            "outside": (
                "outer_wall",
                "outer_opening",
                "erect_structure",
                "balcony_enclosure",
                "windows",
                "entrance_door",
                "grilles",
                "awning",
            ),
            "energy": ("remove_energy_saving",),
            "other": (),
        },
    ),
    _flat(
        "place",
        "kitchen",
        "bathroom",
        "balcony",
        "living_room",
        "bedroom",
        "study",
        "hall",
        "outer_wall",
        "roof",
        "courtyard",
        "basement",
        "whole_home",
        "other",
    ),
    _flat(
        "document",
        "title_proof",
        "applicant_id",
        "renovation_plan",
        "owner_consent",
        "design_scheme",
        "approval_planning",
        "approval_heating",
        "approval_gas",
        "waterproof_plan",
        "contractor_qualification",
        "contractor_licence",
        "liability_letter",
        "power_of_attorney",
        "insurance",
        "other",
    ),
    _flat(
        "authority",
        "planning",
        "heating_company",
        "gas_company",
        "housing",
        "urban_management",
        "fire_brigade",
        "street_office",
        "police",
    ),
    _flat("element", "facade", "balcony", "entrance_door", "windows", "grilles", "air_conditioning", "awning", "other"),
    _flat(
        "check",
        "permit_posted",
        "passes_worn",
        "hours_kept",
        "works_as_approved",
        "structure_untouched",
        "facade_untouched",
        "pipes_untouched",
        "waterproofing",
        "extinguisher",
        "hot_work",
        "temporary_power",
        "waste_bagged",
        "lift_protected",
        "floors_protected",
        "drains_protected",
        "no_lodging",
    ),
    _flat(
        "acceptance",
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
    ),
    _tree("violation", VIOLATIONS),
    _flat(
        "trade",
        "foreman",
        "demolition",
        "bricklayer",
        "carpenter",
        "electrician",
        "plumber",
        "tiler",
        "painter",
        "other",
    ),
    _flat("part", "works", "wet_rooms", "outer_walls"),
)
