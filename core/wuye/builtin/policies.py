"""The clocks of the domain as data (domain-reference §1.1, C3–C18; readings G3–G6), for the manifest.

``clock`` is a policy of the working-time engine. ``kinds`` names the tickets concerned (none named: all), ``pause``
the states in which the clock stands, ``warn`` the shares of the time after which somebody is told. Texts:
``policy.<id>``.
"""

from collections.abc import Mapping

POLICIES: Mapping[str, Mapping[str, object]] = {
    "agreed": {"clock": {"unit": "wall", "minutes": 0}},
    "complaint_relay": {
        "clock": {"unit": "next_start_plus", "minutes": 60, "inside": 30, "span": True},
        "kinds": ["complaint"],
        "warn": ["0.5"],
    },
    "complaint_same_day": {"clock": {"unit": "end_of_day"}, "kinds": ["complaint"], "pause": ["waiting"]},
    "complaint_reply": {
        "clock": {"unit": "wall", "minutes": 24 * 60},
        "kinds": ["complaint"],
        "warn": ["0.5", "0.8"],
    },
    "inquiry_answer": {"clock": {"unit": "wall", "minutes": 2 * 60}, "kinds": ["inquiry"], "warn": ["0.5"]},
    "adviser_answer": {"clock": {"unit": "wall", "minutes": 24 * 60}, "warn": ["0.8"]},
    "contact_change": {"clock": {"unit": "end_of_day", "days": 1}},
    "quiet_week": {"clock": {"unit": "wall", "minutes": 7 * 24 * 60}},
}
