"""What happens on site: rounds tell the application, violations stop it and keep their clock."""

from collections.abc import Iterable, Sequence

from wuye.api import Change, Correct, FollowUp, Read, Reject, Rule, View

from ..entities.flow import AT_WORK, FINISHED
from ..entities.violation import CLOCK, OPEN
from .changes import (
    APPLICATION,
    INSPECTION,
    VIOLATION,
    Values,
    act_on,
    application_of,
    entered,
    refuse,
    update_of,
)

WATER = {"tight": "passed", "leak": "failed"}
STOP = ("told_to_stop", *CLOCK)


def sign_round(changes: Sequence[Change], view: View) -> Iterable[Reject | Correct]:
    """Who was on site is never what the device says. Water that stood too briefly proves nothing (Art. 8)."""
    for change in changes:
        new = change.new
        if new is None or change.old is not None:
            continue
        hours, needed = new.get("water_hours"), view.setting("renovation_water_hours")
        short = isinstance(hours, int) and isinstance(needed, int) and hours < needed
        if new.get("water_result") == "tight" and short:
            yield refuse(change, "water_too_short", "water_hours")
        else:
            yield Correct(op=change.op, set={"inspector": change.author})


def tell_application(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """Let the application know its last round and the result of the water test; late news change nothing newer."""
    for change in changes:
        new = change.new
        application = application_of(new, view) if new and change.old is None else None
        if new is None or application is None:
            continue
        set_: dict[str, object] = {}
        if str(new["inspected_on"]) > str(application.get("last_inspected_on") or ""):
            set_["last_inspected_on"] = new["inspected_on"]
        if WATER.get(str(new.get("water_result"))):
            tests = [test for _, test in view.find(INSPECTION, "application", str(new["application"]))]
            if (result := _water(tests)) != application.get("water_test"):
                set_["water_test"] = result
        if set_:
            yield update_of(change, APPLICATION, str(new["application"]), **set_)


def _water(tests: Iterable[Values]) -> str:
    """Return what the latest closed-water test of every place says together; one of no place speaks for all."""
    last: dict[object, str] = {}
    for test in sorted(tests, key=lambda test: (str(test.get("water_started_at")), str(test.get("inspected_on")))):
        if result := WATER.get(str(test.get("water_result"))):
            place = test.get("water_place")
            last = {**(last if place else {}), place: result}
    return "failed" if "failed" in last.values() else "passed"


def sign_violation(changes: Sequence[Change], view: View) -> Iterable[Correct]:
    """Fill in what follows: the home from the application, who found and verified, when the clock started."""
    for change in changes:
        new = change.new
        if new is None:
            continue
        set_: dict[str, object] = {}
        if change.old is None:
            set_["found_by"] = change.author
        if not new.get("unit") and (application := application_of(new, view)):
            set_["unit"] = application.get("unit")
        if entered(change, *CLOCK) and not new.get("report_from"):
            set_["report_from"] = change.at
        if entered(change, "reported_to_authority"):
            set_["reported_at"] = change.at
            set_["report_from"] = new.get("report_from") or change.at
        if entered(change, "verified"):
            set_["verified_by"] = change.author
        if set_:
            yield Correct(op=change.op, set=set_)


def stop_works(changes: Sequence[Change], view: View) -> Iterable[FollowUp]:
    """A stop order stops the site, and the application counts what is open (Art. 17)."""
    for change in changes:
        if not change.changed(("status", "application")):
            continue
        named = {
            str(values["application"]) for values in (change.old, change.new) if values and values.get("application")
        }
        for record in sorted(named):
            application = view.get(APPLICATION, record)
            if application is None:
                continue
            new = change.new or {}
            if new.get("status") in STOP and application.get("status") in AT_WORK:
                reason = str(new.get("demand") or new.get("what"))
                yield act_on(change, APPLICATION, record, "stop", reason=reason)
            # What is finished stays finished; what is found later is a matter of the warranty or a new stop.
            count = sum(v.get("status") in OPEN for _, v in view.find(VIOLATION, "application", record))
            if application.get("status") not in FINISHED and count != (application.get("open_violations") or 0):
                yield update_of(change, APPLICATION, record, open_violations=count)


_APPLICATION = Read(entity=APPLICATION, field="id", value_of="application")

RULES = (
    Rule(name="renovation.inspection.author", on=(INSPECTION,), judge=sign_round),
    Rule(
        name="renovation.inspection.told",
        on=(INSPECTION,),
        reads=(_APPLICATION,),
        writes=(f"{APPLICATION}.update",),
        react=tell_application,
    ),
    Rule(name="renovation.violation.filled", on=(VIOLATION,), reads=(_APPLICATION,), judge=sign_violation),
    Rule(
        name="renovation.violation.stops",
        on=(VIOLATION,),
        reads=(_APPLICATION, Read(entity=VIOLATION, field="application", value_of="application")),
        writes=(f"{APPLICATION}.act.stop", f"{APPLICATION}.update"),
        react=stop_works,
    ),
)
