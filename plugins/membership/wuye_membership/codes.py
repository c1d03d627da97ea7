"""Values that a company sets, and choice lists."""

from wuye.api import CodeList, Field, Setting


def _integer(name: str, default: int, low: int, high: int) -> Setting:
    return Setting(field=Field(name=name, type="integer", default=default, min=low, max=high, help=True))


def _switch(name: str, default: bool) -> Setting:
    return Setting(field=Field(name=name, type="boolean", default=default, help=True))


SETTINGS = (
    _switch("membership_instant_enrolment", True),
    _switch("membership_tier_automatic", False),
    _switch("membership_second_person", True),
    _integer("membership_offline_cap", 0, 0, 1_000_000),
    _integer("membership_points_months", 24, 0, 240),
    Setting(field=Field(name="membership_point_worth", type="money", default=1, min=0, max=100_000, help=True)),
    _integer("membership_fee_percent", 50, 0, 100),
    _integer("membership_visit_days", 90, 0, 3650),
)

CODES = (
    CodeList(
        id="membership_occasion",
        values=dict.fromkeys(("return_visit", "birthday", "festival", "activity", "after_complaint", "other")),
    ),
    CodeList(
        id="membership_source",
        values=dict.fromkeys(("service_desk", "merchant", "event", "household", "online", "introduced")),
    ),
)
