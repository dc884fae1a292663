"""Voice notes, pictures and documents: fetched once, kept for the volunteer, up to what Telegram gives a bot."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from telegram.constants import FileSizeLimit

from app.media import kept_media
from app.wiring import House
from app.worker import RETRY_MEDIA, Worker
from core.db.models.conversation import InboundMedia
from core.db.models.timer import Timer, TimerKind
from tests.bot.fake_telegram import BAD_GATEWAY, FakeTelegram
from tests.bot.residents import Resident
from tests.fakes import StandingClock

FILE_ID = "BQACAgIAAxkBAAIBQ2"
LETTER = {"file_id": FILE_ID, "file_unique_id": "AgADx", "file_name": "letter.pdf", "mime_type": "application/pdf"}


@pytest.fixture
def sent(rosa: Resident, turn: Callable[[], None], house: House) -> InboundMedia:
    """Rosa has sent a letter from the council; it is not fetched yet."""
    rosa.sends(document=LETTER)
    turn()
    with house.database.read() as session:
        return session.scalars(sa.select(InboundMedia)).one()


@pytest.fixture
def timer(house: House) -> Callable[[], Timer]:
    def read() -> Timer:
        with house.database.read() as session:
            return session.scalars(sa.select(Timer).where(Timer.kind == TimerKind.FETCH_MEDIA)).one()

    return read


def test_a_document_is_kept_under_the_type_it_came_with(
    sent: InboundMedia, house: House, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "app")
    telegram.files[FILE_ID] = ("documents/file_9.pdf", b"%PDF not really")
    Worker(house).run_once()
    assert kept_media(house, sent.id) == ("application/pdf", b"%PDF not really")
    assert FILE_ID not in caplog.text


def test_one_of_the_greatest_size_is_kept_whole(
    sent: InboundMedia, house: House, telegram: FakeTelegram, timer: Callable[[], Timer]
) -> None:
    content = b"x" * FileSizeLimit.FILESIZE_DOWNLOAD
    telegram.files[FILE_ID] = ("documents/file_9.pdf", content)
    Worker(house).run_once()
    assert kept_media(house, sent.id) == ("application/pdf", content)
    assert timer().done_at


def test_one_that_telegram_does_not_give_is_not_asked_for_again(
    sent: InboundMedia, house: House, telegram: FakeTelegram, timer: Callable[[], Timer]
) -> None:
    telegram.files[FILE_ID] = ("documents/film.mp4", b"x" * (FileSizeLimit.FILESIZE_DOWNLOAD + 1))
    Worker(house).run_once()
    assert kept_media(house, sent.id) is None
    assert timer().done_at


def test_one_that_cannot_be_had_now_comes_later(
    sent: InboundMedia, house: House, telegram: FakeTelegram, clock: StandingClock, timer: Callable[[], Timer]
) -> None:
    telegram.files[FILE_ID] = ("documents/file_9.pdf", b"%PDF")
    telegram.will("getFile", BAD_GATEWAY)
    worker = Worker(house)
    worker.run_once()
    assert timer().done_at is None
    clock.forward(RETRY_MEDIA + timedelta(seconds=1))
    worker.run_once()
    assert kept_media(house, sent.id) == ("application/pdf", b"%PDF")


def test_what_is_named_like_a_file_is_asked_of_telegram_and_of_nobody_else(
    rosa: Resident, turn: Callable[[], None], house: House, telegram: FakeTelegram
) -> None:
    rosa.sends(document=LETTER | {"file_id": "http://169.254.169.254/latest/../../meta-data"})
    turn()
    Worker(house).run_once()
    assert [call["file_id"] for call in telegram.called("getFile")] == ["http://169.254.169.254/latest/../../meta-data"]
