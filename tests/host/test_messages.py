"""Messages of rules (protocol §3.2): a text's key, and what fills it in."""

import pytest

from wuye.model.catalogue import LANGUAGES, Catalogue, filled

TEXT = "Only {days} days are left"
catalogue = Catalogue([{language: {"message.left": TEXT} for language in LANGUAGES}])


def test_3_2_a_message_is_said_with_what_fills_it_in() -> None:
    assert catalogue.message(filled("message.left", {"days": "3"}), "en") == "Only 3 days are left"


@pytest.mark.parametrize("values", ['{"day": "3"}', '{"days": 3}', "three", "[]"])
def test_3_2_a_plugins_slip_keeps_nobody_from_his_answer(values: str) -> None:
    assert catalogue.message(f"message.left {values}", "en") == TEXT
