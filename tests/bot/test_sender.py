"""Answers on their way into a chat: the real library against a Bot API server on loopback."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

import pytest

from bot.buttons import LIFETIME, Pressed, button_key, read
from bot.errors import refusal
from bot.sender import TelegramSender
from core.db.models.outgoing import Purpose
from core.messages import Choice, Expects, Reply, Say, Venue, Words
from core.outbox.sender import Blame, DeliveryError, Envelope
from tests.bot.conftest import SECRET_KEY
from tests.bot.fake_telegram import BAD_GATEWAY, GONE, Trouble, too_many

ROSA, ALI = 5_550_181, 5_550_182
CLUB = Venue("Riverside Lunch Club", "12 Elm Street", 40.7, -74.0)
CHOICES = Expects((Choice(1, Say("choice.yes")), Choice(2, Say("choice.no"))), person=True)
LOST = Trouble(cut=True, after=True)
"""Telegram takes the message, and the connection is cut before it can say so."""


class Time:
    """Seconds that pass only while somebody sleeps, with `a_look` at them, or when a test says so."""

    def __init__(self):
        self.at = 1_000.0
        self.slept = []
        self.a_look = 0.0

    def __call__(self):
        self.at += self.a_look
        return self.at

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def rosa(telegram):
    return telegram.resident(ROSA)


@pytest.fixture
def sender_to(config_for, client_to, phrasebook, time):
    def to(api_base, **changed):
        config = config_for(api_base)
        return TelegramSender(config, client_to(api_base, **changed), phrasebook, monotonic=time, sleep=time.sleep)

    return to


@pytest.fixture
def sender(telegram, sender_to):
    return sender_to(telegram.url)


@pytest.fixture
def letter(now):
    def write(words="The club meets on Tuesday.", *, to=ROSA, purpose=Purpose.ANSWER, **reply):
        said = Reply((Say("volunteer.text", {"text": Words(words)}),), "en", **reply)
        return Envelope(uuid.uuid4(), str(to), said, now, purpose)

    return write


@pytest.fixture
def place_question(now):
    expects = Expects((Choice(1, Say("choice.not_sure")),), person=True, free="place")
    return Envelope(uuid.uuid4(), str(ROSA), Reply((Say("place.ask"),), "en", expects), now, Purpose.ANSWER)


def refused(sender, envelope):
    with pytest.raises(DeliveryError) as raised:
        sender.send(envelope)
    assert str(ROSA) not in str(raised.value)
    return raised.value


def test_an_answer_arrives_and_its_id_names_no_chat(telegram, sender, rosa, letter):
    given = sender.send(letter())
    assert telegram.texts(ROSA) == ["The club meets on Tuesday."]
    assert given.endswith(":1")
    assert str(ROSA) not in given


def test_its_buttons_are_bound_to_the_chat_and_the_message(telegram, sender, rosa, letter, now):
    envelope = letter(expects=CHOICES)
    sender.send(envelope)
    data = [row[0]["callback_data"] for row in telegram.buttons(ROSA)]
    key = button_key(SECRET_KEY)
    assert [read(key, ROSA, d, now) for d in data] == [Pressed(n, envelope.message_id) for n in (1, 2, 0)]
    assert read(key, ROSA, data[0], now + LIFETIME) is None


class TestWhoCanNotBeReached:
    def test_who_blocked_the_bot_wants_no_more(self, telegram, sender, rosa, letter):
        rosa.blocks()
        error = refused(sender, letter())
        assert (error.code, error.opted_out, error.retryable, error.blame) == (
            "telegram-blocked",
            True,
            False,
            Blame.CONTACT,
        )

    def test_who_has_no_account_any_more(self, telegram, sender, rosa, letter):
        telegram.will("sendMessage", GONE)
        assert refused(sender, letter()).opted_out

    def test_whom_the_bot_may_not_write_to_first(self, telegram, sender, letter):
        error = refused(sender, letter(to=ALI))
        assert (error.code, error.opted_out, error.retryable, error.blame) == (
            "telegram-no-chat",
            False,
            False,
            Blame.CONTACT,
        )

    def test_an_address_that_is_no_chat(self, sender, letter):
        assert refused(sender, letter(to="+12025550181")).blame is Blame.CONTACT

    def test_another_403_stops_nobody(self, telegram, sender, rosa, letter):
        telegram.will("sendMessage", Trouble(403, "Forbidden: bot can't initiate conversation with a user"))
        error = refused(sender, letter())
        assert (error.opted_out, error.retryable, error.blame) == (False, False, Blame.CONTACT)


class TestOursToMend:
    def test_a_wrong_token(self, telegram, sender, rosa, letter):
        telegram.token = "110201543:another"
        error = refused(sender, letter())
        assert (error.code, error.retryable, error.blame) == ("telegram-token", False, Blame.OPERATOR)

    def test_what_telegram_can_not_read(self, telegram, sender, rosa, letter):
        telegram.will("sendMessage", Trouble(400, "Bad Request: can't parse entities: Rosa's words"))
        error = refused(sender, letter())
        assert (error.code, error.retryable, error.blame) == ("telegram-400", False, Blame.OPERATOR)

    def test_a_reply_without_words(self, sender, letter):
        error = refused(sender, letter(" \n"))
        assert (error.code, error.retryable, error.blame) == ("unrenderable", False, Blame.OPERATOR)


class TestTroubleOnTheWay:
    def test_too_many_at_once_waits_as_long_as_it_is_told(self, telegram, sender, rosa, letter):
        telegram.will("sendMessage", too_many(17))
        error = refused(sender, letter())
        assert (error.retryable, error.uncertain, error.retry_after, error.blame) == (True, False, 17, Blame.NETWORK)

    def test_and_nobody_else_waits_with_them(self, telegram, sender, rosa, letter, time):
        telegram.resident(ALI)
        telegram.will("sendMessage", too_many(17))
        refused(sender, letter())
        assert refused(sender, letter("another")).retry_after == pytest.approx(17)
        assert sender.send(letter(to=ALI))
        assert len(telegram.called("sendMessage")) == 2, "Telegram was asked although it wants to be left alone"

    def test_telegram_away_has_surely_taken_nothing(self, sender_to, letter):
        error = refused(sender_to("http://127.0.0.1:9"), letter())
        assert (error.code, error.retryable, error.uncertain) == ("telegram-away", True, False)

    @pytest.mark.parametrize(
        "trouble",
        [BAD_GATEWAY, Trouble(500, "Internal Server Error"), Trouble(cut=True), Trouble(slow=1.5), Trouble(body="<p>")],
    )
    def test_else_it_may_have_been_taken(self, telegram, sender, rosa, letter, trouble):
        telegram.will("sendMessage", trouble)
        error = refused(sender, letter())
        assert (error.code, error.retryable, error.uncertain) == ("telegram-unsure", True, True)

    def test_then_it_is_sent_again_for_a_repeat_is_better_than_a_lost_answer(self, telegram, sender, rosa, letter):
        envelope = letter()
        telegram.will("sendMessage", LOST)
        refused(sender, envelope)
        assert sender.find_sent(envelope) is None
        sender.send(envelope)
        assert telegram.texts(ROSA) == ["The club meets on Tuesday."] * 2

    def test_what_arrived_is_known_though_our_own_note_of_it_failed(self, telegram, sender, rosa, letter):
        envelope = letter()
        given = sender.send(envelope)
        assert sender.find_sent(envelope) == given


class TestSeveralMessagesOfOneAnswer:
    LONG = "A sentence of the volunteer. " * 300

    def test_they_arrive_in_order(self, telegram, sender, rosa, letter):
        sender.send(letter(self.LONG, venues=(CLUB,), expects=CHOICES))
        assert telegram.texts(ROSA)[0] == "Riverside Lunch Club"
        assert " ".join(telegram.texts(ROSA)[1:]) == self.LONG.strip()
        assert [row[0]["text"] for row in telegram.buttons(ROSA)] == ["1: yes", "2: no", "0: a person"]

    def test_a_second_attempt_goes_on_where_the_first_was_cut_off(self, telegram, sender, rosa, letter):
        envelope = letter(self.LONG)
        telegram.will("sendMessage", Trouble(), Trouble(cut=True))
        assert refused(sender, envelope).uncertain
        sender.send(envelope)
        assert " ".join(telegram.texts(ROSA)) == self.LONG.strip()

    def test_who_blocks_in_the_middle_is_told_of(self, telegram, sender, rosa, letter):
        telegram.will("sendMessage", Trouble(), GONE)
        assert refused(sender, letter(self.LONG)).opted_out

    def test_a_new_process_sends_all_of_it_again(self, telegram, sender, sender_to, rosa, letter):
        envelope = letter(self.LONG)
        telegram.will("sendMessage", Trouble(), BAD_GATEWAY)
        refused(sender, envelope)
        sender_to(telegram.url).send(envelope)
        texts = telegram.texts(ROSA)
        assert " ".join(texts[1:]) == self.LONG.strip()

    def test_a_map_that_is_not_taken_keeps_back_no_answer(self, telegram, sender, rosa, letter):
        telegram.will("sendVenue", BAD_GATEWAY)
        sender.send(letter(venues=(CLUB, CLUB, CLUB)))
        assert telegram.texts(ROSA) == ["The club meets on Tuesday."]
        assert len(telegram.called("sendVenue")) == 1, "the text waits for maps that don't come"

    def test_nor_is_one_sent_twice_because_the_text_was_not_taken(self, telegram, sender, rosa, letter):
        envelope = letter(venues=(CLUB,))
        telegram.will("sendMessage", BAD_GATEWAY)
        refused(sender, envelope)
        sender.send(envelope)
        assert telegram.texts(ROSA) == ["Riverside Lunch Club", "The club meets on Tuesday."]

    def test_a_map_that_comes_too_fast_waits_with_its_text(self, telegram, sender, rosa, letter, time):
        envelope = letter(venues=(CLUB,))
        telegram.will("sendVenue", too_many(5))
        assert refused(sender, envelope).retry_after == 5
        time.at += 5
        sender.send(envelope)
        assert telegram.texts(ROSA) == ["Riverside Lunch Club", "The club meets on Tuesday."]

    def test_an_answer_that_takes_too_long_is_left_to_the_next_attempt(self, telegram, sender, rosa, letter, time):
        envelope = letter(self.LONG)
        time.a_look = 5  # seconds
        error = refused(sender, envelope)
        assert (error.code, error.retryable, error.uncertain) == ("telegram-slow", True, False)
        assert len(telegram.texts(ROSA)) == 1
        time.a_look = 0
        time.at += 5
        sender.send(envelope)
        assert " ".join(telegram.texts(ROSA)) == self.LONG.strip()


class TestLimits:
    def test_two_answers_to_one_chat_are_a_second_apart(self, telegram, sender, rosa, letter, time):
        sender.send(letter())
        sender.send(letter())
        assert time.slept == [pytest.approx(1.0)]

    def test_nobody_waits_here_for_longer_than_a_second(self, telegram, sender, rosa, letter, time):
        telegram.will("sendMessage", too_many(3))
        refused(sender, letter())
        assert refused(sender, letter()).code == "telegram-limit"
        assert time.slept == []

    def test_in_danger_the_chat_is_not_waited_for(self, telegram, sender, rosa, letter, time):
        telegram.will("sendMessage", too_many(30))
        refused(sender, letter())
        sender.send(letter("Call 911 now.", purpose=Purpose.EMERGENCY))
        assert telegram.texts(ROSA) == ["Call 911 now."]

    def test_thirty_a_second_to_whomever(self, telegram, sender, letter, time):
        for chat in range(1, 36):
            telegram.resident(chat)
            sender.send(letter(to=chat))
        assert time.at - 1_000 == pytest.approx(1.0)


class TestShareMyLocation:
    def test_it_stands_under_the_chat_until_the_next_answer(self, telegram, sender, rosa, letter, place_question):
        sender.send(place_question)
        assert telegram.markup[ROSA, 1]["keyboard"][0] == [{"text": "Share my location", "request_location": True}]
        sender.send(letter())
        assert telegram.markup[ROSA, 2]["remove_keyboard"]

    def test_also_where_that_has_buttons(self, telegram, sender, rosa, letter, place_question):
        sender.send(place_question)
        sender.send(letter(expects=CHOICES))
        assert telegram.markup[ROSA, 2]["remove_keyboard"]
        assert telegram.texts(ROSA)[1:] == ["The club meets on Tuesday.", "Please tap one, or send its number."]
        sender.send(letter("And on Friday.", expects=CHOICES))
        assert telegram.texts(ROSA)[3:] == ["And on Friday."]

    def test_its_buttons_are_not_lost_where_the_second_message_fails(
        self, telegram, sender, rosa, letter, place_question
    ):
        sender.send(place_question)
        envelope = letter(expects=CHOICES)
        telegram.will("sendMessage", Trouble(), BAD_GATEWAY)
        refused(sender, envelope)
        assert telegram.buttons(ROSA) == []
        sender.send(envelope)
        assert len(telegram.buttons(ROSA)) == 3
        assert telegram.texts(ROSA).count("The club meets on Tuesday.") == 1


def test_nothing_of_the_message_or_the_chat_is_logged(telegram, sender, rosa, letter, caplog):
    caplog.set_level(logging.DEBUG)
    telegram.will("sendVenue", Trouble(400, f"Bad Request: Tuesday {ROSA}"))
    telegram.will("sendMessage", Trouble(body="{Tuesday"))
    refused(sender, letter(venues=(CLUB,)))
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("werkzeug")]
    assert ours
    assert not [line for line in ours if str(ROSA) in line or "Tuesday" in line or "Elm" in line]


def test_every_error_of_the_library_has_a_meaning():
    import inspect

    from telegram import error

    kinds = [k for _, k in inspect.getmembers(error, inspect.isclass) if issubclass(k, error.TelegramError)]
    made = [
        k(timedelta(seconds=3)) if k is error.RetryAfter else k(5) if k is error.ChatMigrated else k("x") for k in kinds
    ]
    codes = {refusal(e).code for e in made}
    assert all(len(code) <= 32 for code in codes), "the column of the outbox is 32 wide"
