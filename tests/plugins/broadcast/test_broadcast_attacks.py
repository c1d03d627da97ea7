"""Ways around plan, approval and log that somebody might try, and what comes of them (BRD-1…4)."""

import pytest
from tests.duties.company import MALL, Tablet
from tests.plugins.broadcast.studio import (
    EMERGENCY,
    PLAY,
    PROGRAMME,
    SCRIPT,
    SLOT,
    VERSION,
    Studio,
    approve,
    approved,
    check,
    refused,
    see,
    slot,
    written,
)

from wuye_client import InvalidEntry


@pytest.mark.parametrize("first", ["0001-01-01", "1999-12-31", "9998-12-31", "9999-12-31"])
def test_BRD_1_a_mistyped_year_is_told_at_once(studio: Studio, lead: Tablet, first: str) -> None:
    with pytest.raises(InvalidEntry) as told:
        slot(lead, studio.hall, studio.music, "08:00", valid_from=first, rrule="FREQ=MONTHLY;BYMONTHDAY=31")
    assert set(told.value.messages("ru")) == {"valid_from"}
    house = studio.company.house
    values = {"channel": studio.hall, "programme": studio.music, "starts": "08:00:00", "valid_from": first}
    for _ in range(2):
        op = house.op(SLOT, site=house.mall, set={**values, "rrule": "FREQ=MONTHLY"})
        pushed = house.door.submit(studio.company.user("lead"), house.id(), house.mall, [op], house.now)
        assert [result.status for result in house.run(pushed).results] == ["rejected"]


def test_BRD_1_what_becomes_another_type_is_let_on_air_anew(studio: Studio, lead: Tablet) -> None:
    lead.update(MALL, PROGRAMME, studio.news, {"type": "music"})
    lead.deliver()
    assert see(lead, PROGRAMME, studio.news)["status"] == "draft"


def test_BRD_2_a_reopened_script_is_a_new_version_to_whoever_still_holds_the_old_one(
    studio: Studio, lead: Tablet, olga: Tablet
) -> None:
    wei, head = studio.tablet("wei"), studio.tablet("head")
    script = written(wei)
    wei.deliver()
    olga.sync()
    check(olga, script)
    olga.deliver()
    head.sync()
    lead.sync()
    approve(head, script)  # of the words that he read
    for act, args in (("return", {"reason": "價格有誤"}), ("archive", None), ("reopen", None)):
        lead.act(MALL, SCRIPT, script, act, args)
    lead.update(MALL, SCRIPT, script, {"zh": "全場一折。"})
    lead.act(MALL, SCRIPT, script, "submit")
    lead.deliver()
    olga.sync()
    check(olga, script, version=2)
    olga.deliver()
    assert refused(head).message == "broadcast.script.constraint.approved_as_it_is"
    assert see(olga, SCRIPT, script)["status"] == "checked"


def test_BRD_2_a_dot_added_by_another_does_not_make_the_words_his(studio: Studio, wei: Tablet, olga: Tablet) -> None:
    head, chief = studio.tablet("head"), studio.tablet("chief")
    script = approved(studio)  # as wei wrote it
    for tablet, words in ((head, "全場一折。"), (wei, "全場一折!"), (olga, "全場一折!!")):
        tablet.sync()
        tablet.update(MALL, SCRIPT, script, {"zh": words})
        tablet.deliver()
    olga.act(MALL, SCRIPT, script, "submit")
    check(olga, script, 2)
    olga.deliver()
    assert studio.all(SCRIPT)[script]["editors"] == [studio.company.user(name) for name in ("head", "wei", "olga")]
    head.sync()
    approve(head, script, 2)
    assert refused(head).message == "message.broadcast.own_script"
    chief.sync()
    approve(chief, script, 2)
    chief.deliver()
    # What the chief approved are words like any: a new edit is judged by who made it.
    wei.sync()
    wei.act(MALL, SCRIPT, script, "submit", set={"zh": "全場二折。"})
    wei.deliver()
    assert studio.all(SCRIPT)[script]["editors"] == [studio.company.user("wei")]
    olga.sync()
    check(olga, script, 3)
    olga.deliver()
    head.sync()
    approve(head, script, 3)
    head.deliver()


def test_BRD_2_nobody_writes_and_approves_in_one_breath(studio: Studio) -> None:
    head = studio.tablet("head")
    with head.group():
        script = written(head)
        check(head, script)
        approve(head, script)
    assert "message.broadcast.edit_first" in {result.message for result in head.sync().attention}
    assert studio.all(VERSION) == {}


def test_BRD_3_what_is_logged_is_not_rewritten_by_anybody_but_undone_with_a_reason(
    studio: Studio, lead: Tablet, olga: Tablet
) -> None:
    script, other = approved(studio), approved(studio)
    [text] = (record for record, version in studio.all(VERSION).items() if version["script"] == other)
    lead.sync()
    slot(lead, studio.hall, studio.news, "12:00", script=script)
    slot(lead, studio.hall, studio.music, "10:00")
    lead.deliver()
    studio.company.run_jobs()
    olga.sync()
    news, music = (
        next(play for play in olga.query(PLAY, order="day") if play["programme"] == programme).id
        for programme in (studio.news, studio.music)
    )
    olga.act(MALL, PLAY, news, "play", set={"started_at": "2026-11-23T04:00:00.000Z"})
    olga.act(MALL, PLAY, music, "skip", args={"reason": "停電"})
    olga.deliver()
    before = studio.all(PLAY)
    lead.sync()
    for play in (news, music):
        times = ("started_at", "2020-01-01T00:00:00.000Z"), ("ended_at", "2026-11-23T08:00:00.000Z")
        for name, value in (*times, ("version", text)):
            lead.update(MALL, PLAY, play, {name: value})
            assert refused(lead).message == "message.broadcast.log_is_kept"
    lead.update(MALL, PLAY, news, {"note": "話筒有雜音"})
    lead.deliver()
    after = studio.all(PLAY)
    assert after[news] == {**before[news], "note": after[news]["note"]}
    assert after[music] == before[music]
    lead.act(MALL, PLAY, news, "undo", args={"reason": "時間記錯"})
    lead.deliver()
    lead.act(MALL, PLAY, news, "play", set={"started_at": "2026-11-23T04:01:00.000Z"})
    lead.deliver()
    assert studio.all(PLAY)[news]["announcer"] == studio.company.user("lead")
    assert "undo" in [line.kind for line in studio.company.history(PLAY, news, MALL)]


def test_BRD_3_a_void_text_read_in_a_slot_without_a_script_is_shown_to_a_supervisor(
    studio: Studio, lead: Tablet
) -> None:
    slot(lead, studio.hall, studio.news, "12:00")
    lead.deliver()
    script = approved(studio)
    studio.company.run_jobs()
    lead.sync()
    lead.act(MALL, SCRIPT, script, "return", {"reason": "價格有誤"})
    lead.deliver()
    wei = studio.tablet("wei")
    [version] = studio.all(VERSION)
    [play, *_] = (id_ for id_, values in studio.all(PLAY).items() if not values.get("script"))
    studio.company.house.wait(days=1)
    wei.act(MALL, PLAY, play, "play", set={"version": version})
    wei.deliver()
    lead.sync()
    [item] = lead.query("review", where={"status": "open"})
    assert (item["subject"], studio.all(PLAY)[play]["status"]) == (play, "played")


def test_BRD_3_what_is_called_music_afterwards_still_needs_an_approved_text(studio: Studio, olga: Tablet) -> None:
    extra = {"channel": studio.hall, "programme": studio.news, "day": "2026-11-22", "starts": "16:30"}
    play = olga.create(MALL, PLAY, extra)
    olga.deliver()
    olga.update(MALL, PLAY, play, {"type": "music"})
    olga.sync()
    with pytest.raises(InvalidEntry):
        olga.act(MALL, PLAY, play, "play")
    assert see(olga, PLAY, play)["type"] == "promotion"


def test_BRD_4_the_time_to_approve_an_emergency_cannot_be_put_off_by_its_date(studio: Studio) -> None:
    guard = studio.tablet("guard")
    said = {"kind": "fire", "occasion": "B1 冒煙", "zh": "請撤離。", "aired_at": "2999-01-01T00:00:00.000Z"}
    with pytest.raises(InvalidEntry) as told:
        guard.create(MALL, EMERGENCY, said)
    assert set(told.value.messages("zh-Hans")) == {"aired_at"}
