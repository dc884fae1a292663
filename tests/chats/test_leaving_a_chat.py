"""Who shuts us out of their chat is still asked whether the help came, where they have shown that a phone is theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.wiring import House
from core.db.models.help_request import FollowUp, FollowUpAnswer, HelpRequest, Outcome, Status
from core.outbox.sender import Blame, DeliveryError
from tests.chats.conftest import ChatProviders, Person
from tests.journeys.conftest import Desk

ASKED = "You asked us for help. Did you get it?"
BLOCKED = DeliveryError("telegram-blocked", retryable=False, blame=Blame.CONTACT, opted_out=True)
Texts = Callable[[str], list[str]]
Passes = Callable[[timedelta], None]
BEFORE_THE_QUESTION, LONG_AFTER = timedelta(days=1), timedelta(days=4)


@pytest.fixture
def linked(mei: Person, old_phone: Person, texts: Texts) -> None:
    """The code that was sent to her phone has been typed into the chat."""
    mei.writes("hello")
    mei.shares_number(old_phone.address)
    code = re.search(r"\d{6}", texts(old_phone.address)[-1])
    assert code
    mei.writes(code[0])


@pytest.fixture
def helped(mei: Person, desk: Desk) -> None:
    """She asked for a person in her chat, and a volunteer has closed her request as done."""
    mei.writes("I want to talk to a person")
    (row,) = desk.waiting()
    desk.claim(row)
    desk.close(row, Outcome.GOT_HELP)


@pytest.fixture
def blocks(mei: Person, providers: ChatProviders) -> Callable[[], None]:
    """Telegram sends her nothing more from us, and tells us at the next try."""

    def do() -> None:
        assert providers.telegram
        providers.telegram.refused[mei.address] = BLOCKED

    return do


def asked_by_text(texts: Texts, phone: Person) -> int:
    return sum(ASKED in text for text in texts(phone.address))


def asked_in_chat(providers: ChatProviders) -> int:
    assert providers.telegram
    return sum(line.key == "followup.ask" for _, reply in providers.telegram.replies for line in reply.say)


def follow_up(house: House) -> FollowUp:
    with house.database.read() as session:
        return session.scalars(sa.select(FollowUp)).one()


def status(house: House) -> Status:
    with house.database.read() as session:
        return session.scalars(sa.select(HelpRequest.status)).one()


def test_who_is_still_in_the_chat_is_asked_there(
    linked: None, helped: None, old_phone: Person, providers: ChatProviders, texts: Texts, time_passes: Passes
) -> None:
    time_passes(LONG_AFTER)
    assert asked_in_chat(providers) == 1
    assert asked_by_text(texts, old_phone) == 0


def test_a_question_that_the_chat_did_not_take_comes_to_the_phone(
    linked: None,
    helped: None,
    blocks: Callable[[], None],
    old_phone: Person,
    house: House,
    texts: Texts,
    time_passes: Passes,
) -> None:
    time_passes(BEFORE_THE_QUESTION)
    blocks()
    time_passes(LONG_AFTER - BEFORE_THE_QUESTION)
    assert asked_by_text(texts, old_phone) == 1
    assert status(house) is Status.RESOLVED, "nobody has to call: she can be asked"
    old_phone.writes("1")
    assert follow_up(house).answer is FollowUpAnswer.YES


def test_her_no_by_text_opens_the_request_of_the_chat_again(
    linked: None,
    helped: None,
    blocks: Callable[[], None],
    old_phone: Person,
    house: House,
    time_passes: Passes,
) -> None:
    blocks()
    time_passes(LONG_AFTER)
    old_phone.writes("no")
    assert status(house) is Status.OPEN


def test_a_block_that_telegram_told_us_of_at_once(
    linked: None,
    helped: None,
    mei: Person,
    old_phone: Person,
    house: House,
    providers: ChatProviders,
    texts: Texts,
    time_passes: Passes,
) -> None:
    house.blocked(mei.address, True)
    time_passes(LONG_AFTER)
    assert asked_by_text(texts, old_phone) == 1
    assert asked_in_chat(providers) == 0


def test_silence_at_the_phone_brings_a_call_as_ever(
    linked: None, helped: None, mei: Person, house: House, time_passes: Passes
) -> None:
    house.blocked(mei.address, True)
    time_passes(LONG_AFTER + timedelta(days=3))
    assert follow_up(house).answer is FollowUpAnswer.SILENCE
    assert status(house) is Status.OPEN


def test_without_a_phone_of_hers_a_person_sees_it(
    helped: None, blocks: Callable[[], None], house: House, time_passes: Passes
) -> None:
    blocks()
    time_passes(LONG_AFTER)
    assert status(house) is Status.OPEN


def test_stop_in_the_chat_holds_for_the_phone_too(
    linked: None,
    helped: None,
    mei: Person,
    old_phone: Person,
    house: House,
    texts: Texts,
    time_passes: Passes,
) -> None:
    mei.writes("stop")
    house.blocked(mei.address, True)
    time_passes(LONG_AFTER)
    assert asked_by_text(texts, old_phone) == 0


def test_a_phone_that_wants_silence_is_left_alone(
    linked: None,
    helped: None,
    blocks: Callable[[], None],
    old_phone: Person,
    house: House,
    texts: Texts,
    time_passes: Passes,
) -> None:
    old_phone.writes("stop")
    blocks()
    time_passes(LONG_AFTER)
    assert asked_by_text(texts, old_phone) == 0
    assert status(house) is Status.OPEN


def test_a_link_that_was_undone_moves_nothing(
    linked: None,
    helped: None,
    mei: Person,
    old_phone: Person,
    house: House,
    texts: Texts,
    time_passes: Passes,
) -> None:
    mei.writes("forget my number")
    house.blocked(mei.address, True)
    time_passes(LONG_AFTER)
    assert asked_by_text(texts, old_phone) == 0
