"""One unit of work at one site: groups judged one after the other, then one plan of all that is written."""

import zlib
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from wuye.kernel.clock import to_ms
from wuye.sync.directory import Directory
from wuye.sync.group import Asked, Judged, Waiting, judge_group
from wuye.sync.incoming import Incoming
from wuye.sync.judge import Author
from wuye.sync.layer import Draft, Layer
from wuye.sync.ledger import chained, row_of
from wuye.sync.ports import Transaction
from wuye.sync.reactions import MAX_DEPTH, incoming_of, moved_dependants, with_present_values
from wuye.sync.review import Entry, record_decision, subject_of, write_reviews
from wuye.sync.rows import Find, Head, HeldOp, Need, Plan, RecordWrite, Ref
from wuye.sync.verdict import Concern, Verdict
from wuye.sync.vouching import Vouching
from wuye.sync.whole import wants

MAX_SEQ_ROWS = 1_500  # of the 2,000 that a seq may have; the rest is room for one more record in many buckets


class SiteUnit:
    """Judges groups over one layer and gathers the plan. Purely in memory but for the transaction's look-ups."""

    def __init__(self, tx: Transaction, site: str, directory: Directory, now: datetime) -> None:
        self.tx = tx
        self.site = site
        self.directory = directory
        self.now = now
        self.head = tx.head(site)
        self.seq = self.head.seq
        self.layer = Layer(site, now, directory, lambda need: tx.load(site, need))
        self.reviews: list[Entry] = []
        self.decided: dict[tuple[str, str], Verdict] = {}
        self.plan = Plan(site=site, head=self.head, at_ms=to_ms(now))
        self.vouching = Vouching(self.layer, directory, tx, now)
        self._rows = 0
        self._outcomes: list[tuple[Incoming, Verdict, str | None]] = []
        self._causes: dict[str, Incoming] = {}

    def prefetch(self, ops: Sequence[Incoming]) -> None:
        """Look up in two rounds all that judging these ops will ask for."""
        need = Need()
        for incoming in ops:
            if op := incoming.op:
                need.records.add((op.entity, op.record))
                if model := self.directory.models.get(op.entity):
                    _join(need, wants(op.set, model, op.entity))
        self.layer.ensure(need)
        self.layer.ensure(self._reads(ops))

    def run(
        self, group: Sequence[Incoming], author: Author, waiting: Waiting, *, barred: str | None = None
    ) -> list[Verdict]:
        """Judge a group and its follow-ups; they share one seq. ``barred``: see `judge_group`."""
        self.seq += 1
        self._rows = 6 * len(group)
        judged = judge_group(group, author, self.layer, self.directory, waiting, barred=barred, seq=self.seq)
        for incoming, verdict in zip(group, judged.verdicts, strict=True):
            self._note(incoming, verdict, author, None)
            if verdict.status == "held" and incoming.op:
                ref = (incoming.op.entity, incoming.op.record)
                waiting.note(ref, incoming.id, creates=incoming.op.kind == "create")
        self._follow(judged, group, author)
        return judged.verdicts

    def decide(self, group: Sequence[HeldOp], incoming: Sequence[Incoming], author: Author, waiting: Waiting) -> bool:
        """Judge a held group again; tell whether that decided it. If not, it may wait for something else now."""
        self.seq += 1
        self._rows = 6 * len(group)
        judged = judge_group(incoming, author, self.layer, self.directory, waiting, barred=None, seq=self.seq)
        if judged.verdicts[0].status == "held":  # then all are, and nothing was written
            self.seq -= 1
            for held, verdict in zip(group, judged.verdicts, strict=True):
                self._forget_hold(held)
                if verdict.wait != held.wait:
                    self.plan.hold.append(msgspec.structs.replace(held, wait=verdict.wait))
            return False
        for held, op, verdict in zip(group, incoming, judged.verdicts, strict=True):
            self._note_decision(held, op, verdict, author)
        self._follow(judged, incoming, author)
        return True

    def refuse(self, group: Sequence[HeldOp], incoming: Sequence[Incoming], author: Author, code: str) -> None:
        """Reject a held group without judging it."""
        self.seq += 1
        for held, op in zip(group, incoming, strict=True):
            self._note_decision(held, op, Verdict(status="rejected", code=code), author)

    def remark(self, incoming: Incoming, concern: Concern, author: Author) -> None:
        """Enter an op that changes nothing and puts its record before a person."""
        self.seq += 1
        self._note(incoming, Verdict(review=(concern,)), author, None)

    def _note_decision(self, held: HeldOp, incoming: Incoming, verdict: Verdict, author: Author) -> None:
        verdict.seq = verdict.seq or self.seq
        verdict.item = held.review or None
        self._outcome(incoming, verdict, None)
        self._forget_hold(held)
        self.plan.release.append((held.user, held.op))
        self.decided[held.user, held.op] = verdict
        concerns = verdict.concerns
        entry = Entry(incoming=incoming, author=author, verdict=verdict, concerns=concerns, replica=held.replica)
        record_decision(entry, held.review, self.layer, self.directory, self.seq)

    def _outcome(self, incoming: Incoming, verdict: Verdict, cause: Incoming | None) -> None:
        self._outcomes.append((incoming, verdict, cause.id if cause else None))
        if incoming.op and incoming.op.kind == "create":
            self.layer.creates[subject_of(incoming)] = verdict.status

    def _forget_hold(self, held: HeldOp) -> None:
        """Take back that an op waits for something else: an earlier round of this unit said so."""
        self.plan.hold = [known for known in self.plan.hold if (known.user, known.op) != (held.user, held.op)]

    def hold(self, incoming: Incoming, verdict: Verdict, pos: int) -> HeldOp:
        """Return the row that keeps a held op."""
        op = incoming.op
        entity, record = subject_of(incoming)
        return HeldOp(
            site=self.site,
            op=incoming.id,
            user=incoming.user,
            replica=incoming.replica,
            n=incoming.n,
            pos=pos,
            group=incoming.group,
            entity=entity,
            record=record,
            creates=op is not None and op.kind == "create",
            wait=verdict.wait,
            received_ms=to_ms(self.now),
            at_ms=incoming.at_ms,
            clock_suspect=incoming.clock_suspect,
            review=verdict.item or "",
            body=incoming.body,
        )

    def finish(self) -> Plan:
        """Write the review items, then return the plan."""
        if self.reviews:
            self.seq = write_reviews(self.reviews, self.layer, self.directory, self.seq)
        self._move_private_reviews()
        self.plan.records = [write for draft in self.layer.drafts.values() if (write := self._write(draft))]
        self.plan.named = self.vouching.refs()
        self.plan.unnamed = self.vouching.gone(self.plan.records)
        self._write_ledger()
        self.plan.numbers = self.layer.numbers
        self.plan.balances = self.layer.balances
        return self.plan

    def _note(self, incoming: Incoming, verdict: Verdict, author: Author, cause: Incoming | None) -> None:
        verdict.seq = verdict.seq or self.seq
        self._outcome(incoming, verdict, cause)
        concerns = verdict.concerns
        if cause is not None and verdict.status not in ("applied", "merged"):
            concerns = (Concern(kind="follow_up_refused"),)
        if concerns:
            replica = cause.replica if cause else incoming.replica
            entry = Entry(incoming=incoming, author=author, verdict=verdict, concerns=concerns, replica=replica)
            self.reviews.append(entry)

    def _follow(self, judged: Judged, group: Sequence[Incoming], who: Author) -> None:
        """Judge what follows from a group; it names attachments on the word of whose group it was."""
        self.vouching.note(judged.changes, group, who)
        by_op = {incoming.id: incoming for incoming in group}
        queue: deque[tuple[Asked, Incoming, int]] = deque()

        def ask(judged: Judged, by_op: Mapping[str, Incoming], depth: int) -> None:
            for asked in [*moved_dependants(judged.changes, self.layer, self.directory), *judged.follow_ups]:
                queue.append((asked, by_op[asked[2].cause], depth))

        ask(judged, by_op, 1)
        while queue:
            asked, cause, depth = queue.popleft()
            incoming, author = incoming_of(asked, cause, self.directory)
            incoming = with_present_values(incoming, self.layer)
            if self._is_repeat(incoming):
                continue
            self._make_room()
            outcome = judge_group([incoming], author, self.layer, self.directory, Waiting(), barred=None, seq=self.seq)
            verdict = outcome.verdicts[0]
            if verdict.status == "held":  # nobody would come back for it: a person must
                verdict.status, verdict.wait = "rejected", ""
            self._note(incoming, verdict, author, self._causes.get(cause.id, cause))
            self.vouching.note(outcome.changes, [incoming], who)
            self._causes[incoming.id] = self._causes.get(cause.id, cause)
            if depth < MAX_DEPTH:
                ask(outcome, {incoming.id: incoming}, depth + 1)

    def _is_repeat(self, incoming: Incoming) -> bool:
        op = incoming.op
        return op is not None and op.kind == "create" and self.layer.values((op.entity, op.record))[0] is not None

    def _make_room(self) -> None:
        """Cut bulk work: no seq may grow beyond what a page can hold (protocol §3.5)."""
        self._rows += 6
        if self._rows > MAX_SEQ_ROWS:
            self.seq += 1
            self._rows = 0

    def _reads(self, ops: Sequence[Incoming]) -> Need:
        need = Need()
        for incoming in ops:
            op = incoming.op
            if op is None or op.entity not in self.directory.models:
                continue
            reads = [read for _, rule in self.directory.registry.rules_on[op.entity] for read in rule.reads]
            stored = self.layer.stored((op.entity, op.record)) if reads else None
            for read in reads:
                before = stored.values.get(read.value_of) if stored else None
                for value in (op.record,) if read.value_of == "id" else (before, op.set.get(read.value_of)):
                    if not isinstance(value, str):
                        continue
                    if read.field == "id":
                        need.records.add((read.entity, value))
                    else:
                        need.finds.add(Find(entity=read.entity, field=read.field, value=value))
        return need

    def _move_private_reviews(self) -> None:
        """Let private values of review items follow their records into other buckets."""
        moved = [ref for ref, draft in self.layer.drafts.items() if self._has_moved(ref, draft)]
        if not moved:
            return
        self.layer.ensure(Need(finds={Find(entity="review.private", field="subject", value=ref[1]) for ref in moved}))
        for ref in moved:
            for record, _ in self.layer.find("review.private", "subject", ref[1]):
                self.layer.begin()
                if draft := self.layer.open(("review.private", record)):
                    draft.seq = self.seq
                self.layer.keep()

    def _has_moved(self, ref: Ref, draft: Draft) -> bool:
        entity = ref[0]
        if entity in ("review", "review.private"):
            return False
        if draft.was:
            return draft.was.buckets != self.layer.buckets(ref)
        # A new record was waited for if its create was held; values are private then by its stream alone.
        return self.directory.models[entity].entity.stream not in self.directory.supervised_streams

    def _write(self, draft: Draft) -> RecordWrite | None:
        was = draft.was
        ref: Ref = (draft.entity, draft.id)
        buckets = was.buckets if draft.deleted and was else self.layer.buckets(ref)
        if was and was.deleted == draft.deleted and was.values == draft.values and was.buckets == buckets:
            return None
        if was is None and draft.deleted:
            buckets = ()
        body = None if draft.deleted else draft.encoded()
        return RecordWrite(
            entity=draft.entity,
            id=draft.id,
            seq=draft.seq,
            deleted=draft.deleted,
            values={} if draft.deleted else draft.values,
            body=body,
            h=zlib.crc32(body) if body else 0,
            buckets=buckets,
            left=tuple(name for name in was.buckets if name not in buckets) if was else (),
            was_seq=was.seq if was else None,
            was_in=was.buckets if was else (),
            created_at=draft.created_at,
            created_by=draft.created_by,
            updated_at=draft.updated_at,
            updated_by=draft.updated_by,
        )

    def _write_ledger(self) -> None:
        digest, pos = self.head.digest, self.head.pos
        for incoming, verdict, cause in self._outcomes:
            pos += 1
            row = chained(row_of(self.site, pos, incoming, verdict, cause, self.now), digest)
            digest = row.digest
            self.plan.ledger.append(row)
            if verdict.status == "held":
                self.plan.hold.append(self.hold(incoming, verdict, pos))
        self.plan.head = Head(seq=self.seq, pos=pos, digest=digest, floor=self.head.floor)


def _join(need: Need, other: Need) -> None:
    need.records |= other.records
    need.finds |= other.finds
    need.balances |= other.balances
