"""A provider who is asked by text whether a listing is still right, and answers with a digit or in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.wiring import House
from app.worker import Worker
from core.assistant.providers import Asking, Plan, ask_providers, plan_one
from core.db.models import Doubt, HelpRequest, PhoneNumber, Service, Verification
from core.db.models.freshness import AskedBy, DoubtKind, Verified
from core.messages import Channel
from core.outbox.sender import Blame, DeliveryError
from tests.chats.conftest import ChatProviders, Person
from tests.fakes import StandingClock

NUMBER = "+12025550125"
"""Of the sample's hot meals."""


@pytest.fixture
def meals(house: House) -> uuid.UUID:
    with house.database.read() as session:
        found = sa.select(PhoneNumber.service_id).where(
            PhoneNumber.number == NUMBER, PhoneNumber.service_id.is_not(None)
        )
        return session.scalars(found.order_by(PhoneNumber.id)).first() or uuid.UUID(int=0)


@pytest.fixture
def worker(house: House) -> Worker:
    return Worker(house)


@pytest.fixture
def provider(house: House, worker: Worker, clock: StandingClock) -> Person:
    return Person(house, worker, clock, Channel.SMS, NUMBER)


@pytest.fixture
def ask(house: House, worker: Worker, clock: StandingClock, meals: uuid.UUID) -> Callable[[], Plan]:
    """A coordinator asks about the hot meals now; there is no mail server."""

    def run() -> Plan:
        asking = Asking.of(house.config, house.desk)
        with house.database.write() as session:
            made = plan_one(session, asking, meals, clock.now())
            ask_providers(session, asking, made, clock.now())
        while worker.run_once():
            pass
        return made

    return run


def test_one_digit_says_that_it_is_right(
    ask: Callable[[], Plan], provider: Person, house: House, meals: uuid.UUID, texts: Callable[[str], list[str]]
) -> None:
    ask()
    [asked] = texts(NUMBER)
    assert "Is this still right?" in asked
    assert "Hot Meals at Home" in asked
    assert "1: yes" in asked
    assert "text STOP" in asked
    assert "Thank you" in provider.writes("1")
    with house.database.read() as session:
        assert session.get_one(Service, meals).assured_date == provider.clock.now().date()
        assert session.scalars(sa.select(Verification.state)).all() == [Verified.RIGHT]
        assert session.scalar(sa.select(HelpRequest.id)) is None, "no resident wants anything"


def test_two_asks_what_has_changed_and_keeps_the_words_for_a_coordinator(
    ask: Callable[[], Plan], provider: Person, house: House
) -> None:
    ask()
    assert "What has changed?" in provider.writes("2")
    assert "One of our people will put it right" in provider.writes("hot lunch only on mondays now")
    with house.database.read() as session:
        [doubt] = session.scalars(sa.select(Doubt)).all()
        assert (doubt.kind, doubt.note) == (DoubtKind.OTHER, "hot lunch only on mondays now")


def test_three_says_that_it_has_ended(
    ask: Callable[[], Plan], provider: Person, house: House, meals: uuid.UUID
) -> None:
    ask()
    assert "We will tell no one" in provider.writes("3")
    with house.database.read() as session:
        assert session.get_one(Service, meals).status == "inactive"


def test_stop_holds_for_ever_and_then_a_volunteer_calls(
    ask: Callable[[], Plan], provider: Person, clock: StandingClock, texts: Callable[[str], list[str]]
) -> None:
    ask()
    provider.writes("STOP")
    clock.forward(timedelta(days=400))
    before = len(texts(NUMBER))
    assert ask().counts[AskedBy.PHONE] == 1
    assert len(texts(NUMBER)) == before


def test_a_provider_who_needs_help_themselves_is_helped(
    ask: Callable[[], Plan], provider: Person, house: House
) -> None:
    ask()
    answer = provider.writes("i need a ride to the doctor")
    assert "Thank you" not in answer
    with house.database.read() as session:
        assert session.scalars(sa.select(Verification.state)).all() == [Verified.ASKED]


def test_danger_comes_before_everything(ask: Callable[[], Plan], provider: Person) -> None:
    ask()
    assert "911" in provider.writes("i cant breathe")


def test_nobody_is_texted_while_something_else_is_going_on(
    ask: Callable[[], Plan], provider: Person, texts: Callable[[str], list[str]]
) -> None:
    provider.writes("a person please")
    before = len(texts(NUMBER))
    assert ask().later
    assert len(texts(NUMBER)) == before


def test_at_night_the_question_waits_for_the_morning(
    ask: Callable[[], Plan], worker: Worker, clock: StandingClock, texts: Callable[[str], list[str]]
) -> None:
    clock.forward(timedelta(hours=12))  # ten in the evening
    ask()
    assert texts(NUMBER) == []
    clock.forward(timedelta(hours=11))
    worker.run_once()
    assert len(texts(NUMBER)) == 1


def test_a_number_that_takes_no_texts_is_called_instead(
    ask: Callable[[], Plan], house: House, providers: ChatProviders
) -> None:
    assert providers.sms
    providers.sms.refused[NUMBER] = DeliveryError("30006", retryable=False, blame=Blame.CONTACT)
    ask()
    with house.database.read() as session:
        [question] = session.scalars(sa.select(Verification)).all()
        assert (question.asked_by, question.state) == (AskedBy.PHONE, Verified.ASKED)
        assert session.scalar(sa.select(HelpRequest.id)) is None, "nobody is waiting for that text"
