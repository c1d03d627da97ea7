"""Scripts on the shipped client (BRD-2): two languages, content check, approval by another, versions, in any order of
arrival."""

from itertools import permutations

import pytest
from tests.duties.company import MALL, Tablet
from tests.plugins.broadcast.studio import (
    SCRIPT,
    TEXT,
    TICKS,
    VERSION,
    Studio,
    approve,
    approved,
    check,
    refused,
    see,
    written,
)

from wuye_client import InvalidEntry


def _state(studio: Studio, script: str) -> tuple[object, object, bool]:
    stored = studio.all(SCRIPT)[script]
    return stored["status"], stored["version"], stored.get("airable") is True


@pytest.mark.parametrize("lacking", ["zh", "ru", "title_ru"])
def test_BRD_2_both_languages_must_be_there_before_submission_and_that_is_told_offline(
    studio: Studio, wei: Tablet, lacking: str
) -> None:
    script = wei.create(MALL, SCRIPT, {"type": "notice", **{k: v for k, v in TEXT.items() if k != lacking}})
    with pytest.raises(InvalidEntry) as told:
        wei.act(MALL, SCRIPT, script, "submit")
    assert told.value.messages("ru") == {lacking: "Нужны заголовок и текст на обоих языках, китайском и русском."}
    wei.act(MALL, SCRIPT, script, "submit", set={lacking: TEXT[lacking]})
    wei.deliver()
    assert _state(studio, script) == ("submitted", 1, False)


def test_BRD_2_one_language_will_do_only_where_the_site_allows_it_and_with_a_reason(studio: Studio) -> None:
    chinese = {"type": "notice", "title_zh": "通知", "zh": "停車場三號口關閉。"}
    wei = studio.tablet("wei")
    script = wei.create(MALL, SCRIPT, {**chinese, "waiver_reason": "只有國內商戶"})
    with pytest.raises(InvalidEntry):
        wei.act(MALL, SCRIPT, script, "submit")
    studio.setting("broadcast_one_language", "true")
    wei.sync()
    bare = wei.create(MALL, SCRIPT, chinese)
    with pytest.raises(InvalidEntry):
        wei.act(MALL, SCRIPT, bare, "submit")
    wei.act(MALL, SCRIPT, script, "submit")
    wei.deliver()
    assert _state(studio, script) == ("submitted", 1, False)


def test_BRD_2_a_script_is_written_checked_and_approved_offline_by_three_people_and_filed_word_for_word(
    studio: Studio, olga: Tablet
) -> None:
    script = approved(studio)
    assert _state(studio, script) == ("approved", 1, True)
    stored = studio.all(SCRIPT)[script]
    assert {stored[name] for name in ("author", "checker", "approver")} == {
        studio.company.user(name) for name in ("wei", "olga", "head")
    }
    assert str(stored["number"]).startswith("BG-2026-")
    [version] = studio.all(VERSION).values()
    assert version["text"] == {"ru": TEXT["ru"], "zh-Hans": TEXT["zh"]}
    assert (version["script"], version["version"], version["approver"]) == (script, 1, stored["approver"])
    olga.sync()
    assert see(olga, SCRIPT, script)["airable"] is True


def test_BRD_2_the_check_wants_every_tick_and_the_number_of_the_version_that_was_read(
    wei: Tablet, olga: Tablet
) -> None:
    script = written(wei)
    wei.deliver()
    olga.sync()
    for given in ({"checked_version": 1}, {**TICKS, "languages_agree": False, "checked_version": 1}, TICKS):
        with pytest.raises(InvalidEntry):
            olga.act(MALL, SCRIPT, script, "check", set=given)
    with pytest.raises(InvalidEntry) as told:
        check(olga, script, version=2)
    assert told.value.messages("en")["checked_version"].startswith("This is not the present version")
    check(olga, script)
    olga.deliver()


def test_BRD_2_nobody_approves_what_he_wrote_or_edited_and_announcers_do_not_approve(
    studio: Studio, wei: Tablet, olga: Tablet, head: Tablet
) -> None:
    own = written(head)
    edited = written(wei)
    head.deliver()
    wei.deliver()
    head.sync()
    head.update(MALL, SCRIPT, edited, {"zh": "各位來賓，三樓皮草八折。"})
    head.act(MALL, SCRIPT, edited, "submit")
    head.deliver()
    olga.sync()
    check(olga, own)
    check(olga, edited, 2)
    olga.deliver()
    with pytest.raises(InvalidEntry):
        approve(olga, own)
    head.sync()
    approve(head, own)
    approve(head, edited, 2)
    assert [result.message for result in head.sync().attention] == ["message.broadcast.own_script"] * 2
    chief = studio.tablet("chief")
    approve(chief, own)
    approve(chief, edited, 2)
    chief.deliver()
    assert _state(studio, edited) == ("approved", 2, True)


def test_BRD_2_an_edit_ends_the_approval_at_once_on_the_tablet_and_makes_a_new_version(
    studio: Studio, wei: Tablet, olga: Tablet, head: Tablet
) -> None:
    script = approved(studio)
    wei.sync()
    wei.update(MALL, SCRIPT, script, {"ru": "Уважаемые гости! На третьем этаже меха дешевле на 20 процентов."})
    assert see(wei, SCRIPT, script)["airable"] is False  # offline, before anybody else knows
    wei.deliver()
    assert _state(studio, script) == ("draft", 2, False)
    wei.act(MALL, SCRIPT, script, "submit")
    wei.deliver()
    olga.sync()
    # No sheet shows who let the version before it pass.
    assert not any(see(olga, SCRIPT, script).get(name) for name in ("facts_true", "checker", "approver", "approved_at"))
    check(olga, script, 2)
    olga.deliver()
    head.sync()
    approve(head, script, 2)
    head.deliver()
    assert _state(studio, script) == ("approved", 2, True)
    versions = sorted(studio.all(VERSION).values(), key=lambda version: str(version["version"]))
    assert [version["version"] for version in versions] == [1, 2]
    texts = [version["text"] for version in versions]
    assert [isinstance(text, dict) and text["ru"] == TEXT["ru"] for text in texts] == [True, False]


@pytest.mark.parametrize("order", list(permutations(["wei", "head"])))
def test_BRD_2_an_edit_and_an_approval_made_offline_leave_nothing_airable_in_either_order(
    studio: Studio, wei: Tablet, olga: Tablet, head: Tablet, order: tuple[str, ...]
) -> None:
    script = written(wei)
    wei.deliver()
    olga.sync()
    check(olga, script)
    olga.deliver()
    wei.sync()
    head.sync()
    wei.update(MALL, SCRIPT, script, {"zh": "各位顧客，三樓皮草七折。"})
    approve(head, script)
    tablets = {"wei": wei, "head": head}
    for name in order:
        tablets[name].sync()
    assert _state(studio, script) == ("draft", 2, False)
    assert len(studio.all(VERSION)) == (order[0] == "head")


def test_BRD_2_an_approval_of_a_version_that_was_replaced_meanwhile_is_refused(
    studio: Studio, wei: Tablet, olga: Tablet, head: Tablet
) -> None:
    script = written(wei)
    wei.deliver()
    olga.sync()
    check(olga, script)
    olga.deliver()
    head.sync()
    approve(head, script)  # offline: what he read is version 1
    wei.sync()
    wei.update(MALL, SCRIPT, script, {"zh": "各位顧客，三樓皮草五折。"})
    wei.deliver()
    wei.act(MALL, SCRIPT, script, "submit")
    wei.deliver()
    olga.sync()
    check(olga, script, 2)
    olga.deliver()
    assert refused(head).message == "broadcast.script.constraint.approved_as_it_is"
    assert _state(studio, script) == ("checked", 2, False)


def test_BRD_2_whoever_checks_or_approves_does_not_change_words_on_the_way(
    studio: Studio, wei: Tablet, olga: Tablet
) -> None:
    script = written(wei)
    wei.deliver()
    olga.sync()
    olga.act(MALL, SCRIPT, script, "check", set={**TICKS, "checked_version": 1, "ru": "Скидки на третьем этаже."})
    assert refused(olga).message == "message.broadcast.edit_first"
    with olga.group():  # nor in two steps of one breath
        olga.update(MALL, SCRIPT, script, {"ru": "Скидки на третьем этаже."})
        check(olga, script)
    assert {result.code for result in olga.sync().attention} == {"rule", "group"}
    assert _state(studio, script) == ("submitted", 1, False)


def test_BRD_2_a_script_is_returned_with_a_reason_mended_and_submitted_as_a_new_version(
    studio: Studio, wei: Tablet, olga: Tablet
) -> None:
    script = written(wei)
    wei.deliver()
    olga.sync()
    with pytest.raises(InvalidEntry):
        olga.act(MALL, SCRIPT, script, "return")
    olga.act(MALL, SCRIPT, script, "return", args={"reason": "俄文漏了日期"})
    olga.deliver()
    wei.sync()
    assert see(wei, SCRIPT, script)["return_reason"] == "俄文漏了日期"
    wei.act(MALL, SCRIPT, script, "submit", set={"ru": TEXT["ru"] + " До 30 ноября."})
    wei.deliver()
    assert _state(studio, script) == ("submitted", 2, False)


def test_BRD_2_an_approval_can_be_taken_back_and_a_recording_leaves_it_alone(
    studio: Studio, olga: Tablet, head: Tablet
) -> None:
    script = approved(studio)
    olga.sync()
    olga.update(MALL, SCRIPT, script, {"recordings": [{"sha256": "a" * 64, "name": "promo.ogg", "type": "audio/ogg"}]})
    olga.deliver()
    assert _state(studio, script) == ("approved", 1, True)
    head.sync()
    head.act(MALL, SCRIPT, script, "return", args={"reason": "活動提前結束"})
    head.deliver()
    assert _state(studio, script) == ("returned", 1, False)


def test_BRD_2_the_approval_sheet_shows_both_languages(studio: Studio) -> None:
    script = approved(studio)
    page = studio.company.print("broadcast.approval", MALL, script, "olga", "zh-Hant")
    for words in ("播音稿審批單", TEXT["zh"], TEXT["ru"], "本單僅對第 1 版有效", "廣播員核稿"):
        assert words in page, words
    [version] = studio.all(VERSION)
    assert TEXT["ru"] in studio.company.print("broadcast.reading", MALL, version, "olga", "ru")


def test_BRD_2_a_late_second_submission_without_an_edit_takes_no_approval_away(
    studio: Studio, wei: Tablet, olga: Tablet, head: Tablet
) -> None:
    script = wei.create(MALL, SCRIPT, {"type": "promotion", **TEXT})
    wei.deliver()
    spare = studio.tablet("wei")
    spare.act(MALL, SCRIPT, script, "submit")
    wei.act(MALL, SCRIPT, script, "submit")
    wei.deliver()
    for tablet, step in ((olga, check), (head, approve)):
        tablet.sync()
        step(tablet, script)
        tablet.deliver()
    spare.sync()
    assert _state(studio, script) == ("approved", 1, True)
    wei.sync()
    with wei.group():
        wei.update(MALL, SCRIPT, script, {"zh": "各位顧客，三樓皮草五折。"})
        wei.act(MALL, SCRIPT, script, "submit")
    wei.deliver()
    assert _state(studio, script) == ("submitted", 2, False)
