"""One number that never stops: all is kept, answers have an end, and nobody else waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.worker import Worker
from core.conversation.consent import ANSWERED_AN_HOUR
from tests.fakes import StandingClock
from tests.faults.conftest import NUMBERS, Book, Post, Recall

FLOODER, ROSE = NUMBERS[:2]


def test_a_flood_is_kept_but_not_answered_for_ever_and_harms_nobody(
    post: Post, known: Recall, book: Book, worker: Worker, work: Callable[[], None], clock: StandingClock
) -> None:
    for _ in range(70):
        assert post(FLOODER, "hello").status_code == 200
        clock.forward(timedelta(seconds=30))
    assert post(ROSE, "I need food").status_code == 200
    for _ in range(20):
        worker.run_once()
        if book.to(ROSE):
            break
    assert len(book.to(ROSE)) == 1
    work()
    assert len(known(FLOODER).inbound) == 70
    assert ANSWERED_AN_HOUR <= len(book.to(FLOODER)) < 70

    post(FLOODER, "There is a fire in my kitchen")
    work()
    assert "911" in book.to(FLOODER)[-1]
    assert known(FLOODER).requests[-1].urgency == "emergency"

    post(FLOODER, "STOP")
    clock.forward(timedelta(hours=2))
    post(FLOODER, "START")
    work()
    answers = len(book.to(FLOODER))
    post(FLOODER, "I need food")  # an hour of peace, and they are answered like everybody else
    work()
    assert len(book.to(FLOODER)) == answers + 1


def test_a_new_emergency_leaves_before_all_other_answers(
    post: Post, book: Book, worker: Worker, clock: StandingClock
) -> None:
    for number in NUMBERS[2:30]:
        post(number, "hello")
    clock.forward(timedelta(minutes=1))
    post(ROSE, "I took too many pills and want to die")
    worker.run_once()
    assert ROSE in [page.address for page in book.pages()]
