"""Hands in what is unsent with a token that has ended; the server holds it for a supervisor to admit (protocol §5)."""

from contextlib import suppress

from wuye_client import outbox, sync
from wuye_client.clock import Clock
from wuye_client.errors import LoginRequired, ServerBusy
from wuye_client.store import Store
from wuye_client.sync import Step
from wuye_client.uploading import Call


def hand_in(store: Store, clock: Clock, call: Call) -> None:
    """Offer the outbox, as far as the server takes it.

    Raises:
        Offline, ServerBusy: it takes none now, but may later.
    """
    with suppress(LoginRequired):  # a copied database may not push under another one's name
        while _offer(store, clock, call):
            pass


def _offer(store: Store, clock: Clock, call: Call) -> bool:
    """Offer one push; tell whether another one may bring more."""
    before, _ = outbox.measure(store)
    if not before:
        return False
    asked = sync.prepare(store, clock(), ops_only=True)
    answer = call("POST", "/sync", {}, asked.body)
    if answer.status == 200:
        taken = sync.absorb(store, asked, answer.body, clock())
        return taken.more or outbox.measure(store)[0] < before
    step = sync.absorb_problem(store, asked, answer.problem())
    if step is Step.WAIT:
        raise ServerBusy(answer.retry_after)
    return step is Step.AGAIN
