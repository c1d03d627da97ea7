"""The announcer's list and log on the shipped client (BRD-3): days without network, and a log that stays true."""

import pytest
from tests.duties.company import MALL, Tablet
from tests.plugins.broadcast.studio import (
    PLAY,
    PROGRAMME,
    SCRIPT,
    SHEET,
    SLOT,
    VERSION,
    Studio,
    approve,
    approved,
    check,
    refused,
    see,
    slot,
)

from wuye_client import InvalidEntry, Record


def _list_of(tablet: Tablet, day: str) -> list[Record]:
    return tablet.query(PLAY, site=MALL, where={"day": day, "status": "planned"}, order="starts")


def _lay_out(studio: Studio, lead: Tablet, *tablets: Tablet) -> None:
    lead.deliver()
    studio.company.run_jobs()
    for tablet in tablets:
        tablet.sync()


def test_BRD_3_a_tablet_without_network_has_the_list_of_the_days_ahead_and_logs_what_was_aired(
    studio: Studio, lead: Tablet, olga: Tablet
) -> None:
    slot(lead, studio.hall, studio.music, "10:00", minutes=60)
    script = approved(studio)
    lead.sync()
    slot(lead, studio.hall, studio.news, "09:30", script=script)
    _lay_out(studio, lead, olga)
    studio.company.house.wait(days=2, hours=18)  # Wednesday morning; nobody has synced since
    news, music = _list_of(olga, "2026-11-25")
    assert olga.words("ru").value(news.site, PLAY, "language_order", news["language_order"]) == (
        "Китайский, затем русский"
    )
    assert see(olga, VERSION, str(news["version"]))["text"]
    olga.act(MALL, PLAY, news.id, "play")
    with pytest.raises(InvalidEntry):
        olga.act(MALL, PLAY, music.id, "cut")
    times = {"started_at": "2026-11-25T02:00:00.000Z", "ended_at": "2026-11-25T02:20:00.000Z"}
    olga.act(MALL, PLAY, music.id, "cut", args={"reason": "停電"}, set=times)
    [_, later] = _list_of(olga, "2026-11-26")
    olga.act(MALL, PLAY, later.id, "skip", args={"reason": "設備檢修"})
    assert _list_of(olga, "2026-11-25") == []
    olga.deliver()
    stored = studio.all(PLAY)
    assert {stored[record]["announcer"] for record in (news.id, music.id, later.id)} == {studio.company.user("olga")}
    assert stored[news.id]["started_at"]
    assert (stored[music.id]["status"], stored[music.id]["reason"]) == ("cut", "停電")
    assert (stored[later.id]["status"], stored[later.id]["reason"]) == ("skipped", "設備檢修")


def test_BRD_3_what_is_not_approved_is_not_aired_and_that_is_told_offline(
    studio: Studio, lead: Tablet, olga: Tablet, head: Tablet, wei: Tablet
) -> None:
    bare = slot(lead, studio.hall, studio.news, "09:30")
    script = approved(studio)
    lead.sync()
    slot(lead, studio.square, studio.news, "10:30", script=script)
    _lay_out(studio, lead, olga)
    without, ready = _list_of(olga, "2026-11-23")
    assert without["slot"] == bare
    with pytest.raises(InvalidEntry) as told:
        olga.act(MALL, PLAY, without.id, "play")
    assert told.value.messages("zh-Hans") == {"version": "尚无批准的文本：请先送审，或选择批准的文本。"}
    wei.sync()
    wei.update(MALL, SCRIPT, script, {"zh": "另有安排。"})
    wei.deliver()
    olga.sync()
    assert see(olga, PLAY, ready.id)["on_hold"] is True
    with pytest.raises(InvalidEntry) as told:
        olga.act(MALL, PLAY, ready.id, "play")
    assert set(told.value.messages("en")) == {"on_hold"}
    olga.act(MALL, PLAY, ready.id, "skip", args={"reason": "改稿"})
    olga.deliver()


def test_BRD_3_what_was_aired_though_its_approval_was_just_lost_is_kept_and_put_before_a_supervisor(
    studio: Studio, lead: Tablet, olga: Tablet, wei: Tablet
) -> None:
    script = approved(studio)
    lead.sync()
    slot(lead, studio.hall, studio.news, "09:30", script=script)
    _lay_out(studio, lead, olga)
    wei.sync()
    wei.update(MALL, SCRIPT, script, {"zh": "另有安排。"})
    wei.deliver()
    play = _list_of(olga, "2026-11-23")[0]
    olga.act(MALL, PLAY, play.id, "play")  # the tablet does not know yet
    olga.sync()
    assert studio.all(PLAY)[play.id]["status"] == "played"
    lead.sync()
    [item] = lead.query("review", site=MALL)
    assert "message.broadcast.aired_unapproved" in str(item.values)


def test_BRD_3_an_entry_that_only_comes_late_accuses_nobody(
    studio: Studio, lead: Tablet, olga: Tablet, wei: Tablet
) -> None:
    script = approved(studio)
    lead.sync()
    slot(lead, studio.hall, studio.news, "09:30", script=script)
    _lay_out(studio, lead, olga)
    monday, tuesday, *_ = olga.query(PLAY, site=MALL, order="day")
    studio.company.house.wait(hours=18)
    olga.act(MALL, PLAY, monday.id, "play")
    wei.sync()
    wei.update(MALL, SCRIPT, script, {"zh": "另有安排。"})
    wei.deliver()
    olga.deliver()
    lead.sync()
    assert lead.query("review", site=MALL) == []
    assert studio.all(PLAY)[monday.id]["status"] == "played"
    assert studio.all(PLAY)[tuesday.id]["on_hold"] is True


def test_BRD_3_plays_to_come_get_the_text_that_is_approved_and_the_log_tells_which_was_read(
    studio: Studio, lead: Tablet, olga: Tablet, wei: Tablet, head: Tablet
) -> None:
    script = approved(studio)
    lead.sync()
    slot(lead, studio.hall, studio.news, "09:30", script=script)
    _lay_out(studio, lead, olga)
    [first] = studio.all(VERSION)
    away = studio.tablet("wei")  # a second tablet, without network from now on
    wei.sync()
    wei.act(MALL, SCRIPT, script, "submit", set={"zh": "各位顧客，三樓皮草七折。"})
    wei.deliver()
    assert {play.get("on_hold") for play in studio.plays("planned")} == {True}
    for tablet, step in ((olga, check), (head, approve)):
        tablet.sync()
        step(tablet, script, 2)
        tablet.deliver()
    [second] = studio.all(VERSION).keys() - {first}
    assert [(play["day"], play["version"], play.get("on_hold")) for play in studio.plays("planned")] == [
        (f"2026-11-{day}", second, None) for day in range(23, 30)
    ]
    assert {play["version"] for play in studio.plays("withdrawn")} == {first}
    studio.company.run_jobs()
    assert len(studio.plays()) == 14
    old = _list_of(away, "2026-11-23")[0]
    away.act(MALL, PLAY, old.id, "play")
    away.deliver()
    logged = studio.all(PLAY)[old.id]
    assert (logged["status"], logged["version"]) == ("played", first)


def test_BRD_3_a_play_gets_its_first_text_when_the_script_is_approved(
    studio: Studio, lead: Tablet, olga: Tablet, head: Tablet, wei: Tablet
) -> None:
    script = wei.create(
        MALL, SCRIPT, {"type": "notice", "title_zh": "失物", "title_ru": "Находка", "zh": "一", "ru": "Раз"}
    )
    wei.act(MALL, SCRIPT, script, "submit")
    wei.deliver()
    lead.sync()
    slot(lead, studio.hall, studio.news, "09:30", script=script, rrule=None)
    _lay_out(studio, lead, olga)
    assert [play.get("version") for play in studio.plays()] == [None]
    for tablet, step in ((olga, check), (head, approve)):
        tablet.sync()
        step(tablet, script)
        tablet.deliver()
    [version] = studio.all(VERSION)
    assert [(play["version"], play["status"]) for play in studio.plays()] == [(version, "planned")]


def test_BRD_3_who_logs_a_play_that_the_plan_has_dropped_meanwhile_is_believed(
    studio: Studio, lead: Tablet, olga: Tablet
) -> None:
    music = slot(lead, studio.hall, studio.music, "10:00")
    _lay_out(studio, lead, olga)
    lead.sync()
    lead.act(MALL, SLOT, music, "withdraw", args={"reason": "改版"})
    _lay_out(studio, lead)
    first, second = _list_of(olga, "2026-11-23")[0], _list_of(olga, "2026-11-24")[0]
    assert {play["status"] for play in studio.plays()} == {"withdrawn"}
    olga.act(MALL, PLAY, first.id, "play")
    olga.act(MALL, PLAY, second.id, "skip", args={"reason": "忘了"})
    olga.deliver()
    stored = studio.all(PLAY)
    assert (stored[first.id]["status"], stored[second.id]["status"]) == ("played", "withdrawn")


def test_BRD_3_what_nobody_logs_is_missed_and_may_still_be_logged_and_corrected(
    studio: Studio, lead: Tablet, olga: Tablet
) -> None:
    slot(lead, studio.hall, studio.music, "10:00", rrule=None)
    _lay_out(studio, lead, olga)
    [play] = _list_of(olga, "2026-11-23")
    studio.company.house.wait(days=1, hours=17)
    studio.company.run_jobs()
    assert [known["status"] for known in studio.plays()] == ["planned"]
    studio.company.house.wait(hours=2)
    studio.company.run_jobs()
    assert [known["status"] for known in studio.plays()] == ["missed"]
    olga.act(MALL, PLAY, play.id, "play", set={"started_at": "2026-11-23T02:00:00.000Z"})
    olga.deliver()
    lead.sync()
    lead.act(MALL, PLAY, play.id, "undo", args={"reason": "記錯了"})
    lead.deliver()
    assert {"status": "planned"}.items() <= studio.all(PLAY)[play.id].items()
    assert not {"announcer", "started_at"} & studio.all(PLAY)[play.id].keys()
    olga.sync()
    olga.act(MALL, PLAY, play.id, "skip", args={"reason": "話筒故障"})
    olga.deliver()


def test_BRD_3_a_play_of_the_plan_is_not_rewritten_and_an_unplanned_one_names_an_approved_text(
    studio: Studio, lead: Tablet, olga: Tablet
) -> None:
    slot(lead, studio.hall, studio.music, "10:00")
    script, other = approved(studio), approved(studio, type="notice")
    _lay_out(studio, lead, olga)
    [play, *_] = _list_of(olga, "2026-11-23")
    olga.update(MALL, PLAY, play.id, {"starts": "11:00"})
    assert refused(olga).message == "message.broadcast.plan_is_kept"
    texts = {version["script"]: record for record, version in studio.all(VERSION).items()}
    extra = olga.create(
        MALL, PLAY, {"channel": studio.hall, "day": "2026-11-22", "starts": "16:30", "version": texts[script]}
    )
    olga.act(MALL, PLAY, extra, "play")
    olga.deliver()
    stored = studio.all(PLAY)[extra]
    assert (stored["script"], stored["type"], stored["unplanned"], stored["status"]) == (
        script, "promotion", True, "played",
    )  # fmt: skip
    values = {"channel": studio.hall, "day": "2026-11-22", "starts": "17:30", "version": texts[script]}
    olga.create(MALL, PLAY, {**values, "script": other})
    assert refused(olga).message == "message.broadcast.other_script"


def test_BRD_3_recordings_hang_on_the_script_and_announcers_do_not_make_channels(studio: Studio, olga: Tablet) -> None:
    script = approved(studio)
    olga.sync()
    olga.update(MALL, SCRIPT, script, {"recordings": [{"sha256": "b" * 64, "name": "ru.ogg"}]})
    olga.deliver()
    assert studio.all(SCRIPT)[script]["recordings"] == [{"sha256": "b" * 64, "name": "ru.ogg"}]
    with pytest.raises(InvalidEntry):
        olga.act(MALL, PROGRAMME, studio.music, "retire")


def test_BRD_3_the_log_of_a_week_is_counted_drawn_up_and_printed(studio: Studio, lead: Tablet, olga: Tablet) -> None:
    slot(lead, studio.hall, studio.music, "10:00")
    _lay_out(studio, lead, olga)
    done, skipped = _list_of(olga, "2026-11-23")[0], _list_of(olga, "2026-11-24")[0]
    olga.act(MALL, PLAY, done.id, "play", set={"started_at": "2026-11-23T02:01:00.000Z"})
    olga.act(MALL, PLAY, skipped.id, "skip", args={"reason": "停電"})
    sheet = olga.create(MALL, SHEET, {"report": "broadcast.log_sheet", "starts_on": "2026-11-23"})
    olga.act(MALL, SHEET, sheet, "draw_up")
    olga.deliver()
    studio.company.run_jobs()
    share = studio.company.report(MALL, "broadcast.log", "lead", starts_on="2026-11-23", ends_on="2026-11-29")
    assert share.rows == [["晨曲 · Утро", 7, 1, 0, 1, 0, 50]]
    page = studio.company.print("broadcast.log_sheet", MALL, sheet, "olga", "zh-Hans")
    for words in ("播音记录", "10:01", "已播", "未播", "停電", "olga"):
        assert words in page, words
