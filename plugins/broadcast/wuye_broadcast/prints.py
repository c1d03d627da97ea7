"""Forms on paper: the plan of a week, the approval sheet of a script in both languages, the log, the emergency
announcement that is approved after."""

from wuye.api import Body, Drawing, Facts, Lines, Print, Records, Signature, Words

from .entities.sheets import LOG, WEEK

_HEAD = ("starts_on", "ends_on", "channel", "drawn_up_by")

PRINTS = (
    Print(
        id="broadcast.plan",
        entity="broadcast.sheet",
        when=f"report == '{WEEK}' && table != null",
        landscape=True,
        blocks=(
            Facts(fields=_HEAD, columns=4),
            Drawing(field="table"),
            Words(text="print.broadcast.plan.rule"),
            Facts(fields=("note",), columns=1),
            Signature(
                places={
                    "print.broadcast.sign.department": None,
                    "print.broadcast.sign.manager": "signature",
                }
            ),
        ),
    ),
    Print(
        id="broadcast.log_sheet",
        entity="broadcast.sheet",
        when=f"report == '{LOG}' && table != null",
        landscape=True,
        blocks=(
            Facts(fields=_HEAD, columns=4),
            Drawing(field="table"),
            Facts(fields=("note",), columns=1),
            Signature(
                places={
                    "print.broadcast.sign.announcer": None,
                    "print.broadcast.sign.manager": "signature",
                }
            ),
        ),
    ),
    Print(
        id="broadcast.approval",
        entity="broadcast.script",
        blocks=(
            Facts(
                fields=(
                    *("number", "type", "version", "ordered_by", "author", "seconds", "valid_from", "valid_to"),
                    *("title_zh", "title_ru"),
                )
            ),
            Body(field="text", label="print.broadcast.approval.text"),
            Facts(fields=("waiver_reason",), columns=1),
            Facts(
                fields=("facts_true", "lawful", "languages_agree", "reads_well", "checker", "checked_at"),
                label="print.broadcast.approval.check",
            ),
            Facts(
                fields=("status", "approved_version", "approver", "approved_at", "approval_note", "return_reason"),
                label="print.broadcast.approval.approval",
            ),
            Words(text="print.broadcast.approval.rule"),
            Signature(
                places={
                    "print.broadcast.sign.author": None,
                    "print.broadcast.sign.announcer": None,
                    "print.broadcast.sign.manager": None,
                }
            ),
        ),
    ),
    Print(
        id="broadcast.reading",
        entity="broadcast.version",
        blocks=(
            Facts(fields=("script", "version", "title_zh", "title_ru", "approver", "approved_at")),
            Body(field="text"),
        ),
    ),
    Print(
        id="broadcast.emergency",
        entity="broadcast.emergency",
        blocks=(
            Facts(fields=("number", "kind", "occasion", "channels", "aired_at", "repeats", "ordered_by", "announcer")),
            Body(field="zh"),
            Body(field="ru"),
            Body(field="note"),
            Facts(
                fields=("approve_by", "status", "approver", "approved_at", "approval_note", "objection"),
                label="print.broadcast.emergency.approval",
            ),
            Words(text="print.broadcast.emergency.rule"),
            Signature(places={"print.broadcast.sign.announcer": None, "print.broadcast.sign.manager": None}),
        ),
    ),
    Print(
        id="broadcast.equipment",
        entity="broadcast.equipment",
        blocks=(
            Facts(
                fields=("code", "name", "kind", "model", "serial", "location", "bought_on", "warranty_until", "status")
            ),
            Records(
                entity="broadcast.check",
                field="equipment",
                columns=("checked_on", "result", "fault", "checker"),
                sort="-checked_on",
            ),
            Signature(places={"print.broadcast.sign.announcer": None, "print.broadcast.sign.engineering": None}),
        ),
    ),
    Print(
        id="broadcast.check",
        entity="broadcast.check",
        paper="A5",
        blocks=(
            Facts(fields=("equipment", "checked_on", "result", "checker")),
            Lines(field="items"),
            Body(field="fault"),
            Signature(places={"print.broadcast.sign.announcer": None}),
        ),
    ),
)
