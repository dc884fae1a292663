"""Two things at the same moment: one of them is first, and the other one knows."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
import sqlalchemy as sa

from app.wiring import House
from core.assistant.snapshot import Snapshot
from core.assistant.thinking import Mind, Thought
from core.conversation.decision import AttachToRequest
from core.db.models.help_request import HelpRequest, HelpRequestEvent
from core.db.models.outgoing import Purpose
from core.helpdesk import operations
from core.helpdesk.events import EventKind
from core.messages import Channel, Inbound, Reply, Say, Words
from core.outbox import operations as outbox
from tests.faults.conftest import NUMBERS, AddVolunteer, Book, Recall, Text
from tests.faults.dying import at_once
from tests.faults.moments import Interrupted, all_at_once, interrupted

ROSE = NUMBERS[0]
A_PERSON = "0"


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


@pytest.mark.parametrize("count", [2, 12])
def test_messages_of_one_new_phone_at_the_same_moment_are_all_kept_and_answered(
    house: House, text: Text, known: Recall, work: Callable[[], None], book: Book, count: int
) -> None:
    all_have_thought = threading.Barrier(count)
    words = ["hello", "I need food", "thank you", A_PERSON]
    messages = [text(ROSE, words[n % 4]) for n in range(count)]
    doors = [interrupted(house, lambda: all_have_thought.wait(timeout=20)) for _ in messages]
    all_at_once([partial(door.receive, m) for door, m in zip(doors, messages, strict=True)])
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


class Poisoned:
    """A mind whose decisions can be made but not written down."""

    def __init__(self, mind: Mind) -> None:
        self._mind = mind

    def think(self, inbound: Inbound, known: Snapshot) -> tuple[Thought, str]:
        thought, reference = self._mind.think(inbound, known)
        nowhere = replace(thought.decision, effects=(AttachToRequest(uuid.uuid4()),))
        return replace(thought, decision=nowhere), reference


def test_messages_that_can_not_be_answered_are_parked_each_once_though_they_come_at_once(
    house: House, text: Text, known: Recall, work: Callable[[], None], book: Book
) -> None:
    all_have_thought = threading.Barrier(6)
    poisoned = cast(Mind, Poisoned(house.assistant.mind))
    minds = [Interrupted(poisoned, lambda: all_have_thought.wait(timeout=20)) for _ in range(6)]
    doors = [replace(house.assistant, mind=cast(Any, mind)) for mind in minds]
    all_at_once([partial(door.receive, text(ROSE, "hello")) for door in doors])
    work()
    rose = known(ROSE)
    assert [m.parked for m in rose.inbound] == [True] * 6
    assert len(rose.requests) == len(book.to(ROSE)) == 6


# --- STOP


@pytest.mark.parametrize("gone", [0, 2, 3, 6])
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

    if gone == 6:
        work()
        house.assistant.receive(text(ROSE, "STOP"))
    else:
        book.before_taking = stop_after
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
