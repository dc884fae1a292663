"""Two things at the same moment: one of them is first, and the other one knows."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
import sqlalchemy as sa

from app.wiring import House
from app.worker import Worker
from core.assistant import Assistant
from core.assistant.snapshot import Snapshot
from core.assistant.thinking import Mind, Thought
from core.db.models.help_request import HelpRequest, HelpRequestEvent, Outcome, Status
from core.db.models.outgoing import Delivery, Purpose
from core.helpdesk import operations
from core.helpdesk.events import EventKind
from core.messages import Channel, Inbound, Reply, Say, Words
from core.outbox import operations as outbox
from core.timers import claim_due
from tests.fakes import StandingClock
from tests.faults.conftest import NUMBERS, AddVolunteer, Book, Recall, Text
from tests.faults.dying import at_once

ROSE, LI = NUMBERS[:2]
A_PERSON = "I want to talk to a person"


class Interrupted:
    """The mind, and what happens elsewhere after it has thought and before the turn is written."""

    def __init__(self, mind: Mind, meanwhile: Callable[[], object]) -> None:
        self._mind = mind
        self._meanwhile: Callable[[], object] | None = meanwhile

    def think(self, inbound: Inbound, known: Snapshot) -> tuple[Thought, str]:
        thought = self._mind.think(inbound, known)
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            meanwhile()
        return thought


def interrupted(house: House, meanwhile: Callable[[], object]) -> Assistant:
    """The front door, where `meanwhile` happens in the middle of one turn."""
    return replace(house.assistant, mind=cast(Any, Interrupted(house.assistant.mind, meanwhile)))


def all_at_once(deeds: list[Callable[[], object]]) -> None:
    """Do `deeds` in as many threads; what one of them raises fails the test."""
    failures: list[BaseException] = []

    def work(deed: Callable[[], object]) -> None:
        try:
            deed()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(deed,), daemon=True) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive(), "they wait for each other"
    assert failures == []


# --- one request, many who want it


def test_of_eight_who_claim_a_request_one_wins_and_the_others_hear_who(
    house: House, text: Text, volunteer: AddVolunteer
) -> None:
    names = [f"Volunteer{n}" for n in range(8)]
    people = [volunteer(name) for name in names]
    for number in NUMBERS[:20]:
        house.assistant.receive(text(number, A_PERSON))
    with house.database.read() as session:
        requests = list(session.scalars(sa.select(HelpRequest.id)))
    assert len(requests) == 20

    def claim_all(number: int) -> list[tuple[str, bool, str | None]]:
        mine = random.Random(number // 4).sample(requests, len(requests))  # two crowds, each on the same request
        results = []
        for request in mine:
            with house.database.write() as session:
                claim = operations.claim(session, house.desk, request, people[number], house.clock.now())
            results.append((str(request), claim.won, claim.holder))
        return results

    told: dict[str, list[tuple[str, bool, str | None]]] = {str(request): [] for request in requests}
    for name, results in zip(names, at_once(8, house.database, claim_all), strict=True):
        for request, won, holder in results:
            told[request].append((name, won, holder))

    for answers in told.values():
        winners = [name for name, won, _ in answers if won]
        assert len(winners) == 1
        assert [holder for _, won, holder in answers if not won] == winners * 7
    with house.database.read() as session:
        claimed = session.scalars(sa.select(HelpRequestEvent).where(HelpRequestEvent.kind == EventKind.CLAIMED)).all()
    assert len(claimed) == 20


# --- the first words of someone new


@pytest.mark.parametrize("count", [2, 8, 12])
def test_messages_of_one_new_phone_at_the_same_moment_are_all_kept_and_answered(
    house: House, text: Text, known: Recall, work: Callable[[], None], book: Book, count: int
) -> None:
    all_have_thought = threading.Barrier(count)
    words = ["hello", "I need food", "thank you", A_PERSON]
    messages = [text(ROSE, words[n % 4]) for n in range(count)]
    doors = [interrupted(house, lambda: all_have_thought.wait(timeout=20)) for _ in messages]
    all_at_once(
        [lambda door=door, m=m: door.receive(m) for door, m in zip(doors, messages, strict=True)]  # type: ignore[misc]
    )
    work()

    rose = known(ROSE)
    assert len(rose.talks) == 1
    assert {m.provider_id for m in rose.inbound} == {m.provider_id for m in messages}
    assert len(book.to(ROSE)) == count
    assert rose.talks[0].version == count
    assert len(rose.open_questions) <= 1


def test_the_same_message_eight_times_at_once_is_one_message(
    house: House, text: Text, known: Recall, work: Callable[[], None], book: Book
) -> None:
    message = text(ROSE, A_PERSON)
    all_have_thought = threading.Barrier(8)
    doors = [interrupted(house, lambda: all_have_thought.wait(timeout=20)) for _ in range(8)]
    replies: list[Reply] = []
    all_at_once([lambda door=door: replies.append(door.receive(message)) for door in doors])  # type: ignore[misc]
    work()
    rose = known(ROSE)
    assert (len(rose.inbound), len(rose.requests), len(book.to(ROSE))) == (1, 1, 1)
    assert replies == replies[:1] * 8


# --- STOP


@pytest.mark.parametrize("gone", range(7))
def test_nothing_but_consent_and_danger_leaves_once_stop_is_noted(
    house: House, text: Text, book: Book, known: Recall, work: Callable[[], None], gone: int
) -> None:
    """Six texts wait; the STOP commits while the one after `gone` of them is with the provider."""
    house.assistant.receive(text(ROSE, "hello"))
    work()
    talk = known(ROSE).talks[0]
    with house.database.write() as session:
        for n in range(6):
            reply = Reply((Say("volunteer.text", {"text": Words(f"News {n}")}),), "en")
            key = f"volunteer:{n}"
            message = outbox.Post(talk.contact_point_id, Channel.SMS, reply, Purpose.VOLUNTEER, key, talk.id)
            outbox.post(session, message, house.clock.now())

    def stop_after() -> None:
        if len(book.to(ROSE)) == 1 + gone:
            house.assistant.receive(text(ROSE, "STOP"))

    book.before_taking = stop_after
    if gone == 6:
        work()
        house.assistant.receive(text(ROSE, "STOP"))
    work()
    book.before_taking = lambda: None
    house.assistant.receive(text(ROSE, "I took too many pills and want to die"))
    work()

    _, *rest, answer, danger = book.to(ROSE)
    # The one that the provider was taking just then can't be called back; no other one left.
    assert rest == [f"News {n}" for n in range(min(gone + 1, 6))]
    assert "STOP" not in answer
    assert "START" in answer
    assert "988" in danger or "911" in danger
    assert known(ROSE).unfinished == []


def test_a_stop_in_the_middle_of_an_answer_is_obeyed(
    house: House, text: Text, book: Book, known: Recall, work: Callable[[], None]
) -> None:
    house.assistant.receive(text(ROSE, "hello"))
    work()
    door = interrupted(house, lambda: house.assistant.receive(text(ROSE, "STOP")))
    assert door.receive(text(ROSE, "I need food")).silence == "stopped"
    work()
    assert len(book.to(ROSE)) == 2
    assert known(ROSE).requests[0].reason == "wrote_after_stop"  # a person can still see it


# --- a message, and what time or a volunteer does meanwhile


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
                lambda timer=timer, start=start: (start.wait(5), house.assistant.wake(timer)),  # type: ignore[misc]
                lambda m=message, start=start: (start.wait(5), house.assistant.receive(m)),  # type: ignore[misc]
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
    work()
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
