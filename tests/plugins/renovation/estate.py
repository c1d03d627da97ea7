"""An estate where people renovate, for the tests: its staff, its rule, shorthands for the stages of a renovation."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tests.duties.company import ESTATE, ORG, Tablet
from tests.duties.stored import StoredCompany

from wuye_client import Record
from wuye_renovation import plugin

RULE, APPLICATION, AGREEMENT, PERMIT, PASS, WORKER, INSPECTION, VIOLATION, DEPOSIT, WARRANTY = (
    f"renovation.{name}"
    for name in (
        "rule",
        "application",
        "agreement",
        "permit",
        "pass",
        "worker",
        "inspection",
        "violation",
        "deposit",
        "warranty",
    )
)
STAFF = (
    ("desk", "front_desk"),
    ("boss", "cs_supervisor"),
    ("chief", "site_chief"),
    ("walker", "renovation_inspector"),
    ("wu.gang", "technician"),
    ("cashier", "finance"),
)
PHOTO = [{"sha256": "a" * 64, "name": "現場.jpg"}]
SIGNED = {"sha256": "d" * 64, "signer": "王建國", "at": "2026-11-22T08:30:00.000Z"}
BATHROOM = {"kind": "waterproofing", "place": "bathroom", "waterproof": True}
FLOOR = {"kind": "floor", "place": "living_room"}
ENTERPRISE = {"builder": "enterprise", "contractor": "匠心裝飾", "qualification_number": "D223-0011"}
PERIOD = {"starts_on": "2026-12-01", "ends_on": "2027-02-28"}
ACCEPTABLE = [{"item": "as_approved", "result": "ok"}, {"item": "facade", "result": "not_applicable"}]
ROUND = {"inspected_on": "2026-12-03", "checklist": [{"item": "lift_protected", "result": "ok"}]}
TEST = {
    "kind": "water_test",
    "inspected_on": "2026-12-10",
    "water_place": "bathroom",
    "water_started_at": "2026-12-09T00:00:00.000Z",
    "water_hours": 24,
    "water_result": "tight",
}
FOUND = {"kind": "lift_misused", "found_on": "2026-12-03", "what": "轎廂無保護，運輸板材", "evidence": PHOTO}
STOP = {"demand": "立即停工，恢復轎廂保護", "deadline": "2026-12-05"}
Values = Mapping[str, object]


class Source:
    """Where the plugin comes from."""

    name = "renovation"

    def load(self) -> object:
        return plugin


class Estate:
    """The estate and its shorthands. ``wang`` owns the unit in the east, ``chen`` rents the one in the west."""

    def __init__(self, company: StoredCompany) -> None:
        self.company = company
        self._settings: dict[str, tuple[str, str]] = {}
        house = company.house
        company.person("li.na", "cs_assistant", zone=house.east)
        for name, role in STAFF:
            company.person(name, role)
        company.person("admin", "admin", site="ORG")
        self.home, self.flat = house.unit_east, house.unit_west
        self.wang, self.chen = house.id(), house.id()
        company.write(ESTATE, "owner", self.wang, name="王建國", unit=self.home)
        company.write(ESTATE, "owner", self.chen, name="陳志強", unit=self.flat)

    def set(self, **settings: object) -> None:
        """Set the estate's own values, or change them."""
        house = self.company.house
        for name, value in settings.items():
            now, was = json.dumps(value), self._settings.get(name)
            if was is None:
                self._settings[name] = (house.id(), now)
                values = {"name": name, "site": self.company.sites[ESTATE], "value": now}
                self.company.write(ORG, "setting", self._settings[name][0], **values)
            else:
                self._settings[name] = (was[0], now)
                change = house.op(
                    "setting", "update", was[0], site=house.org, set={"value": now}, was={"value": was[1]}
                )
                house.write(house.org, change)

    def wait_until(self, day: str) -> None:
        """Let time pass to the morning of a day."""
        house = self.company.house
        house.wait(seconds=(datetime.fromisoformat(f"{day}T01:00:00+00:00") - house.now).total_seconds())

    def apply(self, tablet: Tablet, *works: Values, **more: object) -> str:
        """Return a new application, complete but for its papers."""
        values = {"unit": self.home, "applicant": self.wang, **ENTERPRISE, **PERIOD, "works": list(works or (FLOOR,))}
        return tablet.create(ESTATE, APPLICATION, {**values, **more})

    def approved(self, desk: Tablet, boss: Tablet, *works: Values, **more: object) -> str:
        """Return an approved application."""
        application = self.apply(desk, *works, **more)
        desk.act(ESTATE, APPLICATION, application, "submit", set={"applicant_signature": SIGNED})
        bring(desk, application)
        desk.act(ESTATE, APPLICATION, application, "review")
        exchange(desk, boss)
        boss.act(ESTATE, APPLICATION, application, "approve")
        exchange(boss, desk)
        return application

    def working(self, desk: Tablet, boss: Tablet, *works: Values, **more: object) -> str:
        """Return an application whose works have begun."""
        application = self.approved(desk, boss, *works, **more)
        sign(desk, application)
        desk.deliver()
        desk.act(ESTATE, APPLICATION, application, "issue_permit", set={"neighbours_informed": True})
        desk.act(ESTATE, APPLICATION, application, "start_work", set={"started_on": "2026-12-01"})
        exchange(desk, boss)
        return application


def estate_in(folder: Path) -> Estate:
    """Return an estate on a database in a folder."""
    return Estate(StoredCompany(folder, Source()))


def exchange(*tablets: Tablet) -> None:
    """Sync one after the other, then again the first, so that all know of all; everything must be applied."""
    for tablet in (*tablets, *tablets[:-1]):
        tablet.deliver()


def see(tablet: Tablet, record: str, entity: str = APPLICATION) -> Record:
    """Return a record, an application by default."""
    return tablet.see(entity, record)


def required(tablet: Tablet, application: str) -> list[str]:
    """Return the documents that an application needs."""
    found = see(tablet, application)["required_documents"]
    assert isinstance(found, list)
    return found


def bring(tablet: Tablet, application: str, *, check: str = "ok") -> None:
    """Hand in every document that is required, found in order."""
    rows = [{"kind": kind, "received": True, "check": check} for kind in required(tablet, application)]
    tablet.update(ESTATE, APPLICATION, application, {"documents": rows})


def sign(tablet: Tablet, application: str, agreement: str | None = None, /, **more: object) -> str:
    """Return an agreement signed by all sides, a new one by default."""
    agreement = agreement or tablet.create(ESTATE, AGREEMENT, {"application": application})
    names = ("renovator_signature", "contractor_signature", "manager_signature")
    set_ = {"told_renovator": True, "told_contractor": True, "signed_on": "2026-11-28", **dict.fromkeys(names, SIGNED)}
    tablet.act(ESTATE, AGREEMENT, agreement, "sign", set={**set_, **more})
    return agreement


def find(tablet: Tablet, application: str | None, **more: object) -> str:
    """Return a violation found on site."""
    named = {"application": application} if application else {}
    return tablet.create(ESTATE, VIOLATION, {**FOUND, **named, **more})


def stop(tablet: Tablet, violation: str) -> None:
    """Tell whoever is at work to stop."""
    tablet.act(ESTATE, VIOLATION, violation, "tell_to_stop", set=STOP)


def settle(tablet: Tablet, violation: str) -> None:
    """Note that a violation was corrected, and verify it."""
    tablet.act(ESTATE, VIOLATION, violation, "correct", set={"correction": "已恢復", "corrected_photos": PHOTO})
    tablet.act(ESTATE, VIOLATION, violation, "verify", set={"verification": "合格"})


def complete(tablet: Tablet, application: str) -> None:
    """Report completion and inspect what was done."""
    tablet.act(ESTATE, APPLICATION, application, "report_completion", set={"completed_on": "2027-02-20"})
    tablet.act(ESTATE, APPLICATION, application, "inspect", set={"acceptance": ACCEPTABLE})


def accept(tablet: Tablet, application: str, on: str = "2027-02-25") -> None:
    """Accept the works."""
    set_ = {"accepted_on": on, "acceptance_signature": SIGNED}
    tablet.act(ESTATE, APPLICATION, application, "accept", set=set_)


def book(tablet: Tablet, application: str, kind: str, yuan: int, **more: object) -> str:
    """Book a deposit entry."""
    values = {"application": application, "kind": kind, "amount": yuan * 100, "booked_on": "2026-11-28"}
    return tablet.create(ESTATE, DEPOSIT, {**values, **more})
