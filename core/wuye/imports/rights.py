"""May somebody bring files in here? Asked before anything is written."""

from collections.abc import Iterable

from wuye.kernel.errors import Problem
from wuye.sync.directory import Directory


def check_rights(directory: Directory, user: str, site: str, rights: Iterable[str], now_ms: int) -> None:
    """See to it that a user may do all this at a site; what he may do at one still to be made follows from the
    organisation's grants.

    Raises:
        Problem: ``forbidden``, with what he lacks.
    """
    known = site if site in directory.sites else directory.org
    access = directory.access_at(user, known, now_ms)
    if lacking := [right for right in rights if right not in access.wide]:
        values = {
            "user": directory.users[user].get("username"),
            "site": directory.sites[known].values.get("code"),
            "rights": ", ".join(lacking),
        }
        raise Problem("forbidden", extra={"message": "import.no_right", "values": values})
