"""The receipt that is signed when a find is handed out."""

from wuye.api import Facts, Print, Records, Signature, Words

RECEIPT = Print(
    id="lostfound.receipt",
    entity="lostfound.item",
    when="status in ['claimed', 'handed_out']",
    paper="A5",
    blocks=(
        Facts(fields=("number", "name", "category", "found_on", "place", "worth", "description")),
        Records(entity="lostfound.claimant", field="item", columns=("name", "phone", "document_number")),
        Words(text="lostfound.receipt.received"),
        Signature(places={"lostfound.receipt.receiver": "signature", "lostfound.receipt.keeper": None}),
    ),
)

PRINTS = (RECEIPT,)
