"""Voice notes where a speech program is configured: its words are a message like any other; else a person listens."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.hearing import hear
from app.wiring import House
from app.worker import Worker
from core.db.models.conversation import InboundMedia
from core.db.models.help_request import HelpRequest, Reason, Urgency
from tests.bot.conftest import ROSAS_CHAT, Kept
from tests.bot.fake_telegram import BAD_GATEWAY, FakeTelegram
from tests.bot.residents import Resident

VOICE = {"file_id": "AwACAgIAAxkBAAIBQ3", "file_unique_id": "AgADy", "duration": 4, "mime_type": "audio/ogg"}
PROGRAM = """
import pathlib, sys
said = pathlib.Path(sys.argv[1]).read_text()
sys.exit(3) if said == "broken" else print(said)
"""
Says = Callable[[str], None]


@pytest.fixture
def settings(settings: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A speech program that prints what is in the file."""
    program = tmp_path / "listen.py"
    program.write_text(PROGRAM)
    return {**settings, "HANDRAIL_SPEECH_COMMAND": f"{sys.executable} {program}"}


@pytest.fixture
def says(rosa: Resident, telegram: FakeTelegram, turn: Callable[[], None], house: House) -> Says:
    """Rosa says something into her phone, and all that follows from it is done."""

    def say(words: str) -> None:
        telegram.files[VOICE["file_id"]] = ("voice/file_1.oga", words.encode())
        rosa.sends(voice=VOICE)
        turn()
        worker = Worker(house)
        while worker.run_once():
            pass

    return say


@pytest.fixture
def requests(house: House) -> Callable[[], list[HelpRequest]]:
    def read() -> list[HelpRequest]:
        with house.database.read() as session:
            return list(session.scalars(sa.select(HelpRequest)))

    return read


def test_what_is_said_is_answered_like_what_is_written(
    says: Says, telegram: FakeTelegram, requests: Callable[[], list[HelpRequest]], kept: Kept
) -> None:
    says("i need a hot meal near mill street")
    first, *_, last = telegram.texts(ROSAS_CHAT)
    assert first.startswith("One moment. We are listening to it.")
    assert "202-555-" in last
    assert requests() == []
    assert [message.text for message in kept()] == ["", "i need a hot meal near mill street"]


def test_danger_in_a_voice_note_is_danger(
    says: Says, telegram: FakeTelegram, requests: Callable[[], list[HelpRequest]]
) -> None:
    says("my husband has collapsed and is not breathing")
    assert telegram.texts(ROSAS_CHAT)[-1].startswith("Call 911 now.")
    assert [request.urgency for request in requests()] == [Urgency.EMERGENCY]


@pytest.mark.parametrize("sound", ["", "broken"])
def test_what_the_program_can_t_make_out_a_person_listens_to(
    says: Says, telegram: FakeTelegram, requests: Callable[[], list[HelpRequest]], sound: str
) -> None:
    says(sound)
    assert "A person will listen to it." in telegram.texts(ROSAS_CHAT)[-1]
    assert [request.reason for request in requests()] == [Reason.MEDIA]


def test_what_telegram_does_not_give_at_once_a_person_listens_to(
    says: Says, telegram: FakeTelegram, requests: Callable[[], list[HelpRequest]]
) -> None:
    telegram.will("getFile", BAD_GATEWAY)
    says("i need a hot meal")
    assert [request.reason for request in requests()] == [Reason.MEDIA]


def test_a_note_that_is_looked_at_again_is_answered_once(
    says: Says, telegram: FakeTelegram, house: House, kept: Kept
) -> None:
    says("i need a hot meal near mill street")
    told = telegram.texts(ROSAS_CHAT)
    with house.database.read() as session:
        note = session.scalars(sa.select(InboundMedia.id)).one()
    hear(house, note)
    house.deliverer.deliver_due()
    assert telegram.texts(ROSAS_CHAT) == told
    assert len(kept()) == 2
