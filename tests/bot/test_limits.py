"""No faster than Telegram wants, and nobody waits for another chat."""

from __future__ import annotations

import pytest

from bot.limits import OVERALL, Limits


@pytest.fixture
def limits():
    return Limits()


def test_the_first_answer_goes_at_once(limits):
    assert limits.wait(1, 100.0, begins=True) == 0


def test_the_next_to_the_same_chat_a_second_later(limits):
    limits.wait(1, 100.0, begins=True)
    assert limits.wait(1, 100.25, begins=True) == pytest.approx(0.75)
    assert limits.wait(1, 101.0, begins=True) == 0


def test_the_messages_of_one_answer_follow_each_other(limits):
    limits.wait(1, 100.0, begins=True)
    assert limits.wait(1, 100.1, begins=False) == 0
    assert limits.wait(1, 100.9, begins=True) == pytest.approx(0.2)


def test_never_more_than_thirty_in_any_second(limits):
    sent, now = [], 100.0
    for chat in range(200):
        while wait := limits.wait(chat, now, begins=True):
            now += wait
        sent.append(now)
        now += 0.01
    assert all(sum(at <= other < at + 0.999 for other in sent) <= OVERALL for at in sent)
    assert sent[-1] - sent[0] < 8, "slower than it must be"


def test_a_refused_wait_is_not_counted(limits):
    limits.wait(1, 100.0, begins=True)
    for _ in range(50):
        assert limits.wait(1, 100.5, begins=True)
    assert limits.wait(2, 100.5, begins=True) == 0


def test_a_chat_that_telegram_wants_left_alone_holds_up_nobody_else(limits):
    limits.pause(1, 100.0, 40)
    assert limits.wait(1, 110.0, begins=True) == pytest.approx(30)
    assert limits.wait(2, 110.0, begins=True) == 0


def test_it_does_not_remember_every_chat_for_ever(limits):
    for chat in range(25_000):
        limits.wait(chat, chat / 10, begins=True)
    assert len(limits._free_at) <= 10_001
