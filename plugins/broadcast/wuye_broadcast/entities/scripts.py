"""Scripts: one document in two languages, checked by the announcer, approved by the manager in charge; what was
approved is kept for good."""

from wuye.api import Child, Constraint, Entity, Field, NumberRule, Section, State, Transition, Views, Workflow

TEXTS = ("title_zh", "title_ru", "zh", "ru")
"""What is read out: an edit of it makes a new version."""
CHECKS = ("facts_true", "lawful", "languages_agree", "reads_well")
WAIVED = "settings.broadcast_one_language == true && waiver_reason != null && (zh != null || ru != null)"
OFFERED = "status in ['submitted', 'checked', 'approved']"
CHECKED = "status in ['checked', 'approved']"

LENGTH = 8000


def _stamp(name: str, type_: str) -> Field:
    if type_ == "user":
        return Field(name=name, type="ref", ref="user", readonly=True)
    return Field(name=name, type="datetime", readonly=True)


SCRIPT = Entity(
    name="broadcast.script",
    stream="broadcast",
    title="{number} {title_zh}",
    icon="script",
    number=NumberRule(field="number", device_field="device_number", prefix="BG"),
    fields=(
        Field(name="number", max=40, readonly=True, search=True),
        Field(name="device_number", max=60, search=True),
        Field(name="type", type="choice", codes="broadcast_type", required=True, default="notice"),
        Field(name="title_zh", required=True, max=200, search=True),
        Field(name="title_ru", max=200, search=True),
        Field(name="zh", type="note", max=LENGTH, search=True, help=True),
        Field(name="ru", type="note", max=LENGTH, search=True, help=True),
        # The two beside each other, for forms and prints.
        Field(name="text", type="localized", max=LENGTH, derive="{'zh-Hans': zh, 'ru': ru}"),
        Field(name="waiver_reason", type="note", max=1000, when="settings.broadcast_one_language == true", help=True),
        Field(name="seconds", type="integer", min=1, max=7200, measure="s", help=True),
        Field(name="valid_from", type="date"),
        Field(name="valid_to", type="date", help=True),
        Field(name="ordered_by", max=200, search=True, help=True),
        Field(name="unit", type="ref", ref="unit"),
        Field(name="recordings", type="blobs", merge="append", max=20, help=True),
        Field(name="version", type="integer", readonly=True, min=1),
        _stamp("author", "user"),
        _stamp("editor", "user"),
        Field(name="editors", type="refs", ref="user", readonly=True, help=True),
        Field(name="facts_true", type="boolean"),
        Field(name="lawful", type="boolean", help=True),
        Field(name="languages_agree", type="boolean"),
        Field(name="reads_well", type="boolean", help=True),
        Field(name="check_note", type="note", max=2000),
        Field(name="checked_version", type="integer", min=1, help=True),
        _stamp("checker", "user"),
        _stamp("checked_at", "datetime"),
        Field(name="approved_version", type="integer", min=1, help=True),
        Field(name="approval_note", type="note", max=2000),
        _stamp("approver", "user"),
        _stamp("approved_at", "datetime"),
        Field(name="return_reason", type="note", readonly=True),
        _stamp("voided_at", "datetime"),
        Field(name="approved_title_zh", max=200, readonly=True),
        Field(name="approved_title_ru", max=200, readonly=True),
        Field(name="approved_zh", type="note", max=LENGTH, readonly=True),
        Field(name="approved_ru", type="note", max=LENGTH, readonly=True),
        # On the device of whoever edits it, a script stops being airable at once.
        Field(
            name="airable",
            type="boolean",
            derive="status == 'approved' && zh == approved_zh && ru == approved_ru"
            " && title_zh == approved_title_zh && title_ru == approved_title_ru",
            help=True,
        ),
    ),
    constraints=(
        Constraint(
            name="both_languages",
            expr=f"!({OFFERED}) || (zh != null && ru != null && title_ru != null) || ({WAIVED})",
            fields=("zh", "ru", "title_ru"),
        ),
        Constraint(
            name="wholly_checked",
            expr=f"!({CHECKED}) || (facts_true == true && lawful == true && reads_well == true"
            " && (languages_agree == true || zh == null || ru == null))",
            fields=CHECKS,
        ),
        Constraint(
            name="checked_as_it_is",
            expr=f"!({CHECKED}) || checked_version == coalesce(version, 1)",
            fields=("checked_version",),
        ),
        Constraint(
            name="approved_as_it_is",
            expr="status != 'approved' || approved_version == coalesce(version, 1)",
            fields=("approved_version",),
        ),
        Constraint(
            name="ends_after_start",
            expr="valid_from == null || valid_to == null || valid_to >= valid_from",
            fields=("valid_to", "valid_from"),
        ),
    ),
    workflow=Workflow(
        initial="draft",
        states=(
            State("draft", tone="warn"),
            State("submitted"),
            State("checked"),
            State("approved", tone="good"),
            State("returned", tone="bad"),
            State("archived", final=True),
        ),
        transitions=(
            # From everywhere: who edits an approved text offline submits it there and then.
            Transition(act="submit", from_=("draft", "returned", "submitted", "checked", "approved"), to="submitted"),
            Transition(
                act="check",
                from_=("submitted",),
                to="checked",
                form=(*CHECKS, "seconds", "checked_version", "check_note"),
                needs=("checked_version",),
            ),
            Transition(
                act="approve",
                from_=("checked",),
                to="approved",
                form=("approved_version", "approval_note"),
                needs=("approved_version",),
            ),
            # An approval can be taken back too: what was true in spring may be wrong in autumn.
            Transition(act="return", from_=("submitted", "checked", "approved"), to="returned", reason=True),
            Transition(act="archive", from_=("draft", "returned", "approved"), to="archived", confirm=True),
            Transition(act="reopen", from_=("archived",), to="draft"),
        ),
    ),
    views=Views(
        columns=("number", "title_zh", "title_ru", "type", "version", "status", "airable", "valid_to"),
        filters=("status", "type", "airable", "author", "valid_to"),
        sort=("-number",),
        sections=(
            Section("script", ("number", "device_number", "type", "title_zh", "title_ru", "version", "airable")),
            Section("text", ("zh", "ru", "waiver_reason", "recordings")),
            Section("use", ("seconds", "valid_from", "valid_to", "ordered_by", "unit", "author", "editor", "editors")),
            Section("check", (*CHECKS, "check_note", "checked_version", "checker", "checked_at")),
            Section(
                "approval",
                ("approved_version", "approval_note", "approver", "approved_at", "return_reason", "voided_at"),
            ),
            Section("approved", ("approved_title_zh", "approved_title_ru", "approved_zh", "approved_ru")),
        ),
        short=("type", "title_zh", "title_ru", "zh", "ru"),
    ),
    children=(Child("broadcast.version", "script"), Child("broadcast.slot", "script")),
    shown_under=("unit",),
)

VERSION = Entity(
    name="broadcast.version",
    stream="broadcast",
    title="V{version} {title_zh}",
    icon="script",
    append_only=True,
    fields=(
        Field(name="script", type="ref", ref="broadcast.script", required=True),
        Field(name="version", type="integer", required=True, min=1),
        Field(name="title_zh", max=200, required=True, search=True),
        Field(name="title_ru", max=200, search=True),
        Field(name="text", type="localized", max=LENGTH),
        Field(name="waiver_reason", type="note", max=1000),
        Field(name="author", type="ref", ref="user"),
        Field(name="editor", type="ref", ref="user"),
        Field(name="checker", type="ref", ref="user"),
        Field(name="approver", type="ref", ref="user"),
        Field(name="approved_at", type="datetime"),
        Field(name="approval_note", type="note", max=2000),
    ),
    views=Views(
        columns=("script", "version", "title_zh", "title_ru", "approver", "approved_at"),
        filters=("script", "approver", "approved_at"),
        sort=("-approved_at",),
        sections=(
            Section("text", ("script", "version", "title_zh", "title_ru", "text", "waiver_reason")),
            Section("approval", ("author", "editor", "checker", "approver", "approved_at", "approval_note")),
        ),
    ),
)

ENTITIES = (SCRIPT, VERSION)
