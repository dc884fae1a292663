"""Telegram itself tells that somebody has blocked the bot: what was to be asked there is asked by text."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from app.wiring import House
from app.worker import Worker
from core.db.models.contact_point import ContactPoint
from core.db.models.help_request import HelpRequest, Outcome, Status
from core.db.models.volunteer import Role
from core.helpdesk import operations
from core.helpdesk.volunteers import add_volunteer
from tests.bot.conftest import ROSAS_CHAT, Providers
from tests.bot.fake_telegram import FakeTelegram
from tests.bot.residents import Resident
from tests.fakes import StandingClock

PHONE = "+12025550181"
LONG = "Bring your card & a letter <with your name>. " * 35


def closed(house: House) -> HelpRequest:
    """A volunteer has claimed the one request that waits, and closes it."""
    with house.database.write() as session:
        now = house.clock.now()
        vera = add_volunteer(session, "vera", "Vera", "a-long-password", Role.VOLUNTEER, now)
        request = session.scalars(sa.select(HelpRequest)).one()
        operations.claim(session, house.desk, request.id, vera, now)
        operations.close(session, house.desk, request.id, vera, Outcome.GOT_HELP, now)
    return request


def test_a_403_stops_the_chat_and_the_question_comes_to_the_linked_phone(
    house: House, rosa: Resident, turn: Callable[[], None], telegram: FakeTelegram, providers: Providers,
    clock: StandingClock, contact: Callable[[int], ContactPoint | None],
) -> None:  # fmt: skip
    assert providers.sms
    rosa.writes("hello")
    rosa.sends(contact={"phone_number": PHONE, "first_name": "Rosa", "user_id": ROSAS_CHAT})
    turn()
    code = re.search(r"\d{6}", providers.sms.to(PHONE)[-1])
    assert code
    rosa.writes(code[0])
    rosa.writes("I want to talk to a person")
    turn()
    request = closed(house)
    telegram.blocked.add(ROSAS_CHAT)  # and no update says so
    worker = Worker(house)
    for _ in range(4 * 24):
        clock.forward(timedelta(hours=1))
        while worker.run_once():
            pass
    chat = contact(ROSAS_CHAT)
    assert chat
    assert chat.stopped_at
    assert sum("Did you get it?" in text for text in providers.sms.to(PHONE)) == 1
    with house.database.read() as session:
        assert session.get_one(HelpRequest, request.id).status is Status.RESOLVED


def test_what_a_volunteer_writes_arrives_whole_with_its_marks(
    house: House, rosa: Resident, turn: Callable[[], None], telegram: FakeTelegram
) -> None:
    rosa.writes("I want to talk to a person")
    turn()
    with house.database.write() as session:
        now = house.clock.now()
        vera = add_volunteer(session, "vera", "Vera", "a-long-password", Role.VOLUNTEER, now)
        request = session.scalars(sa.select(HelpRequest)).one()
        operations.claim(session, house.desk, request.id, vera, now)
        operations.reply(session, request.id, vera, LONG.strip(), uuid.uuid4().hex, now)
    turn()
    assert LONG.strip() in telegram.texts(ROSAS_CHAT)[-1]
    assert "&lt;with" in telegram.called("sendMessage")[-1]["text"]
