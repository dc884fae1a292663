"""Buttons can't be forged, moved to another chat, or kept for ever."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.constants import InlineKeyboardButtonLimit

from bot.buttons import LIFETIME, Pressed, button_key, read, sign
from core.conversation.state import LIFETIME as OPEN_FOR

KEY = button_key("0123456789abcdef0123456789abcdef")
ROSA, ALI = 5_550_181, 5_550_182
QUESTION = uuid.UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")


@pytest.fixture
def end(now):
    return now + timedelta(days=1)


@pytest.mark.parametrize("number", range(10))
def test_a_press_tells_the_number_and_the_message(now, end, number):
    assert read(KEY, ROSA, sign(KEY, ROSA, QUESTION, number, end), now) == Pressed(number, QUESTION)


def test_it_fits_behind_a_button(end):
    data = sign(KEY, 2**52, uuid.UUID(int=2**128 - 1), 9, end.replace(year=2100))
    assert len(data.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
    assert data.isascii()


def test_a_button_of_another_chat_is_none(now, end):
    assert read(KEY, ALI, sign(KEY, ROSA, QUESTION, 1, end), now) is None


def test_a_button_ends(now, end):
    data = sign(KEY, ROSA, QUESTION, 1, end)
    assert read(KEY, ROSA, data, end - timedelta(seconds=1))
    assert read(KEY, ROSA, data, end) is None


def test_a_button_outlives_every_question():
    assert max(OPEN_FOR.values()) < LIFETIME


def test_a_button_signed_with_another_secret_is_none(now, end):
    foreign = button_key("another secret of at least 32 letters")
    assert read(KEY, ROSA, sign(foreign, ROSA, QUESTION, 1, end), now) is None


def test_no_byte_of_it_can_be_changed(now, end):
    whole = base64.urlsafe_b64decode(sign(KEY, ROSA, QUESTION, 1, end) + "==")
    for place in range(len(whole)):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        data = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        assert read(KEY, ROSA, data, now) is None, place


@given(data=st.one_of(st.text(max_size=80), st.from_regex(r"[A-Za-z0-9_-]{50}", fullmatch=True)))
def test_nonsense_is_none(data):
    from datetime import UTC, datetime

    assert read(KEY, ROSA, data, datetime(2026, 11, 23, tzinfo=UTC)) is None
