"""The real library, over real HTTP, against a Bot API server on loopback."""

from __future__ import annotations

import logging

import pytest
from telegram.constants import FileSizeLimit
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.loop import EventLoop
from tests.bot.fake_telegram import BLOCKED, TOKEN, FakeTelegram, Trouble

ROSA = 5_550_181


@pytest.fixture
def rosa(telegram: FakeTelegram):
    return telegram.resident(ROSA)


def test_a_message_arrives_as_it_is_meant(telegram, client, rosa):
    assert client.send_message(ROSA, "Tom &amp; <b>Jerry</b> https://example.org") == 1
    assert telegram.texts(ROSA) == ["Tom & Jerry https://example.org"]
    (sent,) = telegram.called("sendMessage")
    assert sent["link_preview_options"] == {"is_disabled": True}


def test_a_map_makes_no_sound(telegram, client, rosa):
    client.send_venue(ROSA, "Lunch Club", "12 Elm Street", 40.7, -74.0)
    (sent,) = telegram.called("sendVenue")
    assert (sent["title"], sent["latitude"], sent["disable_notification"]) == ("Lunch Club", "40.7", "true")


def test_what_comes_in_waits_until_it_is_confirmed(telegram, client, rosa):
    first, second = rosa.writes("I need a meal")["update_id"], rosa.writes("today")["update_id"]
    assert [u.update_id for u in client.get_updates(None, 0)] == [first, second]
    assert [u.update_id for u in client.get_updates(None, 0)] == [first, second]
    assert [u.update_id for u in client.get_updates(second, 0)] == [second]
    assert client.get_updates(second + 1, 0) == []


def test_it_asks_only_for_what_is_handled(telegram, client):
    client.get_updates(None, 0)
    (asked,) = telegram.called("getUpdates")
    assert asked["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


def test_an_update_is_waited_for(telegram, client_to, rosa):
    import threading

    later = threading.Timer(0.3, rosa.writes, ["hello"])
    later.start()
    (update,) = client_to(telegram.url).get_updates(None, 5)
    assert update.message.text == "hello"


def test_a_press_shown_twice_is_no_failure(telegram, client, rosa):
    sent = client.send_message(ROSA, "Shall we call?")
    client.show_pick(ROSA, sent, "Shall we call?\n\n✓ 1: yes")
    client.show_pick(ROSA, sent, "Shall we call?\n\n✓ 1: yes")
    assert telegram.texts(ROSA) == ["Shall we call?\n\n✓ 1: yes"]


def test_a_press_is_answered_once(telegram, client, rosa):
    telegram.queries.add("77")
    client.answer_callback("77", "OK")
    assert telegram.called("answerCallbackQuery") == [{"callback_query_id": "77", "text": "OK"}]
    with pytest.raises(BadRequest):
        client.answer_callback("77")


def test_a_voice_note_is_fetched_with_its_kind(telegram, client):
    telegram.files["AwAC"] = ("voice/file_7.oga", b"OggS" * 1_000)
    content, kind = client.download("AwAC")
    assert (content, kind) == (b"OggS" * 1_000, "audio/ogg")


def test_a_file_that_is_too_big_is_refused(telegram, client):
    telegram.files["BQAC"] = ("documents/file_8.pdf", b"x" * (FileSizeLimit.FILESIZE_DOWNLOAD + 1))
    with pytest.raises(BadRequest, match="too big"):
        client.download("BQAC")


def test_menu_webhook_and_typing(telegram, client, rosa):
    client.set_commands([("help", "Ayuda")], "es")
    client.set_webhook("https://help.example.org/telegram/webhook", "a-secret")
    assert telegram.webhook["secret_token"] == "a-secret"
    client.delete_webhook()
    assert telegram.webhook is None
    client.send_typing(ROSA)
    assert telegram.called("setMyCommands")[0]["commands"] == [{"command": "help", "description": "Ayuda"}]
    assert telegram.called("sendChatAction") == [{"chat_id": str(ROSA), "action": "typing"}]


@pytest.mark.parametrize(
    ("trouble", "raised"),
    [
        (BLOCKED, Forbidden),
        (Trouble(500, "Internal Server Error"), NetworkError),
        (Trouble(body="<html>maintenance</html>"), TelegramError),
        (Trouble(cut=True), NetworkError),
        (Trouble(slow=1.5), TimedOut),
    ],
)
def test_what_goes_wrong_is_always_the_librarys_error(telegram, client, rosa, trouble, raised):
    telegram.will("sendMessage", trouble)
    with pytest.raises(raised):
        client.send_message(ROSA, "hello")


def test_nobody_there(client_to):
    with pytest.raises(NetworkError):
        client_to("http://127.0.0.1:9").send_message(ROSA, "hello")


def test_a_wrong_token(telegram, client_to, rosa):
    with pytest.raises(InvalidToken):
        client_to(telegram.url, token="12345:" + "x" * 35).send_message(ROSA, "hello")


def test_after_the_house_is_closed(telegram, config_for):
    from bot.client import Client

    loop = EventLoop()
    client = Client(config_for(telegram.url), loop)
    loop.close()
    with pytest.raises(TelegramError):
        client.send_message(ROSA, "hello")


def test_neither_the_token_nor_a_word_is_logged(telegram, client, rosa, caplog):
    caplog.set_level(logging.DEBUG)
    client.send_message(ROSA, "Rosa's secret")
    telegram.will("sendMessage", Trouble(body="{Rosa's secret"))
    with pytest.raises(TelegramError):
        client.send_message(ROSA, "Rosa's secret")
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("werkzeug")]
    assert not [line for line in ours if TOKEN in line or "secret" in line or str(ROSA) in line]
