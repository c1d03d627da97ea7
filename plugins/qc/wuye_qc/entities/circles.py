"""Circles and the records of their meetings (QC-1, QC-3)."""

from wuye.api import Child, Constraint, Entity, Field, NumberRule, Section, State, Transition, Views, Workflow

# One day of grace: a site's morning may still be yesterday in UTC.
NOT_AHEAD = "held_on <= add_days(today, 1)"

CIRCLE = Entity(
    name="qc.circle",
    stream="qc",
    title="{number} {name}",
    icon="qc",
    number=NumberRule(field="number", device_field="device_number", prefix="QC"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        Field(name="name", required=True, max=100, search=True),
        Field(name="kind", type="choice", codes="qc_kind", required=True),
        Field(name="scope", type="choice", choices=("team", "cross_team"), required=True, default="team"),
        Field(name="departments", type="choices", codes="department", required=True),
        Field(name="leader", type="ref", ref="user", required=True),
        Field(name="adviser", type="ref", ref="user", help=True),
        Field(name="founded_on", type="date", required=True),
        Field(name="motto", max=200),
        Field(
            name="members",
            type="rows",
            required=True,
            max=60,
            help=True,
            fields=(
                Field(name="user", type="ref", ref="user", required=True),
                Field(name="duty", type="choice", choices=("leader", "deputy", "secretary", "member"), required=True),
                Field(name="task", max=200),
                Field(name="training_hours", type="decimal", min=0, measure="h"),
                Field(name="joined", type="date"),
                Field(name="left", type="date"),
            ),
        ),
        Field(name="people", type="refs", ref="user", derive="members.filter(m, m.left == null).map(m, m.user)"),
        Field(name="size", type="integer", derive="count(members.filter(m, m.left == null))"),
        Field(name="registered_on", type="date", help=True),
        Field(name="registered_by", type="ref", ref="user", readonly=True),
        Field(name="renew_by", type="date", derive="add_months(registered_on, settings.qc_registration_months)"),
        Field(name="suspended_on", type="date"),
        Field(name="suspend_reason", type="note", max=2000, help=True),
        Field(name="resume_by", type="date", derive="add_months(suspended_on, settings.qc_suspension_months)"),
        Field(name="last_activity", type="date", readonly=True),
        Field(name="meetings", type="integer", readonly=True),
        Field(name="idle", type="boolean", readonly=True, help=True),
        Field(name="idle_reason", type="note", readonly=True),
        Field(name="note", type="note", max=4000),
    ),
    constraints=(
        Constraint(
            name="leader_is_member",
            expr="members.exists(m, m.user == leader && m.left == null)",
            fields=("leader", "members"),
        ),
        Constraint(
            name="members_once",
            expr="members.all(m, members.exists_one(n, n.user == m.user))",
            fields=("members",),
        ),
    ),
    workflow=Workflow(
        initial="applied",
        states=(
            State("applied", tone="warn"),
            State("registered"),
            State("active", tone="good"),
            State("suspended", tone="bad"),
            State("declined", final=True, tone="bad"),
            State("dissolved", final=True),
        ),
        transitions=(
            Transition(
                act="register", from_=("applied",), to="registered", form=("registered_on",), needs=("registered_on",)
            ),
            Transition(act="decline", from_=("applied",), to="declined", reason=True),
            Transition(act="activate", from_=("registered",), to="active"),
            *(
                Transition(act="renew", from_=(state,), to=state, form=("registered_on",), needs=("registered_on",))
                for state in ("registered", "active")
            ),
            Transition(
                act="suspend",
                from_=("registered", "active"),
                to="suspended",
                form=("suspended_on", "suspend_reason"),
                needs=("suspended_on", "suspend_reason"),
            ),
            Transition(act="resume", from_=("suspended",), to="active"),
            Transition(
                act="dissolve", from_=("registered", "active", "suspended"), to="dissolved", confirm=True, reason=True
            ),
        ),
    ),
    views=Views(
        columns=("number", "name", "kind", "leader", "size", "last_activity", "idle", "status"),
        filters=("status", "kind", "scope", "departments", "people", "idle"),
        sort=("name",),
        sections=(
            Section("circle", ("number", "device_number", "name", "kind", "scope", "departments", "founded_on")),
            Section("people", ("leader", "adviser", "members", "size", "motto")),
            Section("registration", ("registered_on", "registered_by", "renew_by")),
            Section("activity", ("last_activity", "meetings", "idle", "idle_reason")),
            Section("suspension", ("suspended_on", "suspend_reason", "resume_by", "note")),
        ),
        short=("name", "kind", "departments", "leader", "founded_on", "members"),
    ),
    children=(
        Child("qc.topic", "circle"),
        Child("qc.meeting", "circle"),
        Child("qc.notice", "circle"),
        Child("qc.round", "circle"),
    ),
)

MEETING = Entity(
    name="qc.meeting",
    stream="qc",
    title="{number} {subject}",
    icon="meeting",
    append_only=True,
    number=NumberRule(field="number", device_field="device_number", prefix="QCH"),
    fields=(
        Field(name="number", readonly=True, search=True),
        Field(name="device_number", max=40, search=True),
        Field(name="circle", type="ref", ref="qc.circle", required=True),
        Field(name="topic", type="ref", ref="qc.topic"),
        Field(name="step", type="ref", ref="qc.step"),
        Field(name="held_on", type="date", required=True),
        Field(name="starts", type="time"),
        Field(name="ends", type="time"),
        Field(name="place", required=True, max=200),
        Field(name="subject", required=True, max=200, search=True),
        Field(name="chair", type="ref", ref="user"),
        Field(name="recorder", type="ref", ref="user", readonly=True),
        Field(
            name="attendance",
            type="rows",
            required=True,
            max=60,
            help=True,
            fields=(
                Field(name="user", type="ref", ref="user", required=True),
                Field(name="presence", type="choice", choices=("present", "excused", "absent"), required=True),
                Field(name="statement", type="note", max=2000),
            ),
        ),
        Field(
            name="guests",
            type="rows",
            max=40,
            fields=(
                Field(name="name", required=True, max=100),
                Field(name="post", max=100),
                Field(name="statement", type="note", max=2000),
            ),
        ),
        Field(name="present", type="integer", derive="count(attendance.filter(a, a.presence == 'present'))"),
        Field(
            name="rate",
            type="integer",
            measure="%",
            derive="share(100, count(attendance.filter(a, a.presence == 'present')), count(attendance))",
        ),
        Field(name="decisions", type="note", max=4000),
        Field(
            name="tasks",
            type="rows",
            max=40,
            fields=(
                Field(name="what", required=True, max=300),
                Field(name="who", type="ref", ref="user"),
                Field(name="due", type="date"),
            ),
        ),
        Field(name="figures", type="note", max=4000, help=True),
        Field(name="photos", type="blobs", max=40),
        Field(name="corrects", type="ref", ref="qc.meeting", help=True),
    ),
    constraints=(
        Constraint(name="not_ahead", expr=NOT_AHEAD, fields=("held_on",)),
        Constraint(
            name="everyone_speaks",
            expr="attendance.all(a, a.presence != 'present' || a.statement != null)",
            fields=("attendance",),
        ),
        Constraint(
            name="somebody_present",
            expr="attendance.exists(a, a.presence == 'present')",
            fields=("attendance",),
        ),
        Constraint(
            name="attendance_once",
            expr="attendance.all(a, attendance.exists_one(b, b.user == a.user))",
            fields=("attendance",),
        ),
        Constraint(name="ends_after_start", expr="starts == null || ends == null || ends > starts", fields=("ends",)),
    ),
    views=Views(
        columns=("number", "circle", "held_on", "subject", "topic", "present", "rate"),
        filters=("circle", "topic", "held_on"),
        sort=("-held_on",),
        sections=(
            Section("when", ("number", "circle", "held_on", "starts", "ends", "place", "chair", "recorder")),
            Section("about", ("subject", "topic", "step")),
            Section("attendance", ("attendance", "guests", "present", "rate")),
            Section("outcome", ("decisions", "tasks", "figures", "photos", "corrects")),
        ),
        short=("circle", "held_on", "place", "subject", "topic", "step", "attendance", "decisions", "photos"),
    ),
    children=(Child("qc.meeting", "corrects"),),
)

ENTITIES = (CIRCLE, MEETING)
