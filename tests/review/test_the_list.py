"""The review list on both databases: kept once, decided once, learnt once, and forgotten in time."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models.review import Cause, ReviewItem, Verdict
from core.db.models.volunteer import Role
from core.helpdesk.volunteers import add_volunteer
from core.review.deidentify import Anonymous, Known, anonymous
from core.review.operations import (
    KEPT_ONCE_DECIDED,
    NO_NEED,
    WAITS_AT_MOST,
    Heard,
    approve,
    discard,
    forget_old,
    keep,
    mark_taken,
)
from core.review.queries import PAGE_ROWS, Lesson, approved, learning, waiting, waiting_count
from tests.fakes import StandingClock

DAY = timedelta(days=1)


class Coordinator:
    """Cora, and the list she works on."""

    def __init__(self, database: Database, clock: StandingClock) -> None:
        self.database, self.clock = database, clock
        with database.write() as session:
            self.id = add_volunteer(session, "cora", "Cora", "a-long-password", Role.COORDINATOR, clock.now())

    def hears(self, words: str, language: str = "en", cause: Cause = Cause.UNKNOWN) -> uuid.UUID | None:
        """Words come in: gives the id they wait under; None where they were not kept."""
        heard = Heard(Anonymous(words), language, cause, None, None)
        with self.database.write() as session:
            kept = keep(session, heard, self.clock.now())
        with self.database.read() as session:
            found = session.scalar(sa.select(ReviewItem.id).where(ReviewItem.text == words))
        return found if kept else None

    def approves(self, item_id: uuid.UUID | None, text: str, label: str) -> bool:
        assert item_id
        with self.database.write() as session:
            return approve(session, item_id, text, label, self.id, self.clock.now())

    def discards(self, item_id: uuid.UUID | None) -> bool:
        assert item_id
        with self.database.write() as session:
            return discard(session, item_id, self.id, self.clock.now())

    def taken(self) -> tuple[Lesson, ...]:
        """A retraining takes in what is approved."""
        with self.database.write() as session:
            lessons = approved(session)
            mark_taken(session, [lesson.id for lesson in lessons], self.clock.now())
        return lessons

    def time_passes(self, by: timedelta) -> set[str]:
        """Gives the texts that are still there."""
        self.clock.forward(by)
        with self.database.write() as session:
            forget_old(session, self.clock.now())
        with self.database.read() as session:
            return set(session.scalars(sa.select(ReviewItem.text)))


@pytest.fixture
def cora(database: Database, clock: StandingClock) -> Coordinator:
    return Coordinator(database, clock)


def test_the_same_words_are_kept_once_waiting_or_decided(cora: Coordinator) -> None:
    first = cora.hears("the gubbins is kaput")
    assert cora.hears("the gubbins is kaput") is None
    assert cora.hears("the gubbins is kaput", "es") is not None, "in another language they may mean something else"
    cora.discards(first)
    assert cora.hears("the gubbins is kaput") is None


def test_two_who_write_the_same_at_the_same_moment_are_kept_once_and_both_answered(cora: Coordinator) -> None:
    words, start = anonymous("the gubbins is kaput", Known()), threading.Barrier(4)
    assert words
    kept: list[bool] = []

    def receive() -> None:
        start.wait()
        with cora.database.write() as session:
            kept.append(keep(session, Heard(words, "en", Cause.UNKNOWN, None, None), cora.clock.now()))

    threads = [threading.Thread(target=receive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == [False, False, False, True]


def test_what_a_coordinator_left_of_the_text_is_what_is_learnt(cora: Coordinator) -> None:
    item = cora.hears("rose says the gubbins is kaput")
    other = cora.hears("what is the meaning of life")
    cora.hears("not looked at yet")
    assert cora.approves(item, "the gubbins is kaput", "home.repair")
    cora.clock.forward(DAY)
    assert cora.approves(other, "what is the meaning of life", NO_NEED)
    lessons = cora.taken()
    assert [(one.text, one.language, one.label) for one in lessons] == [
        ("the gubbins is kaput", "en", "home.repair"),
        ("what is the meaning of life", "en", "unknown"),
    ]
    assert cora.taken() == (), "each is learnt once"


def test_the_page_counts_what_is_to_be_learnt_and_knows_when_it_was(cora: Coordinator) -> None:
    item = cora.hears("the gubbins is kaput")
    cora.approves(item, "the gubbins is kaput", "home.repair")
    with cora.database.read() as session:
        before = learning(session)
    cora.taken()
    with cora.database.read() as session:
        after = learning(session)
    assert (before.approved, before.last_taken_at) == (1, None)
    assert (after.approved, after.last_taken_at) == (0, cora.clock.now())


def test_of_two_coordinators_the_first_decides(cora: Coordinator) -> None:
    item = cora.hears("the gubbins is kaput")
    assert cora.approves(item, "the gubbins is kaput", "home.repair")
    assert not cora.discards(item)
    assert not cora.approves(item, "something else", "food.meals")
    assert [lesson.label for lesson in cora.taken()] == ["home.repair"]


def test_a_text_that_becomes_one_we_have_is_one_lesson(cora: Coordinator) -> None:
    cora.hears("the gubbins is kaput")
    item = cora.hears("rose says the gubbins is kaput")
    assert cora.approves(item, "the gubbins is kaput", "home.repair")
    assert [lesson.label for lesson in cora.taken()] == ["home.repair"]
    with cora.database.read() as session:
        assert waiting_count(session) == 0
        assert session.scalars(sa.select(ReviewItem.verdict)).one() is Verdict.APPROVED


def test_the_oldest_come_first_a_page_at_a_time_and_can_be_filtered(cora: Coordinator) -> None:
    for number in range(PAGE_ROWS + 1):
        cora.hears(f"words no. {'x' * number}", "es" if number == 3 else "en")
        cora.clock.forward(timedelta(minutes=1))
    cora.hears("caliente", "es", Cause.CORRECTED)
    with cora.database.read() as session:
        first, second = waiting(session), waiting(session, number=2)
        beyond = waiting(session, number=99)
        spanish = waiting(session, language="es", cause=Cause.CORRECTED)
    assert [item.text for item in first.items][:2] == ["words no. ", "words no. x"]
    assert len(first.items) == PAGE_ROWS
    assert [item.text for item in second.items] == ["words no. " + "x" * PAGE_ROWS, "caliente"]
    assert (second.count, second.pages) == (PAGE_ROWS + 2, 2)
    assert beyond == second
    assert [item.text for item in spanish.items] == ["caliente"]


def test_nothing_is_kept_for_longer_than_it_is_of_use(cora: Coordinator) -> None:
    names = ("waits", "discarded", "learnt", "approved")
    items = {name: cora.hears(name) for name in names}
    cora.discards(items["discarded"])
    cora.approves(items["learnt"], "learnt", "food.meals")
    cora.taken()
    cora.approves(items["approved"], "approved", "food.meals")
    assert cora.time_passes(WAITS_AT_MOST) == set(names)
    assert cora.time_passes(DAY) == {"discarded", "learnt", "approved"}
    assert cora.time_passes(KEPT_ONCE_DECIDED - WAITS_AT_MOST - DAY) == {"discarded", "learnt", "approved"}
    assert cora.time_passes(DAY) == {"approved"}, "what nobody has taken yet waits for its retraining"


def test_a_row_leads_back_to_nobody() -> None:
    linked = {key.column.table.name for column in sa.inspect(ReviewItem).columns for key in column.foreign_keys}
    assert linked == {"volunteer"}, "only who decided"
