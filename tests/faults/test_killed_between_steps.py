"""The power goes at any moment: whatever was asked is answered once, whatever was promised is done once."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.wiring import House
from app.worker import Worker
from core.db.models.help_request import Outcome, Status
from core.db.models.outgoing import Delivery
from core.helpdesk import operations
from core.outbox.delivery import LEASE
from tests.fakes import StandingClock
from tests.faults.conftest import NUMBERS, AddVolunteer, Book, Recall, Text
from tests.faults.dying import Steps, dies_at

A_PERSON = "0"


def test_a_message_whose_handling_dies_anywhere_is_handled_once(
    house: House, steps: Steps, book: Book, text: Text, known: Recall, work: Callable[[], None]
) -> None:
    for step in itertools.count():
        message = text(NUMBERS[step], A_PERSON)
        died = dies_at(step, steps, house.database, lambda: house.assistant.receive(message))  # noqa: B023
        house.assistant.receive(message)  # the provider heard no 2xx, or lost it: the same message again
        if not died:
            break
    work()

    assert step > 8, "the steps of a turn were not found"
    for number in NUMBERS[: step + 1]:
        rose = known(number)
        assert (len(rose.inbound), len(rose.talks), len(rose.requests)) == (1, 1, 1)
        assert rose.inbound[0].help_request_id == rose.requests[0].id
        assert not rose.inbound[0].parked
        assert len(book.to(number)) == 1
        assert rose.requests[0].reference in book.to(number)[0]
        assert rose.unfinished == []


def test_an_answer_whose_sending_dies_anywhere_reaches_the_phone_once(
    house: House,
    steps: Steps,
    book: Book,
    text: Text,
    known: Recall,
    work: Callable[[], None],
    clock: StandingClock,
) -> None:
    for step in itertools.count():
        house.assistant.receive(text(NUMBERS[step], "hello"))
        died = dies_at(step, steps, house.database, Worker(house).run_once)
        clock.forward(LEASE)
        work()
        assert len(book.to(NUMBERS[step])) == 1, f"killed at step {step}"
        rose = known(NUMBERS[step])
        assert [m.status for m in rose.outgoing] == [Delivery.SENT]
        assert rose.outgoing[0].provider_id
        if not died:
            break

    assert step > 8, "the steps of a delivery were not found"
    assert len(book.pages()) == step + 1


@pytest.fixture
def closed_request(house: House, text: Text, volunteer: AddVolunteer, known: Recall) -> Callable[[str], uuid.UUID]:
    """A request of this number that Vera has just closed."""
    vera = volunteer("Vera")

    def close(number: str) -> uuid.UUID:
        house.assistant.receive(text(number, A_PERSON))
        request = known(number).requests[0].id
        with house.database.write() as session:
            operations.claim(session, house.desk, request, vera, house.clock.now())
            operations.close(session, house.desk, request, vera, Outcome.GOT_HELP, house.clock.now())
        return request

    return close


def test_a_follow_up_that_dies_anywhere_is_asked_once_and_its_answer_counts(
    house: House,
    steps: Steps,
    book: Book,
    text: Text,
    known: Recall,
    work: Callable[[], None],
    clock: StandingClock,
    closed_request: Callable[[str], uuid.UUID],
) -> None:
    for step in itertools.count():
        number = NUMBERS[step]
        closed_request(number)
        work()
        clock.forward(house.desk.followup_delay)
        died = dies_at(step, steps, house.database, Worker(house).run_once)
        clock.forward(timedelta(minutes=2))
        work()
        house.assistant.receive(text(number, "1"))
        work()

        rose = known(number)
        asked, thanked = book.to(number)[1:]
        assert "1:" in asked
        assert "1:" not in thanked
        assert rose.open_questions == []
        assert rose.requests[0].status is Status.RESOLVED
        assert rose.unfinished == []
        if not died:
            break
    assert step > 8, "the steps of a follow-up were not found"
