"""While a message is answered or a timer fires, someone else acts: nothing is lost, nothing is done twice."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from app.wiring import House
from app.worker import Worker
from core.db.models.help_request import Outcome, Status
from core.db.models.outgoing import Delivery, Purpose
from core.helpdesk import operations
from core.timers import claim_due
from tests.fakes import StandingClock
from tests.faults.conftest import NUMBERS, AddVolunteer, Book, Recall, Text
from tests.faults.moments import after, all_at_once, interrupted

ROSE = NUMBERS[0]
A_PERSON = "0"


@pytest.fixture
def vera(volunteer: AddVolunteer) -> uuid.UUID:
    return volunteer("Vera")


@pytest.fixture
def claimed(house: House, text: Text, known: Recall, vera: uuid.UUID) -> Callable[[str], uuid.UUID]:
    """A request of this number, which Vera holds."""

    def make(number: str) -> uuid.UUID:
        house.assistant.receive(text(number, A_PERSON))
        request = known(number).requests[0].id
        with house.database.write() as session:
            assert operations.claim(session, house.desk, request, vera, house.clock.now()).won
        return request

    return make


@pytest.fixture
def closed(house: House, claimed: Callable[[str], uuid.UUID], vera: uuid.UUID) -> Callable[[str], uuid.UUID]:
    """The same, closed."""

    def make(number: str) -> uuid.UUID:
        request = claimed(number)
        with house.database.write() as session:
            operations.close(session, house.desk, request, vera, Outcome.GOT_HELP, house.clock.now())
        return request

    return make


def test_a_follow_up_asked_in_the_middle_of_a_turn_is_the_one_question_or_none(
    house: House,
    text: Text,
    book: Book,
    known: Recall,
    clock: StandingClock,
    worker: Worker,
    work: Callable[[], None],
    closed: Callable[[str], uuid.UUID],
) -> None:
    closed(ROSE)
    work()
    clock.forward(house.desk.followup_delay)
    interrupted(house, worker.run_once).receive(text(ROSE, "I need food"))
    work()
    assert len(known(ROSE).open_questions) == 1
    assert len(book.to(ROSE)) == 3  # a person comes, did you get help, where are you

    clock.forward(timedelta(hours=1))
    house.assistant.receive(text(ROSE, "Riverside"))
    work()
    assert len(known(ROSE).open_questions) <= 1


def test_follow_ups_and_new_messages_at_the_same_moment(
    house: House,
    text: Text,
    book: Book,
    known: Recall,
    clock: StandingClock,
    work: Callable[[], None],
    closed: Callable[[str], uuid.UUID],
) -> None:
    for number in NUMBERS[:6]:
        closed(number)
    work()
    clock.forward(house.desk.followup_delay)
    with house.database.write() as session:
        due = claim_due(session, clock.now())
    assert len(due) == 6
    for timer, number in zip(due, NUMBERS, strict=False):
        start = threading.Barrier(2)
        message = text(number, "I need food")
        all_at_once(
            [
                after(start, partial(house.assistant.wake, timer)),
                after(start, partial(house.assistant.receive, message)),
            ]
        )
    work()
    for number in NUMBERS[:6]:
        rose = known(number)
        assert len(rose.inbound) == 2
        assert not any(m.parked for m in rose.inbound)
        assert len(rose.open_questions) == 1
        assert rose.unfinished == []
        assert len(book.to(number)) in (2, 3)  # the follow-up is asked, or waits until the other question is answered


def test_a_follow_up_that_another_one_pushed_aside_is_asked_again(
    house: House,
    text: Text,
    book: Book,
    known: Recall,
    clock: StandingClock,
    vera: uuid.UUID,
    work: Callable[[], None],
) -> None:
    for _ in range(2):
        clock.forward(timedelta(minutes=1))
        house.assistant.receive(text(ROSE, A_PERSON))
        with house.database.write() as session:
            request = known(ROSE).requests[-1].id
            operations.claim(session, house.desk, request, vera, clock.now())
            operations.close(session, house.desk, request, vera, Outcome.GOT_HELP, clock.now())
    work()
    clock.forward(house.desk.followup_delay)
    work()
    clock.forward(timedelta(hours=1))
    work()
    house.assistant.receive(text(ROSE, "1"))  # to the second
    work()
    clock.forward(timedelta(days=1))
    work()
    house.assistant.receive(text(ROSE, "1"))  # to the first
    work()
    clock.forward(house.desk.followup_patience)
    work()
    assert len([m for m in known(ROSE).outgoing if m.purpose is Purpose.STARTED]) == 3
    assert [r.status for r in known(ROSE).requests] == [Status.RESOLVED] * 2


def test_a_message_is_not_handed_to_a_request_that_was_closed_meanwhile(
    house: House,
    text: Text,
    known: Recall,
    claimed: Callable[[str], uuid.UUID],
    vera: uuid.UUID,
    work: Callable[[], None],
    book: Book,
) -> None:
    request = claimed(ROSE)
    house.assistant.receive(text(ROSE, "Thank you Vera"))
    work()
    heard = len(book.to(ROSE))

    def close() -> None:
        with house.database.write() as session:
            operations.close(session, house.desk, request, vera, Outcome.GOT_HELP, house.clock.now())

    interrupted(house, close).receive(text(ROSE, "I want to talk to a person again"))
    work()
    rose = known(ROSE)
    assert [r.status for r in rose.requests] == [Status.RESOLVED, Status.OPEN]
    assert rose.inbound[-1].help_request_id == rose.requests[-1].id
    assert len(book.to(ROSE)) == heard + 1


def test_danger_is_not_handed_to_a_request_that_was_closed_meanwhile(
    house: House, text: Text, known: Recall, vera: uuid.UUID
) -> None:
    danger = "There is a fire in my kitchen"
    house.assistant.receive(text(ROSE, danger))
    request = known(ROSE).requests[0].id

    def close() -> None:
        with house.database.write() as session:
            operations.claim(session, house.desk, request, vera, house.clock.now())
            operations.close(session, house.desk, request, vera, Outcome.GOT_HELP, house.clock.now())

    interrupted(house, close).receive(text(ROSE, danger))
    assert [r.status for r in known(ROSE).requests] == [Status.RESOLVED, Status.OPEN]


def test_a_late_no_does_not_take_the_request_from_who_claimed_it_meanwhile(
    house: House,
    text: Text,
    known: Recall,
    clock: StandingClock,
    vera: uuid.UUID,
    work: Callable[[], None],
    closed: Callable[[str], uuid.UUID],
) -> None:
    request = closed(ROSE)
    work()
    clock.forward(house.desk.followup_delay)
    work()
    clock.forward(house.desk.followup_patience)
    work()
    assert known(ROSE).requests[0].status is Status.OPEN  # silence: someone should call

    def claim() -> None:
        with house.database.write() as session:
            assert operations.claim(session, house.desk, request, vera, clock.now()).won

    interrupted(house, claim).receive(text(ROSE, "3"))
    rose = known(ROSE)
    assert (rose.requests[0].status, rose.requests[0].claimed_by_id) == (Status.CLAIMED, vera)


def test_a_claim_that_runs_out_while_the_request_is_closed_stays_closed(
    house: House, known: Recall, clock: StandingClock, vera: uuid.UUID, claimed: Callable[[str], uuid.UUID]
) -> None:
    for number in NUMBERS[:6]:
        request = claimed(number)
        clock.forward(house.desk.claim_idle)
        with house.database.write() as session:
            due = [t for t in claim_due(session, clock.now()) if t.subject_id == request]
        start = threading.Barrier(2)

        def close(request: uuid.UUID = request, start: threading.Barrier = start) -> None:
            start.wait(5)
            with house.database.write() as session:
                try:
                    operations.close(session, house.desk, request, vera, Outcome.GOT_HELP, clock.now())
                except operations.Refused:
                    return  # it went back to the queue first, and Vera is told

        def run_out(due: list[Any] = due, start: threading.Barrier = start) -> None:
            start.wait(5)
            for timer in due:
                house.assistant.wake(timer)

        all_at_once([close, run_out])
        ended = known(number).requests[0]
        assert (ended.status, ended.claimed_by_id, ended.outcome) in [
            (Status.RESOLVED, vera, Outcome.GOT_HELP),
            (Status.OPEN, None, None),
        ]


# --- two workers


def test_a_timer_that_two_workers_hold_does_its_work_once(
    house: House,
    book: Book,
    known: Recall,
    clock: StandingClock,
    work: Callable[[], None],
    closed: Callable[[str], uuid.UUID],
) -> None:
    closed(ROSE)
    work()
    clock.forward(house.desk.followup_delay)
    with house.database.write() as session:
        slow = claim_due(session, clock.now())
    clock.forward(timedelta(minutes=3))  # it hangs; its lease runs out
    with house.database.write() as session:
        quick = claim_due(session, clock.now())
    assert [t.id for t in slow] == [t.id for t in quick]
    for timer in (*quick, *slow):
        house.assistant.wake(timer)
    for _ in range(3):
        work()
        clock.forward(timedelta(hours=1))
    assert len(book.to(ROSE)) == 2
    assert len([m for m in known(ROSE).outgoing if m.purpose is Purpose.STARTED]) == 1


def test_a_timer_that_was_cancelled_while_it_was_held_does_nothing(
    house: House, book: Book, clock: StandingClock, text: Text, known: Recall, work: Callable[[], None]
) -> None:
    house.assistant.receive(text(ROSE, A_PERSON))
    work()
    clock.forward(house.desk.long_wait)
    with house.database.write() as session:
        held = claim_due(session, clock.now())
        operations.cancel(session, known(ROSE).requests[0].id, clock.now())
    before = len(book.pages())
    for timer in held:
        house.assistant.wake(timer)
    work()
    assert len(book.pages()) == before


def test_a_slow_batch_does_not_send_what_another_worker_has_taken_over(
    house: House, text: Text, book: Book, known: Recall, clock: StandingClock
) -> None:
    """Four texts; the provider is so slow that the batch outlives its lease and a second worker comes by."""
    for number in NUMBERS[:4]:
        house.assistant.receive(text(number, "hello"))

    def slow() -> None:
        clock.forward(timedelta(seconds=40))
        book.before_taking, hold = lambda: None, book.before_taking
        Worker(house).run_once()
        book.before_taking = hold

    book.before_taking = slow
    Worker(house).run_once()
    book.before_taking = lambda: None
    for _ in range(10):
        clock.forward(timedelta(minutes=2))
        Worker(house).run_once()
    for number in NUMBERS[:4]:
        assert len(book.to(number)) == 1
        assert [m.status for m in known(number).outgoing] == [Delivery.SENT]
