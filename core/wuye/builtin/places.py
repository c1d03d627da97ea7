"""Where things are: sites (whole properties), zones of responsibility, buildings, units."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import available_timezones

from wuye.api import Change, Child, Constraint, Entity, Field, Reject, Rule, Section, View, Views

LANGUAGES = ("zh-Hant", "zh-Hans", "ru", "en")

SITE = Entity(
    name="site",
    stream="directory",
    central=True,
    title="{name}",
    icon="site",
    unique=(("code",),),
    fields=(
        Field(name="code", required=True, max=40, search=True),
        Field(name="name", required=True, max=200, search=True),
        Field(name="type", type="choice", codes="site_type", required=True),
        Field(name="timezone", required=True, default="Asia/Shanghai", pattern=r"[A-Za-z0-9_+\-/]+", max=64),
        # Absent: every plugin that is meant for the site's type.
        Field(name="plugins", type="rows", help=True, fields=(Field(name="id", required=True, max=64),)),
        Field(name="languages", type="choices", choices=LANGUAGES),
        Field(name="address", max=300, search=True),
        Field(name="phone", type="phone"),
        Field(name="email", max=200),
        Field(name="calendar", type="ref", ref="calendar", help=True),
        Field(name="archive_stamp", max=200, help=True),
        Field(name="print_head", type="note", max=2000),
        Field(name="place", type="place", merge="latest"),
    ),
    views=Views(
        columns=("code", "name", "type", "address"),
        filters=("type",),
        sort=("code",),
        sections=(
            Section("site", ("code", "name", "type", "timezone", "languages", "address", "place")),
            Section("service", ("phone", "email", "calendar", "plugins")),
            Section("papers", ("archive_stamp", "print_head")),
        ),
        short=("code", "name", "type"),
    ),
)

ZONE = Entity(
    name="zone",
    stream="places",
    title="{code} {name}",
    icon="zone",
    unique=(("code",),),
    fields=(
        Field(name="code", required=True, max=40, search=True),
        Field(name="name", required=True, max=200, search=True),
        Field(name="note", type="note", max=2000),
    ),
    views=Views(columns=("code", "name"), sort=("code",), sections=(Section("zone", ("code", "name", "note")),)),
    children=(Child("unit", "zone"),),
)

BUILDING = Entity(
    name="building",
    stream="places",
    title="{code} {name}",
    icon="building",
    unique=(("code",),),
    fields=(
        Field(name="code", required=True, max=40, search=True),
        Field(name="name", max=200, search=True),
        Field(name="address", max=300, search=True),
        Field(name="floors", type="integer", min=0, max=300),
        Field(name="accepted_on", type="date", help=True),
        Field(name="place", type="place", merge="latest"),
        Field(name="note", type="note", max=2000),
        Field(name="photos", type="blobs", merge="append", max=40),
    ),
    views=Views(
        columns=("code", "name", "floors", "address"),
        sort=("code",),
        sections=(
            Section("building", ("code", "name", "address", "floors", "accepted_on", "place", "note", "photos")),
        ),
    ),
    children=(Child("unit", "building"),),
)

UNIT = Entity(
    name="unit",
    stream="places",
    title="{code}",
    icon="unit",
    unique=(("code",),),
    fields=(
        # Building, stairway, room: sorted by code, units stand in the order of the household files.
        Field(name="code", required=True, max=60, search=True, help=True),
        Field(name="building", type="ref", ref="building", required=True),
        Field(name="zone", type="ref", ref="zone", required=True, help=True),
        Field(name="floor", max=20),
        Field(
            name="use",
            type="choice",
            choices=("home", "shop", "office", "parking", "storage"),
            default="home",
        ),
        Field(name="area", type="decimal", min=0, measure="m²"),
        Field(name="layout", type="choice", codes="layout"),
        Field(
            name="occupation",
            type="choice",
            choices=("unsold", "sold_not_handed", "occupied", "vacant", "leased"),
        ),
        Field(name="accepted_on", type="date", help=True),
        Field(name="handed_over_on", type="date"),
        Field(name="point", type="point"),
        Field(name="note", type="note", max=2000),
        Field(name="photos", type="blobs", merge="append", max=40),
    ),
    constraints=(
        Constraint(
            name="handover_after_acceptance",
            expr="accepted_on == null || handed_over_on == null || handed_over_on >= accepted_on",
            fields=("accepted_on", "handed_over_on"),
        ),
    ),
    views=Views(
        columns=("code", "use", "area", "layout", "occupation", "zone"),
        filters=("zone", "building", "use", "layout", "occupation"),
        sort=("code",),
        group="building",
        sections=(
            Section("place", ("code", "building", "floor", "zone", "point")),
            Section(
                "about", ("use", "area", "layout", "occupation", "accepted_on", "handed_over_on", "note", "photos")
            ),
        ),
        short=("code", "building", "zone", "use"),
    ),
    # One household, one file (OWN-6).
    children=(
        Child("occupancy", "unit"),
        Child("owner", "unit"),
        Child("ticket", "unit"),
        Child("document", "unit"),
    ),
)

ENTITIES = (SITE, ZONE, BUILDING, UNIT)


NAMED = 3
"""Unknown plugins that a refusal names: a ledger row is no place for all that somebody may send."""


def check_site(changes: Sequence[Change], view: View) -> Iterable[Reject]:
    """A site's days begin and end somewhere: its time zone must exist. So must the plugins that are named for it; those
    that were named before may have gone since. A site is never deleted, its records stay."""
    plugins = {"core", *view.codes("plugin")}
    for change in changes:
        if change.new is None:
            yield Reject(op=change.op, code="rule", message="message.site_is_kept")
        elif change.new.get("timezone") not in available_timezones():
            yield Reject(op=change.op, code="invalid", fields=("timezone",), message="message.no_such_timezone")
        elif unknown := _named(change.new) - _named(change.old) - plugins:
            yield Reject(
                op=change.op,
                code="invalid",
                fields=("plugins",),
                message="message.no_such_plugin",
                values={"plugin": ", ".join(sorted(unknown)[:NAMED]), "known": ", ".join(sorted(plugins))},
            )


def _named(site: Mapping[str, object] | None) -> set[str]:
    rows = (site or {}).get("plugins")
    return {str(row["id"]) for row in rows} if isinstance(rows, list) else set()


RULES = (Rule(name="site.whole", on=("site",), judge=check_site),)
