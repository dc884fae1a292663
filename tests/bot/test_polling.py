"""Long polling: what is confirmed to Telegram is committed here, and nothing holds up the rest for ever."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from telegram.error import Conflict

from app.wiring import House, build_telegram, telegram_deps
from bot import handling
from bot.client import Client
from bot.handling import Handler
from bot.poller import BACK_OFF, LONG_BACK_OFF, MOST_TRIES, Poller
from core.db.models.help_request import HelpRequest
from core.messages import Inbound, Reply
from tests.bot.conftest import Kept
from tests.bot.fake_telegram import FakeTelegram, Trouble, too_many
from tests.bot.residents import Resident
from tests.faults.dying import Steps, dies_at

SOON = 5.0
"""Seconds in which anything here that works is long done."""


def said(kept: Kept) -> list[str]:
    return [message.text for message in kept()]


def test_what_waits_is_handled_in_its_order_and_then_confirmed(
    rosa: Resident, poller: Poller, telegram: FakeTelegram, kept: Kept
) -> None:
    for text in ("hello", "i need a doctor", "near mill street"):
        rosa.writes(text)
    assert poller.poll() == 3
    assert said(kept) == ["hello", "i need a doctor", "near mill street"]
    assert len(telegram.pending) == 3, "confirmed by the next request only"
    assert poller.poll() == 0
    assert telegram.pending == []


def test_an_update_that_comes_again_after_a_restart_is_handled_once(
    rosa: Resident, house: House, our_client: Client, telegram: FakeTelegram, kept: Kept
) -> None:
    rosa.writes("0")
    for _ in range(3):
        Poller(our_client, Handler(telegram_deps(house, our_client)), wait_seconds=0).poll()
    assert said(kept) == ["0"]
    with house.database.read() as session:
        assert len(session.scalars(sa.select(HelpRequest)).all()) == 1


def test_after_a_quiet_week_telegram_may_count_anew(
    rosa: Resident, poller: Poller, telegram: FakeTelegram, kept: Kept
) -> None:
    rosa.writes("hello")
    poller.poll()
    poller.poll()
    telegram.next_update = 12
    rosa.writes("hello again")
    poller.poll()
    assert said(kept) == ["hello", "hello again"]


def test_a_process_killed_anywhere_between_fetching_and_commit_loses_nothing_and_does_nothing_twice(
    rosa: Resident, house: House, telegram: FakeTelegram, kept: Kept
) -> None:
    steps = Steps()

    def poll_once() -> None:
        fresh = build_telegram(house.config)  # the event loop's thread doesn't live on in a child
        assert fresh
        Poller(fresh, Handler(telegram_deps(house, fresh)), wait_seconds=0).poll()

    for step in itertools.count():
        telegram.resident(rosa.chat_id + step, "Rosa", "en").writes("0")
        died = dies_at(step, steps, house.database, poll_once)
        assert len(telegram.pending) == 1, "nothing is confirmed before it is committed"
        poll_once()
        telegram.pending.clear()  # what the next request would have confirmed
        if not died:
            break
    assert step > 8, "the steps of a turn were not found"
    assert said(kept) == ["0"] * (step + 1)
    with house.database.read() as session:
        assert len(session.scalars(sa.select(HelpRequest)).all()) == step + 1


def test_while_the_database_refuses_nothing_is_confirmed(
    rosa: Resident, poller: Poller, house: House, telegram: FakeTelegram, kept: Kept
) -> None:
    _rename(house, "inbound_message", "inbound_message_away")
    rosa.writes("i need a doctor")
    for _ in range(MOST_TRIES + 2):
        with pytest.raises(sa.exc.DBAPIError):
            poller.poll()
    assert len(telegram.pending) == 1
    _rename(house, "inbound_message_away", "inbound_message")
    poller.poll()
    assert said(kept) == ["i need a doctor"]


def test_an_update_that_always_fails_does_not_hold_up_the_others(
    rosa: Resident,
    poller: Poller,
    telegram: FakeTelegram,
    kept: Kept,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`receive` parks what it can't answer, so this takes a fault in the bot itself."""
    poison = rosa.writes("canary-7391")
    rosa.writes("i need a doctor")

    def parse(update, *rest):  # type: ignore[no-untyped-def]
        if update.update_id == poison["update_id"]:
            raise ValueError("canary-7391")
        return real(update, *rest)

    real = handling.parse
    monkeypatch.setattr(handling, "parse", parse)
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(ValueError):
            poller.poll()
    poller.poll()
    assert said(kept) == ["i need a doctor"]
    assert f"update {poison['update_id']} is left out" in caplog.text
    assert "canary" not in caplog.text


class Waits:
    """In place of the event that a poller waits by: notes how long, and stops the poller after so many waits."""

    def __init__(self, poller: Poller, most: int) -> None:
        self.asked: list[float] = []
        self._most = most
        self._set = False
        poller._stop = self  # type: ignore[assignment]

    def wait(self, seconds: float) -> bool:
        self.asked.append(seconds)
        self._set = len(self.asked) >= self._most
        return self._set

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True


def test_another_poller_is_named_in_the_log_and_waited_for(
    poller: Poller, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    gone = Trouble(409, "Conflict: terminated by other getUpdates request; make sure that only one is running")
    telegram.will("getUpdates", gone, gone)
    waits = Waits(poller, 2)
    poller.run()
    assert waits.asked == [LONG_BACK_OFF] * 2
    assert "another poller has this token" in caplog.text


def test_a_webhook_that_someone_sets_later_is_not_fought_over(
    poller: Poller, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.webhook = {"url": "https://elsewhere.example/telegram/webhook"}
    with pytest.raises(Conflict):
        poller.poll()
    assert telegram.webhook


def test_a_webhook_left_from_other_settings_is_taken_away_once(
    rosa: Resident, poller: Poller, telegram: FakeTelegram, kept: Kept
) -> None:
    telegram.webhook = {"url": "https://handrail.example/telegram/webhook"}
    rosa.writes("hello")
    telegram.will("getUpdates", *[Trouble()] * 2, Trouble(502, "Bad Gateway"))
    Waits(poller, 1)
    poller.run()
    assert telegram.webhook is None
    assert len(telegram.called("deleteWebhook")) == 1
    assert said(kept) == ["hello"]


def test_a_telegram_that_is_away_is_asked_less_and_less_often(poller: Poller, telegram: FakeTelegram) -> None:
    telegram.will("getUpdates", *[Trouble(502, "Bad Gateway"), Trouble(cut=True)] * 3)
    waits = Waits(poller, 6)
    poller.run()
    assert waits.asked == [*BACK_OFF, BACK_OFF[-1]]


def test_the_time_that_telegram_names_is_kept(poller: Poller, telegram: FakeTelegram) -> None:
    telegram.will("getUpdates", too_many(40))
    waits = Waits(poller, 1)
    poller.run()
    assert waits.asked == [40.0]


def test_a_token_that_telegram_refuses_is_named_in_the_log(
    poller: Poller, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.token = "110201543:AAHanother-token-altogether-000000"
    waits = Waits(poller, 1)
    poller.run()
    assert waits.asked == [LONG_BACK_OFF]
    assert "HANDRAIL_TELEGRAM_TOKEN" in caplog.text


def test_it_ends_at_once_though_telegram_keeps_it_waiting_for_news(
    rosa: Resident, our_client: Client, handler: Handler, telegram: FakeTelegram, kept: Kept
) -> None:
    poller = Poller(our_client, handler, wait_seconds=30)
    thread = poller.start()
    _until(telegram, lambda: bool(telegram.called("getUpdates")))
    _in_time(poller.stop)
    rosa.writes("hello")  # comes with the answer to the request that nobody waits for any more
    thread.join(SOON)
    assert not thread.is_alive()
    assert kept() == []
    assert len(telegram.pending) == 1, "it comes again at the next start"


def test_the_update_at_hand_is_finished_before_the_end(
    rosa: Resident, house: House, our_client: Client, telegram: FakeTelegram, kept: Kept
) -> None:
    at_work, go_on = threading.Event(), threading.Event()

    def slowly(inbound: Inbound) -> Reply:
        at_work.set()
        assert go_on.wait(SOON)
        return house.assistant.receive(inbound)

    poller = Poller(our_client, Handler(replace(telegram_deps(house, our_client), receive=slowly)), wait_seconds=0)
    rosa.writes("hello")
    rosa.writes("i need a doctor")
    thread = poller.start()
    assert at_work.wait(SOON)
    stopping = threading.Thread(target=poller.stop)
    stopping.start()
    go_on.set()
    for one in (stopping, thread):
        one.join(SOON)
        assert not one.is_alive()
    assert said(kept) == ["hello"]


def _rename(house: House, old: str, new: str) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))


def _until(telegram: FakeTelegram, done: Callable[[], bool]) -> None:
    with telegram._news:
        assert telegram._news.wait_for(done, SOON)


def _in_time(deed: Callable[[], None]) -> None:
    thread = threading.Thread(target=deed)
    thread.start()
    thread.join(SOON)
    assert not thread.is_alive()
