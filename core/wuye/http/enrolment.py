"""Enrolling a shared tablet: the office prepares it for the people of a shift, the tablet redeems the ticket online,
and their first log-in of the day works in the basement (tablet.md §1.5)."""

from msgspec import structs

from wuye.http import codes
from wuye.http.credentials import Credentials
from wuye.http.login import LogIns, check_device
from wuye.http.managing import ENROL, check_may_manage
from wuye.http.opening import admit_device, open_session, store_session
from wuye.http.sessions import digest_of, policy_of
from wuye.kernel.clock import to_ms, wire_of
from wuye.kernel.errors import Problem
from wuye.protocol import wire
from wuye.protocol.wire import Device, Enrolled, EnrolledPerson, Invited, Redemption, Ticket
from wuye.storage.road import Road
from wuye.storage.sqlite import Enrolment, SqliteTransaction
from wuye.sync.directory import Directory
from wuye.sync.rows import Need

MAX_PEOPLE = 30
MAX_NAME = 200


class Enrolments:
    """Makes tickets and redeems them."""

    def __init__(self, road: Road, credentials: Credentials, log_ins: LogIns) -> None:
        self._road = road
        self._credentials = credentials
        self._log_ins = log_ins

    async def prepare(self, actor: str, asked: wire.Enrolment, origin: str) -> Ticket:
        """Make a ticket for a device and the people of a site.

        Raises:
            Problem: ``invalid_request``; ``not_found``, no such site or user; ``forbidden``, the actor may not enrol
                there, or not one of these people.
        """
        people = list(dict.fromkeys(asked.people))
        if not (0 < len(people) <= MAX_PEOPLE and 0 < len(asked.name.strip()) <= MAX_NAME):
            raise Problem("invalid_request", f"a name and 1 to {MAX_PEOPLE} people", fields=("name", "people"))
        directory = await self._road.directory()
        now_ms = to_ms(self._road.clock())
        self._check(directory, actor, asked.site, people)
        ticket = codes.make_ticket()
        enrolment = Enrolment(
            digest=digest_of(ticket),
            site=asked.site,
            name=asked.name.strip(),
            by=actor,
            people="\n".join(people),
            expires_ms=now_ms + codes.TICKET_MS,
        )
        await self._road.store.write("", lambda tx: tx.accounts.put_enrolment(enrolment))
        return Ticket(
            ticket=ticket,
            url=f"{origin}/enrol#{ticket}",
            expires=wire_of(enrolment.expires_ms),
            people=[
                Invited(user=user, name=str(directory.users[user].get("name") or ""), code=codes.code_for(ticket, user))
                for user in people
            ],
        )

    async def redeem(self, asked: Redemption, address: str) -> Enrolled:
        """Enter the device and open a session for each of its people.

        Raises:
            Problem: ``bad_ticket``, ``too_many_attempts``, ``device_revoked``, ``invalid_request``.
        """
        if bad := check_device(asked.device):
            raise Problem("invalid_request", "no UUID or too long", fields=tuple(bad))
        await self._log_ins.check_address(address)
        digest, now_ms = digest_of(asked.ticket), to_ms(self._road.clock())
        enrolment = await self._road.read(lambda snapshot: snapshot.accounts.enrolment(digest))
        if enrolment is None:
            await self._log_ins.note_failure(address)
            raise Problem("bad_ticket")
        if enrolment.used_ms is not None or enrolment.expires_ms <= now_ms:
            raise Problem("bad_ticket")
        people = enrolment.people.split("\n")
        directory = await self._road.directory()
        try:
            self._check(directory, enrolment.by, enrolment.site, people)
        except Problem as problem:  # rights changed since the ticket was made
            raise Problem("bad_ticket", problem.detail) from problem
        await self._check_device(directory, enrolment, asked.device.id, people)
        device = Device(id=asked.device.id, name=enrolment.name, platform=asked.device.platform, app=asked.device.app)
        told = {"name": device.name, "site": enrolment.site, "people": people}
        await admit_device(self._road, device, told, directory.org, author=enrolment.by, purpose="enrolments")
        await self._credentials.log(enrolment.by, people, "enrolment", directory.org)
        policy = policy_of(directory)
        opened = [open_session(user, device.id, policy, now_ms) for user in people]

        def open_all(tx: SqliteTransaction) -> list[str]:
            # Read again: of two that come with the same ticket at once, one comes too late.
            if tx.accounts.enrolment(digest) != enrolment:
                raise Problem("bad_ticket")
            tx.accounts.put_enrolment(structs.replace(enrolment, used_ms=now_ms))
            return [store_session(tx.accounts, one.session) for one in opened]

        replicas = await self._road.store.write("", open_all)
        return Enrolled(
            device=device,
            people=[
                EnrolledPerson(
                    **structs.asdict(one.told(replica, directory)),
                    code=codes.code_for(asked.ticket, one.session.user),
                )
                for one, replica in zip(opened, replicas, strict=True)
            ],
        )

    async def _check_device(self, directory: Directory, enrolment: Enrolment, device: str, people: list[str]) -> None:
        """Check that a device which is known already may pass to these people: a ticket takes nobody's device away
        whom its maker may not enrol."""
        ref = ("device", device)
        stored = await self._road.read(lambda s: s.load(directory.org, Need(records={ref})).records.get(ref))
        if stored is None:
            return
        present = stored.values.get("people")
        theirs = {*(present if isinstance(present, list) else ()), stored.values.get("user")}
        others = [str(user) for user in theirs - {None, enrolment.by, *people} if directory.enabled(str(user))]
        try:
            self._check(directory, enrolment.by, str(stored.values.get("site") or enrolment.site), others)
        except Problem as problem:
            raise Problem("bad_ticket", "this device belongs to people or a site out of your reach") from problem

    def _check(self, directory: Directory, actor: str, site: str, people: list[str]) -> None:
        now_ms = to_ms(self._road.clock())
        access = directory.access_at(actor, site, now_ms)
        if not access.buckets:
            raise Problem("not_found", fields=("site",))
        if ENROL not in access.wide:
            raise Problem("forbidden", fields=("site",))
        for user in people:
            try:
                check_may_manage(directory, actor, user, now_ms)
            except Problem as problem:
                raise Problem(problem.code, user, fields=("people",)) from problem
