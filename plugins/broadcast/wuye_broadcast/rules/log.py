"""The log: who aired what and when; nothing planned is rewritten, nothing said is unsaid; emergencies are approved by
another person."""

from collections.abc import Iterable, Mapping, Sequence

from wuye.api import Change, Correct, Flag, Read, Reject, Rule, View

from ..entities.log import COURSE, EMERGENCY, PLANNED, PLAY, SAID
from ..entities.plan import PROGRAMME
from ..entities.scripts import SCRIPT, VERSION
from .changes import act_of

Decision = Reject | Correct | Flag
LOGGED = ("played", "cut", "skipped")


def keep_log(changes: Sequence[Change], view: View) -> Iterable[Decision]:
    """Complete plays and keep who aired them (BRD-3)."""
    for change in changes:
        if change.new is None:
            continue
        if change.old is None:
            yield from _begin(change, view)
        elif change.person is not None and _rewrites(change):
            yield Reject(op=change.op, code="rule", fields=COURSE, message="message.broadcast.log_is_kept")
            continue
        elif change.person is not None and change.old.get("slot") and change.changed(PLANNED):
            yield Reject(op=change.op, code="rule", fields=PLANNED, message="message.broadcast.plan_is_kept")
            continue
        if change.person is not None and change.changed(("type", "programme", "script", "version")):
            yield from _type(change, view)
        if change.person is not None and change.changed(("version",)) and (fault := _wrong_text(change, view)):
            yield fault
            continue
        yield from _course(change, view)


def _rewrites(change: Change) -> bool:
    """Tell whether a logged entry would say something else; it is undone, with a reason, and logged anew."""
    logged = (change.old or {}).get("status") in LOGGED
    return bool(logged and act_of(change, PLAY) != "undo" and change.changed(COURSE))


def _begin(change: Change, view: View) -> Iterable[Decision]:
    """Fill in what follows from the programme and the text of a play that starts its life."""
    new = change.new or {}
    version = view.get(VERSION.name, str(new["version"])) if new.get("version") else None
    script = new.get("script") or (version or {}).get("script")
    set_: dict[str, object] = {"script": script, "awaits": script if new.get("status") == "planned" else None}
    yield Correct(op=change.op, set=set_)


def _type(change: Change, view: View) -> Iterable[Correct]:
    """Take the type from programme or script, whatever was typed: what is called music needs no approval."""
    new = change.new or {}
    version = view.get(VERSION.name, str(new["version"])) if new.get("version") else None
    script = new.get("script") or (version or {}).get("script")
    for entity, record in ((PROGRAMME.name, new.get("programme")), (SCRIPT.name, script)):
        source = view.get(entity, str(record)) if record else None
        if source is not None:
            yield Correct(op=change.op, set={"type": source.get("type")})
            return


def _wrong_text(change: Change, view: View) -> Reject | None:
    new = change.new or {}
    version = view.get(VERSION.name, str(new["version"])) if new.get("version") else None
    if version is None or new.get("script") in (None, version.get("script")):
        return None
    return Reject(op=change.op, code="rule", fields=("version",), message="message.broadcast.other_script")


def _course(change: Change, view: View) -> Iterable[Decision]:
    act, new = act_of(change, PLAY), change.new or {}
    who = None if change.person is None else change.author
    if act in ("play", "cut"):
        yield Correct(
            op=change.op,
            set={
                "announcer": who,
                "started_at": new.get("started_at") or change.at,
                "reason": change.args.get("reason"),
                "awaits": None,
                # It was aired, and that is kept; that it should not have been is for the supervisor.
                "on_hold": None,
            },
        )
        if _was_void(new, str(new.get("started_at") or change.at), view):
            yield Flag(op=change.op, message="message.broadcast.aired_unapproved", fields=("script",))
    elif act == "skip" and new.get("status") == "skipped":
        yield Correct(op=change.op, set={"announcer": who, "reason": change.args.get("reason"), "awaits": None})
    elif act in ("miss", "withdraw"):
        yield Correct(op=change.op, set={"awaits": None})
    elif act == "undo":
        void = dict.fromkeys(("announcer", "started_at", "ended_at", "reason"))
        yield Correct(op=change.op, set={**void, "awaits": new.get("script")})


def _was_void(play: Mapping[str, object], started_at: str, view: View) -> bool:
    """Tell whether the text was read after its approval had ended; an entry that only comes late is none."""
    version = view.get(VERSION.name, str(play["version"])) if play.get("version") else None
    named = play.get("script") or (version or {}).get("script")
    script = view.get(SCRIPT.name, str(named)) if named else None
    if script is None or (
        script.get("airable") and version is not None and version.get("version") == script.get("approved_version")
    ):
        return False
    voided_at = script.get("voided_at")
    return voided_at is None or started_at > str(voided_at)


def keep_emergencies(changes: Sequence[Change], view: View) -> Iterable[Decision]:
    """Keep what was said in an emergency and who answers for it."""
    for change in changes:
        old, new = change.old, change.new
        if new is None:
            continue
        if old is None:
            announcer = new.get("announcer") or change.author
            yield Correct(op=change.op, set={"announcer": announcer, **_prepared(new, view)})
        elif change.changed(SAID):
            yield Reject(op=change.op, code="rule", fields=SAID, message="message.broadcast.said_is_said")
        elif (act := act_of(change, EMERGENCY)) in ("approve", "object"):
            if change.author == old.get("announcer"):
                yield Reject(op=change.op, code="rule", message="message.broadcast.own_announcement")
            elif act == "approve":
                yield Correct(op=change.op, set={"approver": change.author, "approved_at": change.at})
            else:
                yield Correct(op=change.op, set={"approver": change.author, "objection": change.args.get("reason")})


def _prepared(new: Mapping[str, object], view: View) -> dict[str, object]:
    """Return the words of a prepared script, as far as none were written down."""
    script = view.get(SCRIPT.name, str(new["script"])) if new.get("script") else None
    return {} if script is None else {name: new.get(name) or script.get(name) for name in ("zh", "ru")}


def _by_id(entity: str, field: str) -> Read:
    return Read(entity=entity, field="id", value_of=field)


RULES = (
    Rule(
        name="broadcast.log",
        on=(PLAY.name,),
        reads=(_by_id(VERSION.name, "version"), _by_id(SCRIPT.name, "script"), _by_id(PROGRAMME.name, "programme")),
        judge=keep_log,
    ),
    Rule(
        name="broadcast.emergency",
        on=(EMERGENCY.name,),
        reads=(_by_id(SCRIPT.name, "script"),),
        judge=keep_emergencies,
    ),
)
