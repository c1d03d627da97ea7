"""Who may let whom in: give a start code, reset a password, prepare a device (tablet.md §1.5).

A supervisor may for people whose only posts are at sites that he supervises, and nobody may for someone who may do or
read more than he himself: else resetting a password would be a way to more rights.
"""

from wuye.kernel.errors import Problem
from wuye.sync.access import NOTHING, Access
from wuye.sync.directory import Directory

RESET, ENROL = "user.reset", "device.enrol"


def check_may_manage(directory: Directory, actor: str, user: str, now_ms: int) -> None:
    """Check that somebody may let a user in.

    Raises:
        Problem: ``not_found``, no such user; ``forbidden``, he is disabled or out of the actor's reach.
    """
    if user not in directory.users:
        raise Problem("not_found")
    if user == actor or not directory.enabled(user):
        raise Problem("forbidden")
    own, theirs = directory.access(actor, now_ms), directory.access_coming(user, now_ms)
    if RESET not in own.get(directory.org, NOTHING).wide:
        # Everybody who works anywhere is a member of the organisation too: that is no post.
        posts = theirs.keys() - {directory.org}
        if not posts or any(RESET not in own.get(site, NOTHING).wide for site in posts):
            raise Problem("forbidden")
    if any(_exceeds(access, own.get(site, NOTHING), user) for site, access in theirs.items()):
        raise Problem("forbidden")


def _exceeds(theirs: Access, own: Access, user: str) -> bool:
    """Tell whether one access allows anything at a site that another does not."""
    if not theirs.wide <= own.wide:
        return True
    if any(not rights <= own.wide | own.keyed.get(key, frozenset()) for key, rights in theirs.keyed.items()):
        return True
    return any(not _reads(own, bucket) for bucket in theirs.readable if not bucket.endswith(f"/{user}"))


def _reads(own: Access, bucket: str) -> bool:
    site, stream, *_ = bucket.split("/")
    return bucket in own.readable or f"{site}/{stream}" in own.readable
