"""What a resident does in the chat, from their phone through the real library to the core and back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.wiring import House
from app.worker import Worker
from bot.buttons import LIFETIME
from bot.handling import EXPLAIN_AGAIN, Handler
from bot.parse import update_in
from core.db.models.contact_point import ContactPoint
from core.db.models.help_request import HelpRequest
from core.db.models.outgoing import OutgoingMessage
from tests.bot.conftest import ROSAS_CHAT, Kept
from tests.bot.fake_telegram import FakeTelegram, Trouble
from tests.bot.residents import Json, Resident
from tests.fakes import StandingClock

Turn = Callable[[], None]
Contact = Callable[[int], ContactPoint | None]
LUNCH = "is there a lunch club near mill street"
GROUP = {"id": -1002093, "title": "Neighbours", "type": "supergroup"}


@pytest.fixture
def requests(house: House) -> Callable[[], int]:
    def count() -> int:
        with house.database.read() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(HelpRequest)) or 0

    return count


def offered(rosa: Resident, turn: Turn, telegram: FakeTelegram) -> Json:
    """Rosa has asked for lunch: the message with the buttons."""
    rosa.writes(LUNCH)
    turn()
    return dict(shown(telegram))


def shown(telegram: FakeTelegram) -> Json:
    """The latest message with buttons."""
    return [m for _, m in sorted(telegram.messages.items()) if "reply_markup" in m][-1]


def numbered(telegram: FakeTelegram, number: int) -> str:
    """What stands on that button."""
    return next(b["text"] for row in telegram.buttons(ROSAS_CHAT) for b in row if b["text"].startswith(f"{number}:"))


def toasts(telegram: FakeTelegram) -> list[str]:
    """What was shown for a moment after each press."""
    return [press.get("text", "") for press in telegram.called("answerCallbackQuery")]


def test_a_pressed_button_is_the_answer_and_stays_to_be_seen(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept
) -> None:
    asked = offered(rosa, turn, telegram)
    rosa.presses(label := numbered(telegram, 1))
    turn()
    assert [message.text for message in kept()] == [LUNCH, "1"]
    assert toasts(telegram) == [""]
    assert telegram.queries == set()
    stands = telegram.messages[ROSAS_CHAT, asked["message_id"]]
    assert stands["text"].endswith(f"✓ {label}")
    assert stands["text"].startswith(asked["text"])
    assert "reply_markup" not in stands
    assert len(telegram.texts(ROSAS_CHAT)) > 1, "it went on"


def test_a_typed_digit_does_as_well(rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept) -> None:
    offered(rosa, turn, telegram)
    before = len(telegram.texts(ROSAS_CHAT))
    rosa.writes("1")
    turn()
    assert [message.text for message in kept()] == [LUNCH, "1"]
    assert len(telegram.texts(ROSAS_CHAT)) > before


def test_a_button_pressed_twice_is_one_answer(rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept) -> None:
    asked = offered(rosa, turn, telegram)
    label = numbered(telegram, 1)
    rosa.presses(label, of=asked)
    rosa.presses(label, of=asked)
    turn()
    assert [message.text for message in kept()] == [LUNCH, "1"], "the second is not an answer to what came next"
    assert toasts(telegram)[0] == ""
    assert "earlier question" in toasts(telegram)[1]
    assert telegram.queries == set()


def test_a_button_of_an_older_question_answers_kindly_and_does_nothing(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept
) -> None:
    old = offered(rosa, turn, telegram)
    rosa.writes("i need a ride to the doctor near elm hill")
    turn()
    before = telegram.texts(ROSAS_CHAT)
    rosa.presses("1:", of=old)
    turn()
    assert len(kept()) == 2
    assert "earlier question" in toasts(telegram)[-1]
    assert telegram.texts(ROSAS_CHAT) == before
    assert "reply_markup" not in telegram.messages[ROSAS_CHAT, old["message_id"]]


def test_a_person_is_one_press_away_on_old_messages_too(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, requests: Callable[[], int]
) -> None:
    old = offered(rosa, turn, telegram)
    rosa.writes("i need a ride to the doctor near elm hill")
    turn()
    rosa.presses("0:", of=old)
    turn()
    assert requests() == 1
    assert toasts(telegram) == [""]


@pytest.mark.parametrize("data", ["", "x", "1", "A" * 50, "é" * 30, "yes"])
def test_a_forged_button_is_answered_and_does_nothing(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept, data: str
) -> None:
    asked = offered(rosa, turn, telegram)
    rosa.presses_data(data, asked)
    turn()
    assert len(kept()) == 1
    assert "earlier question" in toasts(telegram)[-1]
    assert telegram.queries == set()


def test_a_button_of_another_chat_does_nothing(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept, requests: Callable[[], int]
) -> None:
    asked = offered(rosa, turn, telegram)
    data = [row[0]["callback_data"] for row in asked["reply_markup"]["inline_keyboard"]]
    li = telegram.resident(771_550_182, "Li", "zh-hans")
    for one in data:
        li.presses_data(one, asked | {"chat": li.chat})
    turn()
    assert len(kept()) == 1
    assert requests() == 0
    assert all("之前的问题" in toast for toast in toasts(telegram)), "in the language of their app"
    assert len(toasts(telegram)) == len(data)


def test_a_button_that_is_too_old_for_any_question_answers_kindly(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept, clock: StandingClock
) -> None:
    asked = offered(rosa, turn, telegram)
    clock.forward(LIFETIME + timedelta(minutes=1))
    rosa.presses("0:", of=asked)
    turn()
    assert len(kept()) == 1
    assert "earlier question" in toasts(telegram)[-1]


def test_a_message_that_telegram_no_longer_shows_whole_can_still_be_pressed(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept
) -> None:
    asked = offered(rosa, turn, telegram)
    data = asked["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    rosa.presses_data(data, {"chat": rosa.chat, "message_id": asked["message_id"], "date": 0})
    turn()
    assert len(kept()) == 2
    assert toasts(telegram) == [""]
    assert telegram.called("editMessageText") == []


def test_a_press_is_taken_though_telegram_fails_to_show_it(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept
) -> None:
    offered(rosa, turn, telegram)
    telegram.will("answerCallbackQuery", Trouble(400, "Bad Request: query is too old"))
    telegram.will("editMessageText", Trouble(502, "Bad Gateway"))
    rosa.presses("1:")
    turn()
    assert [message.text for message in kept()] == [LUNCH, "1"]


def test_the_same_press_again_is_shown_again_and_not_done_again(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept, handler: Handler
) -> None:
    offered(rosa, turn, telegram)
    press = rosa.presses("1:")
    turn()
    before = len(telegram.texts(ROSAS_CHAT))
    telegram.queries.add(press["callback_query"]["id"])
    handler.handle(update_in(press))
    turn()
    assert len(kept()) == 2
    assert toasts(telegram) == ["", ""], "not told that it was an earlier question"
    assert len(telegram.texts(ROSAS_CHAT)) == before


def test_a_poster_leads_straight_to_the_need(rosa: Resident, turn: Turn, telegram: FakeTelegram) -> None:
    rosa.writes("/start meals")
    turn()
    (answer,) = telegram.texts(ROSAS_CHAT)
    assert "street" in answer.casefold() or "where" in answer.casefold()


def test_the_commands_do_what_the_menu_says(rosa: Resident, turn: Turn, telegram: FakeTelegram) -> None:
    said = {}
    for command in ("/help", "/status", "/cancel", "/language@riverside_help_bot", "/privacy", "/stop", "/start"):
        rosa.writes(command)
        turn()
        said[command.partition("@")[0]] = telegram.texts(ROSAS_CHAT)[-1]
    assert "A machine answers first" in said["/help"]
    assert "Which language" in said["/language"]
    assert said["/status"] == said["/cancel"]
    assert "keep" in said["/privacy"]
    assert "no more" in said["/stop"].casefold()
    assert "Welcome back" in said["/start"]


def test_who_comes_for_the_first_time_is_greeted(telegram: FakeTelegram, turn: Turn) -> None:
    telegram.resident(771_550_183, "Marta", "es").writes("/start")
    turn()
    assert "Hola" in telegram.texts(771_550_183)[0]


@pytest.mark.parametrize("where", [GROUP, GROUP | {"type": "group"}, GROUP | {"type": "channel"}])
def test_in_a_group_the_bot_says_once_a_day_that_it_helps_in_private_and_keeps_nothing(
    where: Json, rosa: Resident, turn: Turn, telegram: FakeTelegram, house: House, clock: StandingClock,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    telegram.chats.add(where["id"])
    kind = "channel_post" if where["type"] == "channel" else "message"
    for text in ("canary-7391 my neighbour is ill", "/help", "0"):
        telegram.feed(kind, telegram.message(rosa.user, where, text=text))
    turn()
    (said,) = telegram.texts(where["id"])
    assert "private" in said
    with house.database.read() as session:
        for table in ("inbound_message", "contact_point", "outgoing_message", "help_request", "resident"):
            assert session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0
    assert "canary" not in caplog.text
    clock.forward(EXPLAIN_AGAIN)
    telegram.feed(kind, telegram.message(rosa.user, where, text="hello?"))
    turn()
    assert len(telegram.texts(where["id"])) == 2


def test_a_group_that_lets_the_bot_say_nothing_holds_up_nobody(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept
) -> None:
    telegram.feed("message", telegram.message(rosa.user, GROUP, text="hello"))
    rosa.writes("hello")
    turn()
    assert len(kept()) == 1


def test_who_blocks_the_bot_gets_nothing_more_until_they_let_it_in(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, contact: Contact
) -> None:
    rosa.writes("hello")
    turn()
    rosa.blocks()
    turn()
    assert contact(ROSAS_CHAT).stopped_at  # type: ignore[union-attr]
    rosa.unblocks()
    rosa.writes("hello again")
    turn()
    assert contact(ROSAS_CHAT).stopped_at is None  # type: ignore[union-attr]
    assert len(telegram.texts(ROSAS_CHAT)) == 2


def test_letting_the_bot_in_does_not_undo_a_stop(rosa: Resident, turn: Turn, contact: Contact) -> None:
    rosa.writes("/stop")
    turn()
    rosa.blocks()
    rosa.unblocks()
    turn()
    assert contact(ROSAS_CHAT).stopped_at  # type: ignore[union-attr]
    rosa.writes("/start")
    turn()
    assert contact(ROSAS_CHAT).stopped_at is None  # type: ignore[union-attr]


def test_a_start_after_a_stop_is_the_last_word(rosa: Resident, turn: Turn, contact: Contact) -> None:
    for text in ("/stop", "/start", "/help"):
        rosa.writes(text)
        turn()
    rosa.blocks()
    rosa.unblocks()
    turn()
    assert contact(ROSAS_CHAT).stopped_at is None  # type: ignore[union-attr]


def test_a_stranger_who_blocks_the_bot_leaves_no_trace(telegram: FakeTelegram, turn: Turn, contact: Contact) -> None:
    telegram.resident(771_550_184).blocks()
    turn()
    assert contact(771_550_184) is None


def test_an_edit_is_never_acted_upon_twice(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, house: House, kept: Kept, requests: Callable[[], int]
) -> None:
    offered(rosa, turn, telegram)
    zero = rosa.writes("0")
    turn()
    rosa.edits(zero, "0 please")
    turn()
    assert len(kept()) == 3
    assert requests() == 1


def test_where_someone_walks_is_not_followed(rosa: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept) -> None:
    here = {"latitude": 40.1, "longitude": -88.2, "live_period": 900}
    shared = rosa.sends(location=here)
    telegram.feed("edited_message", shared["message"] | {"location": here | {"latitude": 40.2}, "edit_date": 1})
    turn()
    (only,) = kept()
    assert only.latitude == 40.1


def test_a_voice_note_is_kept_and_a_person_will_listen(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, house: House, requests: Callable[[], int]
) -> None:
    telegram.files["AwACAgIAAx"] = ("voice/file_4.oga", b"OggS not really")
    voice = {"file_id": "AwACAgIAAx", "file_unique_id": "AgADx", "duration": 7, "mime_type": "audio/ogg"}
    rosa.sends(voice=voice)
    turn()
    Worker(house).run_once()
    with house.database.read() as session:
        row = session.execute(sa.text("SELECT content_type, seconds, content FROM inbound_media")).one()
    assert (row.content_type, row.seconds, bytes(row.content)) == ("audio/ogg", 7, b"OggS not really")
    assert requests() == 1


def test_nobody_is_told_apart_in_the_log(
    rosa: Resident, turn: Turn, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = offered(rosa, turn, telegram)
    telegram.will("answerCallbackQuery", Trouble(400, "Bad Request: canary"))
    rosa.presses("1:", of=asked)
    rosa.writes("canary-7391 i need a doctor")
    turn()
    ours = "\n".join(line for line in caplog.text.splitlines() if " werkzeug:" not in line)  # the server in this test
    assert ours
    for secret in (str(ROSAS_CHAT), "canary", "Rosa", telegram.token):
        assert secret not in ours


def test_answers_leave_through_the_outbox(rosa: Resident, turn: Turn, house: House) -> None:
    rosa.writes("hello")
    turn()
    with house.database.read() as session:
        (answer,) = session.scalars(sa.select(OutgoingMessage))
    assert answer.status.value == "sent"
