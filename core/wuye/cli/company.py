"""Writes a new company: organisation, property types of its own, sites, first administrator."""

import secrets
from pathlib import Path

from msgspec import Struct

from wuye.cli.fresh import fresh
from wuye.kernel.clock import to_ms
from wuye.kernel.errors import Problem
from wuye.kernel.ids import uuid7


class Site(Struct, frozen=True):
    """A property of the company."""

    code: str
    type: str
    name: str


class Company(Struct, frozen=True, kw_only=True):
    """What ``wuye init`` asks for."""

    name: str
    languages: tuple[str, ...]
    types: tuple[str, ...]
    sites: list[Site]
    timezone: str
    admin: str
    admin_name: str
    password: str


def create_company(dir_: Path, database: str | None, company: Company) -> None:
    """Set an installation up; nothing is left when anything does not fit.

    Raises:
        Problem: ``in_use``, ``weak_password``, ``invalid`` with the field at fault.
    """
    from wuye.bootstrap import Organisation, Person, bootstrap, create
    from wuye.http.sessions import check_password, policy_of

    with fresh(dir_, database) as installation:
        now = installation.clock()

        def new_id() -> str:
            return uuid7(to_ms(now), secrets.token_bytes(10))

        org = installation.org
        organisation = Organisation(id=org, name=company.name, timezone=company.timezone, languages=company.languages)
        locale = company.languages[0]
        admin = Person(id=new_id(), username=company.admin, name=company.admin_name, locale=locale)
        bootstrap(installation.store.blocking, installation.door, organisation, admin, now)
        directory = installation.directory()
        check_password(company.password, company.admin, policy_of(directory), everywhere=True)
        own = [type_ for type_ in company.types if type_ not in installation.registry.codes["site_type"].values]
        ops = [
            create(
                "code",
                new_id(),
                {"list": "site_type", "value": type_, "label": dict.fromkeys(company.languages, type_)},
                site=org,
                at=now,
            )
            for type_ in own
        ]
        for site in company.sites:
            values = {
                "code": site.code,
                "name": site.name,
                "type": site.type,
                "timezone": company.timezone,
                "languages": list(company.languages),
            }
            ops.append(create("site", new_id(), values, site=org, at=now))
        for op in ops:  # one by one: a site's type may be a code that was just added
            [result] = installation.submit(admin.id, "init", org, [op])
            if result.status != "applied":
                about = f"{op.entity} {op.set.get('code') or op.set.get('value')}: {result.message or result.status}"
                raise Problem(result.code or "invalid", about, fields=result.fields or ())
        installation.set_password(admin.id, admin.username, company.password)
