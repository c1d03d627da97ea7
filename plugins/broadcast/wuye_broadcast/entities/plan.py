"""The plan: channels, programmes, the days that are unlike others, and when what is on air."""

from wuye.api import Child, Constraint, Entity, Field, Section, State, Transition, Views, Workflow

ORDER = ("zh_ru", "ru_zh")
DAYS = ("every", "not_holidays", "holidays")
FIRST_DAYS = ("2000-01-01", "2100-01-01")
"""Between which days a slot begins: a mistyped year would let us count through centuries."""

CHANNEL = Entity(
    name="broadcast.channel",
    stream="broadcast",
    title="{name}",
    icon="channel",
    unique=(("code",),),
    fields=(
        Field(name="code", required=True, max=20, search=True, help=True),
        Field(name="name", required=True, max=100, search=True),
        Field(name="name_ru", max=100, search=True),
        Field(name="area", max=300, search=True, help=True),
        Field(name="zones", type="refs", ref="zone"),
        Field(name="responsible", type="ref", ref="user", help=True),
        Field(name="note", type="note", max=2000),
    ),
    workflow=Workflow(
        initial="in_use",
        states=(State("in_use", tone="good"), State("closed", tone="bad")),
        transitions=(
            Transition(act="close", from_=("in_use",), to="closed", confirm=True, reason=True),
            Transition(act="reopen", from_=("closed",), to="in_use"),
        ),
    ),
    views=Views(
        columns=("code", "name", "area", "responsible", "status"),
        filters=("status", "zones"),
        sort=("code",),
        sections=(
            Section("channel", ("code", "name", "name_ru", "responsible")),
            Section("reach", ("area", "zones", "note")),
        ),
        short=("code", "name", "area"),
    ),
    children=(
        Child("broadcast.slot", "channel"),
        Child("broadcast.sheet", "channel"),
        Child("broadcast.equipment", "channel"),
    ),
)

PROGRAMME = Entity(
    name="broadcast.programme",
    stream="broadcast",
    title="{title_zh}",
    icon="programme",
    fields=(
        Field(name="title_zh", required=True, max=100, search=True),
        Field(name="title_ru", max=100, search=True),
        Field(name="type", type="choice", codes="broadcast_type", required=True, help=True),
        Field(name="minutes", type="integer", min=1, max=1440, measure="min"),
        Field(name="responsible", type="ref", ref="user"),
        Field(name="content", type="note", max=4000, search=True),
        Field(name="approver", type="ref", ref="user", readonly=True),
        Field(name="approved_at", type="datetime", readonly=True),
    ),
    workflow=Workflow(
        initial="draft",
        states=(State("draft", tone="warn"), State("running", tone="good"), State("retired", final=True)),
        transitions=(
            Transition(act="approve", from_=("draft",), to="running"),
            Transition(act="suspend", from_=("running",), to="draft", reason=True),
            Transition(act="retire", from_=("draft", "running"), to="retired", confirm=True),
            Transition(act="revive", from_=("retired",), to="draft"),
        ),
    ),
    views=Views(
        columns=("title_zh", "title_ru", "type", "minutes", "responsible", "status"),
        filters=("status", "type", "responsible"),
        sort=("title_zh",),
        sections=(
            Section("programme", ("title_zh", "title_ru", "type", "minutes")),
            Section("making", ("responsible", "content", "approver", "approved_at")),
        ),
        short=("title_zh", "title_ru", "type"),
    ),
    children=(Child("broadcast.slot", "programme"),),
)

DAY = Entity(
    name="broadcast.day",
    stream="broadcast",
    title="{on} {name}",
    icon="calendar",
    unique=(("on",),),
    fields=(
        Field(name="on", type="date", required=True),
        Field(name="name", required=True, max=100, search=True),
        Field(name="silent", type="boolean", help=True),
        Field(name="note", type="note", max=1000),
    ),
    views=Views(
        columns=("on", "name", "silent"),
        filters=("on", "silent"),
        sort=("on",),
        sections=(Section("day", ("on", "name", "silent", "note")),),
    ),
)

SLOT = Entity(
    name="broadcast.slot",
    stream="broadcast",
    title="{starts} {programme}",
    icon="slot",
    fields=(
        Field(name="channel", type="ref", ref="broadcast.channel", required=True),
        Field(name="programme", type="ref", ref="broadcast.programme", required=True, help=True),
        Field(name="script", type="ref", ref="broadcast.script", help=True),
        Field(name="starts", type="time", required=True, help=True),
        Field(name="minutes", type="integer", required=True, default=15, min=1, max=1440, measure="min", short=True),
        Field(name="rrule", type="rrule", help=True, short=True),
        Field(name="valid_from", type="date", required=True, short=True),
        Field(name="valid_to", type="date", help=True, short=True),
        Field(name="days", type="choice", choices=DAYS, default="every", required=True, help=True),
        Field(
            name="except_on",
            type="rows",
            max=200,
            help=True,
            fields=(Field(name="day", type="date", required=True), Field(name="reason", max=200)),
        ),
        Field(name="language_order", type="choice", choices=ORDER, default="zh_ru", help=True),
        Field(name="announcer", type="ref", ref="user"),
        Field(name="note", type="note", max=2000),
    ),
    constraints=(
        Constraint(
            name="ends_after_start",
            expr="valid_to == null || valid_to >= valid_from",
            fields=("valid_to", "valid_from"),
        ),
        Constraint(
            name="first_day_in_reach",
            expr=f"valid_from >= '{FIRST_DAYS[0]}' && valid_from <= '{FIRST_DAYS[1]}'",
            fields=("valid_from",),
        ),
        Constraint(
            name="once_is_one_day",
            expr="rrule != null || valid_to == null || valid_to == valid_from",
            fields=("valid_to", "rrule"),
        ),
        Constraint(
            name="rule_of_days",
            expr="rrule == null || !(rrule.contains('UNTIL') || rrule.contains('BYHOUR'))",
            fields=("rrule",),
        ),
    ),
    workflow=Workflow(
        initial="planned",
        states=(State("planned", tone="good"), State("withdrawn", tone="bad")),
        transitions=(
            Transition(act="withdraw", from_=("planned",), to="withdrawn", reason=True),
            Transition(act="restore", from_=("withdrawn",), to="planned"),
        ),
    ),
    views=Views(
        columns=("starts", "minutes", "programme", "channel", "rrule", "valid_from", "valid_to", "status"),
        filters=("channel", "programme", "status", "days", "announcer", "valid_from", "valid_to"),
        sort=("starts", "valid_from"),
        group="channel",
        sections=(
            Section("what", ("channel", "programme", "script", "language_order", "announcer")),
            Section("when", ("starts", "minutes", "rrule", "valid_from", "valid_to", "days", "except_on")),
            Section("more", ("note",)),
        ),
        short=("channel", "programme", "starts", "minutes", "rrule", "valid_from"),
    ),
)

ENTITIES = (CHANNEL, PROGRAMME, DAY, SLOT)
