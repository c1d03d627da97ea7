"""Whether somebody has agreed to be written to (PIPL 13–16): core's consents of one owner, read for one purpose."""

from collections.abc import Iterable, Mapping


def agreed(consents: Iterable[Mapping[str, object]], purpose: str) -> bool:
    """Tell whether the purpose was agreed to, and not withdrawn since.

    A withdrawal ends every consent given before it: people withdraw what they agreed to, not a sheet of paper.
    """
    given, withdrawn = "", ""
    for consent in consents:
        purposes = consent.get("purposes")
        if isinstance(purposes, list) and purpose in purposes:
            given = max(given, str(consent.get("given_at") or ""))
            withdrawn = max(withdrawn, str(consent.get("withdrawn_at") or ""))
    return given > withdrawn
