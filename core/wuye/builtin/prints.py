"""Forms of a ticket (工單): the work order in four parts (工程維修單, TKT-9) and its plain record."""

from wuye.api import Body, Facts, Lines, Print, QrCode, Signature, Words

# Two copies of it must find room for the pen: what the mechanic learns on the spot is left to be written.
ORDER = Print(
    id="ticket.order",
    entity="ticket",
    when="kind in ['repair', 'help', 'other']",
    paper="A5",
    landscape=True,
    parts=(
        "print.ticket.order.finance",
        "print.ticket.order.engineering",
        "print.ticket.order.service",
        "print.ticket.order.owner",
    ),
    blocks=(
        Facts(
            columns=3,
            fields=("title", "unit", "reporter", "reporter_phone", "priority", "deadline", "appointed_at", "assignee"),
        ),
        Body(field="description"),
        Lines(field="materials", blank=2),
        Body(field="result"),
        Facts(columns=3, fields=("hours", "done_at", "satisfaction")),
        Signature(places={"print.ticket.order.owner_signs": "signature", "print.ticket.order.worker_signs": None}),
    ),
)

SHEET = Print(
    id="ticket.sheet",
    entity="ticket",
    blocks=(
        Facts(fields=("kind", "status", "priority", "channel", "occurred_at", "number", "unit", "location")),
        Facts(fields=("reporter", "reporter_phone", "responsible", "assignee", "deadline", "done_at")),
        Words(text="print.ticket.sheet.asked"),
        Body(field="description"),
        Body(field="wish"),
        Body(field="result"),
        Facts(fields=("photos",), columns=1),
        Lines(field="materials"),
        Facts(fields=("satisfaction", "opinion"), columns=1),
        Signature(places={"print.ticket.order.owner_signs": "signature"}),
        QrCode(field="number"),
    ),
)

PRINTS = (ORDER, SHEET)
