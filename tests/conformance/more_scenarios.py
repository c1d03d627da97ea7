"""More protocol scenarios: acts, deletion, bad input, access, self-check, revocation."""

from datetime import timedelta

import msgspec
from tests.conformance.recording import COUNTED, Recorder
from tests.conformance.scenarios import TITLE, act, both, edit, scenario

from wuye.kernel.clock import to_wire


@scenario
def an_illegal_act_keeps_its_fields(r: Recorder) -> None:
    """3.3: the act is refused and seen (`merged`, `stale_transition`), its `set` is merged all the same."""
    one, two, ticket = both(r)
    op = act(one, "ticket", ticket, "accept", wish="soon")
    r.sync(two, act(two, "ticket", ticket, "cancel", {"reason": "twice"}))
    r.sync(one, op)


@scenario
def the_same_act_twice_is_one(r: Recorder) -> None:
    """3.3: in its target state by the same act with equal args: applied, nothing changes; with others: refused."""
    one, two, ticket = both(r)
    ops = [act(replica, "ticket", ticket, "cancel", {"reason": "twice"}) for replica in (one, two)]
    other = act(two, "ticket", ticket, "cancel", {"reason": "by mistake"})
    r.sync(one, ops[0])
    r.sync(two, ops[1], other)


@scenario
def deletion_wins(r: Recorder) -> None:
    """3.3: delete beats update: `gone`, content kept; the record comes as null; deleting it again is applied."""
    one, two, ticket = both(r)
    op = edit(one, "ticket", ticket, wish="soon")
    r.sync(two, r.house.op("ticket", "delete", ticket, base=two.seq("ticket", ticket)))
    r.sync(one, op)
    r.sync(two, r.house.op("ticket", "delete", ticket))


@scenario
def deleting_what_is_newer_is_reviewed(r: Recorder) -> None:
    """3.3: a record newer than `base` is deleted with a review item."""
    one, two, ticket = both(r)
    op = r.house.op("ticket", "delete", ticket, base=two.seq("ticket", ticket))
    r.sync(one, edit(one, "ticket", ticket, wish="soon"))
    r.sync(two, op)


@scenario
def an_id_and_a_unique_value_belong_to_one_record(r: Recorder) -> None:
    """3.3: `duplicate_key` for an id that exists, deleted or not, and for values that must be unique."""
    one = r.joined("one", "admin")
    zone = r.house.op("zone", set={"code": "N", "name": "N"})
    r.sync(
        one,
        zone,
        r.house.op("zone", record=zone.record, set={"code": "M", "name": "M"}),
        r.house.op("zone", set={"code": "N", "name": "M"}),
    )


@scenario
def malformed_ops_are_rejected_one_by_one(r: Recorder) -> None:
    """3.1: decoded strictly and one by one: `rejected: invalid`, the neighbours are judged."""
    one = r.joined("one", "cs_supervisor")
    good = [msgspec.to_builtins(r.house.op("ticket", set=TITLE)) for _ in range(8)]
    spoilt = (
        {},
        {"kind": "destroy"},
        {"set": {"colour": "red"}},
        {"set": {"title": 7}},
        {"at": "never"},
        {"record": "7"},
        {"set": {"status": "done", "title": "x"}},
        {},
    )
    r.sync(one, raw=[{**op, **change, "n": n} for n, (op, change) in enumerate(zip(good, spoilt, strict=True), 1)])


@scenario
def an_op_without_readable_site_or_n_refuses_the_push(r: Recorder) -> None:
    """3.1: `400 invalid_op` with its index; nothing is applied."""
    one = r.joined("one", "cs_supervisor")
    op = {**msgspec.to_builtins(r.house.op("ticket", set=TITLE)), "n": 1}
    for bad in ({**op, "n": "2"}, {**op, "n": 0}, {**op, "site": "here"}, "op", []):
        r.sync(one, raw=[op, bad])
    r.sync(one, raw=[op])


@scenario
def too_much_is_said_so(r: Recorder) -> None:
    """3.1: a lone op over 64 KiB is `rejected: too_large`; over 500 ops a push: 413."""
    one = r.joined("one", "cs_supervisor")
    r.sync(one, r.house.op("ticket", set={**TITLE, "wish": "x" * 66_000}), r.house.op("ticket", set=TITLE))
    r.sync(one, raw=[{}] * 501)


@scenario
def a_foreign_site_is_forbidden(r: Recorder) -> None:
    """3.1: an op for a site that is unknown or not the user's is `rejected: forbidden` and acked."""
    one = r.joined("one", "cs_supervisor")
    r.sync(one, r.house.op("ticket", site=r.house.mall, set=TITLE), r.house.op("ticket", site=r.house.id(), set=TITLE))
    r.sync(one, r.house.op("ticket", site=r.house.mall, set=TITLE))


@scenario
def another_users_replica_is_refused(r: Recorder) -> None:
    """3: 403 for the replica of another user; an unknown protocol version is named."""
    one, two = r.joined("one", "cs_supervisor"), r.joined("two", "admin")
    r.sync(one, replica=two.id)
    r.sync(one, protocol=99)


@scenario
def an_unreadable_record_answers_as_if_unknown(r: Recorder) -> None:
    """3.2: the same answer whether a record does not exist or may not be read."""
    one, two = r.joined("one", "cs_assistant", key=r.house.east), r.joined("two", "admin")
    ticket = r.house.op("ticket", set={**TITLE, "unit": r.house.unit_west})
    r.sync(two, ticket)
    for record in (ticket.record, r.house.id()):
        r.sync(one, r.house.op("ticket", "update", record, set={"wish": "soon"}))
        r.sync(one, r.house.op("ticket.event", set={"ticket": record, "text": "x"}))


@scenario
def without_a_right_nothing_is_allowed(r: Recorder) -> None:
    """Deny by default, verb by verb."""
    one, two = r.joined("one", "adviser"), r.joined("two", "admin")
    ticket = r.house.op("ticket", set=TITLE)
    r.sync(two, ticket)
    r.sync(one)
    ops = (
        r.house.op("ticket", set=TITLE),
        edit(one, "ticket", ticket.record, wish="x"),
        act(one, "ticket", ticket.record, "classify"),
    )
    r.sync(
        one,
        *ops,
        r.house.op("ticket", "delete", ticket.record),
        r.house.op("ticket.event", set={"ticket": ticket.record, "text": "x"}),
    )


@scenario
def a_record_leaves_one_bucket_for_another(r: Recorder) -> None:
    """3.5: `left` for who no longer reads it, the whole record for who does now; both for who holds both buckets."""
    near, far = (
        r.joined(name, "cs_assistant", key=key) for name, key in (("near", r.house.east), ("far", r.house.west))
    )
    chief = r.joined("chief", "admin")
    ticket = r.house.op("ticket", set={**TITLE, "unit": r.house.unit_east})
    r.sync(chief, ticket)
    r.sync(near)
    r.sync(far)
    r.sync(chief, edit(chief, "unit", r.house.unit_east, zone=r.house.west))
    r.sync(near)
    r.sync(far)


@scenario
def work_on_what_moved_away_counts(r: Recorder) -> None:
    """3.5: an edit of a record that left its author's reach meanwhile is applied with a review item `revoked_work`."""
    near, chief = r.joined("near", "cs_assistant", key=r.house.east), r.joined("chief", "admin")
    ticket = r.house.op("ticket", set={**TITLE, "unit": r.house.unit_east})
    r.sync(chief, ticket)
    r.sync(near)
    op = edit(near, "ticket", ticket.record, wish="soon")
    r.sync(chief, edit(chief, "ticket", ticket.record, unit=r.house.unit_west))
    r.sync(near, op)


@scenario
def access_ends_with_days_of_grace(r: Recorder) -> None:
    """3.5: work done under a right that has ended is applied with `revoked_work`, then `drop` of all but its author's
    own review items; once heard of, forbidden, also with an older cursor."""
    user = r.person("one", "cs_supervisor")
    one = r.replica("one", user)
    r.sync(one)
    old = one.cursor
    r.system(r.house.op("grant", "update", r.grant_of(user), site=r.house.org, set={"ends": to_wire(r.house.now)}))
    r.house.wait(days=2)
    r.sync(one, r.house.op("ticket", set=TITLE))
    r.sync(one, r.house.op("ticket", set=TITLE))
    r.sync(one, r.house.op("ticket", set=TITLE), cursor=old)


@scenario
def a_dead_token_offers_its_ops(r: Recorder) -> None:
    """5: ops are `held: revoked`, the answer has only acked and results; a supervisor admits them."""
    one, two = r.joined("one", "cs_supervisor"), r.joined("two", "cs_manager")
    r.sync(one, r.house.op("ticket", set=TITLE))
    r.sync(two)
    one.alive = False
    op = r.house.op("ticket", set=TITLE)
    answer = r.sync(one, op, cursor=None)
    assert answer is not None
    r.sync(two)
    r.sync(two, act(two, "review", str(answer.results[0].review), "admit", {"ops": [op.op]}))


@scenario
def a_cursor_that_cannot_be_read_resets_everything(r: Recorder) -> None:
    """3: a forged or foreign cursor means `reset` of every bucket, and everything from the start."""
    one = r.joined("one", "technician")
    r.sync(one)
    r.sync(one, cursor="not a cursor")
    r.sync(one)


@scenario
def access_that_ended_behind_an_unreadable_cursor(r: Recorder) -> None:
    """3.5: what a user's grants gave him once is in `drop` when his cursor cannot be read, for it cannot say what he
    holds; 3.6: so is what he counts and may not hold. It is forgotten, and nothing else."""
    user = r.person("one", "cs_supervisor")
    one, two = r.replica("one", user), r.joined("two", "admin")
    r.sync(two, r.house.op("ticket", set=TITLE), r.house.op("owner", set={"name": "陳大文"}))
    r.sync(one)
    r.system(
        r.house.op("grant", "update", r.grant_of(user), site=r.house.org, set={"ends": to_wire(r.house.now)}),
        r.house.op("grant", site=r.house.org, set={"user": user, "role": "technician", "site": r.house.estate}),
    )
    r.house.wait(days=1)
    r.sync(one, cursor="not a cursor")
    r.sync(one, have={f"{r.house.estate}/owners.private": [1, 1], f"{r.house.mall}/tickets": [0, 0]})


@scenario
def what_a_replica_counts_is_checked(r: Recorder) -> None:
    """3.6: right counts are left in peace, wrong ones answered with `reset` and the bucket anew."""
    one, _, _ = both(r)
    r.sync(one, have=COUNTED)
    r.sync(one, have={f"{r.house.estate}/tickets": [7, 7]})
    r.sync(one, have=COUNTED)


@scenario
def counts_of_buckets_with_news_are_ignored(r: Recorder) -> None:
    """3.6: a bucket with news beyond the request's cursor is not compared."""
    one, two, ticket = both(r)
    r.sync(one, edit(one, "ticket", ticket, wish="soon"))
    r.sync(two, have={f"{r.house.estate}/tickets": [7, 7]})


@scenario
def a_restored_server_has_another_epoch(r: Recorder) -> None:
    """3.8: on another epoch every bucket is read anew; `acked` tells what the server knows."""
    one = r.joined("one", "cs_supervisor")
    r.sync(one, r.house.op("ticket", set=TITLE))
    r.restored()
    r.sync(one)
    r.sync(one)


@scenario
def a_rule_corrects_and_follows_up(r: Recorder) -> None:
    """TKT-14, TKT-5: register numbers without gaps beside a rejected op; an act writes its event under its seq."""
    one = r.joined("one", "cs_supervisor")
    ops = [r.house.op("ticket", set={**TITLE, **more}) for more in ({}, {"kind": "complaint", "backfilled": True}, {})]
    r.sync(one, *ops)
    r.sync(one, act(one, "ticket", ops[0].record, "dispatch", department="engineering"))


@scenario
def null_and_absent_are_the_same(r: Recorder) -> None:
    """3.1: a missing `was` is null; a field set to null is gone; equality is by normalised value."""
    one = r.joined("one", "cs_supervisor")
    ticket = r.house.op("ticket", set={**TITLE, "hours": "1.50", "wish": "soon"})
    r.sync(one, ticket)
    r.sync(
        one,
        r.house.op(
            "ticket",
            "update",
            ticket.record,
            set={"hours": "2", "wish": None, "opinion": "x"},
            was={"hours": "1.5", "wish": "soon"},
        ),
    )


@scenario
def an_expired_hold_of_a_group(r: Recorder) -> None:
    """3.2: a held group expires as a group."""
    one, group = r.joined("one", "cs_supervisor"), r.house.id()
    ops = [r.house.op("ticket", set={**TITLE, **more}, group=group) for more in ({}, {"owner": r.house.id()})]
    r.sync(one, *ops)
    r.house.wait(days=7, minutes=1)
    r.sweep()
    r.sync(one, now=timedelta(seconds=30))
