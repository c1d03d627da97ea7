"""The demo's users: every post of USR-1 at every site where it makes sense, and those of plugins."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random

from msgspec import Struct

from wuye.demo import names
from wuye.demo.names import Name

EVERYWHERE = ("admin", "hq_cs", "auditor", "adviser")
BY_SITE: Mapping[str, Mapping[str, int]] = {
    "CYY": {"front_desk": 2, "private_butler": 2, "cs_supervisor": 1, "cs_manager": 1, "site_chief": 1, "technician": 4,
            "control_room": 1, "finance": 1, "engineering": 1, "after_sales": 1},
    "SFM": {"front_desk": 2, "cs_supervisor": 1, "cs_manager": 1, "site_chief": 1, "technician": 2, "control_room": 1,
            "finance": 1, "engineering": 1, "broadcaster": 1, "after_sales": 1},
    "HQ": {"front_desk": 1, "cs_supervisor": 1, "site_chief": 1, "technician": 1, "control_room": 1, "finance": 1},
}  # fmt: skip
ZONE_BOUND = ("cs_assistant", "private_butler")
DEPARTMENT = {
    "technician": "engineering",
    "engineering": "engineering",
    "finance": "finance",
    "control_room": "security",
    "after_sales": "after_sales",
    "broadcaster": "broadcasting",
    "site_chief": "management",
    "cs_manager": "management",
    "admin": "head_office",
    "hq_cs": "head_office",
    "auditor": "head_office",
}


class Post(Struct, frozen=True):
    """A role held at a site (by id), maybe for one zone only (its id)."""

    role: str
    site: str
    zone: str | None = None


class User(Struct, frozen=True, kw_only=True):
    """Somebody who works in the demo, with the password that he logs in with."""

    id: str
    username: str
    password: str
    name: Name
    locale: str
    phone: str
    posts: tuple[Post, ...]

    @property
    def department(self) -> str:
        """Where he belongs."""
        return DEPARTMENT.get(self.posts[0].role, "customer_service")


def hire(
    random: Random,
    make_id: Callable[..., str],
    org: str,
    sites: Mapping[str, str],
    zones: Mapping[str, Sequence[str]],
    plugin_posts: Iterable[tuple[str, str]],
) -> list[User]:
    """Make all users; the administrator is the first.

    ``sites`` is code → id, ``zones`` code → ids, ``plugin_posts`` (role, site code) of posts that plugins bring.
    """
    users = [_user(random, make_id, role, (Post(role, org),), "zh-Hans") for role in EVERYWHERE]
    for code, site in sites.items():
        low = code.lower()
        for index, zone in enumerate(zones[code], 1):
            post = Post("cs_assistant", site, zone)
            users.append(_user(random, make_id, f"{low}.assistant{index}", (post,), _locale(code, index)))
        for role, count in BY_SITE.get(code, {}).items():
            for index in range(1, count + 1):
                zone_ = zones[code][index - 1] if role in ZONE_BOUND else None
                username = f"{low}.{role}{index if count > 1 else ''}"
                users.append(_user(random, make_id, username, (Post(role, site, zone_),), _locale(code, index)))
    for role, code in plugin_posts:
        users.append(_user(random, make_id, f"{code.lower()}.{role}", (Post(role, sites[code]),), _locale(code, 1)))
    # One who works at two sites, and one whose two zones are both his.
    both = tuple(Post("technician", sites[code]) for code in ("CYY", "SFM"))
    users.append(_user(random, make_id, "technician.two_sites", both, "zh-Hans"))
    pair = tuple(Post("cs_assistant", sites["CYY"], zone) for zone in zones["CYY"][:2])
    users.append(_user(random, make_id, "cyy.assistant.two_zones", pair, "zh-Hant"))
    return users


def _locale(code: str, index: int) -> str:
    if code == "SFM" and index == 2:
        return "ru"
    return "zh-Hant" if code == "CYY" and index == 2 else "zh-Hans"


def _user(random: Random, make_id: Callable[..., str], username: str, posts: tuple[Post, ...], locale: str) -> User:
    return User(
        id=make_id("user", username),
        username=username,
        password=names.password(random),
        name=names.russian(random) if locale == "ru" else names.chinese(random),
        locale=locale,
        phone=names.mobile(random),
        posts=posts,
    )
