"""The main journey: a clumsy text becomes a service, a person, an answer, and the question whether it helped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from core.db.models.help_request import FollowUpAnswer, Outcome, Reason, Status
from tests.fakes import FakeProviders
from tests.journeys.conftest import Desk, Phone

Passes = Callable[[timedelta], None]


def test_rose_asks_for_lunch_and_gets_it(rose: Phone, desk: Desk, time_passes: Passes) -> None:
    assert "Where are you?" in rose.text("wot day dus the lunch club meat")

    offer = rose.offer("mill street")
    assert "Phone: 202-555-01" in offer
    assert rose.asks(1, "we call them for you") in offer
    assert rose.asks(0, "a person") in offer

    consent = rose.text("1")
    told = "what you need: " if rose.lists else "your phone number and what you need: "  # a chat tells no number
    assert f"We tell them {told}" in consent

    promise = rose.text("yes")
    assert "A person will answer you soon." in promise
    (waiting,) = desk.waiting()
    assert waiting.reason is Reason.REFERRAL
    assert waiting.need_code == "food.meals"
    assert waiting.reference in promise

    assert desk.claim(waiting).won
    page = desk.page(waiting)
    assert page.address == rose.number
    assert "wot day dus the lunch club meat" in page.words
    assert page.consent_words == "yes"
    assert len(page.referrals) == 1

    desk.reply(waiting, "The lunch club meets on Tuesday at 12. They keep you a seat.")
    assert rose.inbox[-1] == rose.from_vera("The lunch club meets on Tuesday at 12. They keep you a seat.")

    desk.close(waiting, Outcome.GOT_HELP)
    time_passes(timedelta(days=3))
    question = rose.inbox[-1]
    assert "Did you get it?" in question
    assert "lunch" not in question.casefold()

    assert "We are glad." in rose.text("1")
    assert desk.page(waiting).row.follow_up is FollowUpAnswer.YES


def test_no_reopens_the_same_request(rose: Phone, desk: Desk, time_passes: Passes) -> None:
    rose.text("0")
    (waiting,) = desk.waiting()
    desk.claim(waiting)
    desk.close(waiting, Outcome.GOT_HELP)
    time_passes(timedelta(days=3))

    answer = rose.text("no")

    assert "It is open again." in answer
    assert waiting.reference in answer
    (again,) = desk.waiting()
    assert again.id == waiting.id


def test_partly_asks_whether_a_person_goes_on(rose: Phone, desk: Desk, time_passes: Passes) -> None:
    rose.text("0")
    (waiting,) = desk.waiting()
    desk.claim(waiting)
    desk.close(waiting, Outcome.PARTLY)
    time_passes(timedelta(days=3))

    assert "Do you want a person to help with the rest?" in rose.text("2")
    assert desk.waiting() == []
    rose.text("1")

    assert [row.id for row in desk.waiting()] == [waiting.id]
    assert desk.page(waiting).row.follow_up is FollowUpAnswer.PARTLY


def test_silence_after_the_question_brings_a_call(rose: Phone, desk: Desk, time_passes: Passes) -> None:
    rose.text("0")
    (waiting,) = desk.waiting()
    desk.claim(waiting)
    desk.close(waiting, Outcome.GOT_HELP)

    time_passes(timedelta(days=5, hours=2))

    (again,) = desk.waiting()
    assert again.id == waiting.id
    assert "call_wanted" in [event.kind for event in desk.page(again).events]


def test_the_question_waits_for_the_morning(rose: Phone, desk: Desk, time_passes: Passes) -> None:
    rose.text("0")
    (waiting,) = desk.waiting()
    time_passes(timedelta(hours=13))  # 23:00
    desk.claim(waiting)
    desk.close(waiting, Outcome.GOT_HELP)
    before = len(rose.inbox)

    time_passes(timedelta(days=3))  # due at 23:00
    assert len(rose.inbox) == before
    time_passes(timedelta(hours=10))
    assert "Did you get it?" in rose.inbox[-1]


def test_while_vera_holds_it_the_assistant_is_silent_but_for_one_word(rose: Phone, desk: Desk) -> None:
    rose.text("i want a person")
    (waiting,) = desk.waiting()
    desk.claim(waiting)

    seen = "The person who helps you will see this."
    assert seen in rose.text("it is about my boiler")
    again = rose.text("hello?")
    assert seen in again if rose.calls else again == ""  # on the line nobody meets silence
    desk.reply(waiting, "I am here.")
    assert seen in rose.text("thank you")

    said = [line.text for line in desk.page(waiting).lines if line.speaker == "resident"]
    any_time = ["1"] if rose.calls else []  # a caller was asked when to call back
    assert said == ["i want a person", *any_time, "it is about my boiler", "hello?", "thank you"]


def test_vera_reads_what_we_said_beside_what_rose_said(rose: Phone, desk: Desk) -> None:
    rose.text("i need a hot meal")
    rose.text("0")
    (waiting,) = desk.waiting()
    desk.claim(waiting)

    talk = desk.page(waiting).lines
    assert {"i need a hot meal", "0"} <= {line.text for line in talk if line.speaker == "resident"}
    assert {"place.ask", "person.soon"} <= {say.key for line in talk if line.reply for say in line.reply.say}


def test_even_then_danger_and_stop_are_answered(rose: Phone, desk: Desk) -> None:
    rose.text("0")
    (waiting,) = desk.waiting()
    desk.claim(waiting)

    assert "911" in rose.text("i have chest pain and cant breathe")
    assert "You will get no more texts" in rose.text("alto")


def test_two_misses_in_a_row_bring_a_person(rose: Phone, desk: Desk) -> None:
    rose.text("well it is the thing with the whatsit")
    answer = rose.text("you know the other one like before")

    assert "A person will answer you soon." in answer
    (waiting,) = desk.waiting()
    assert waiting.reason is Reason.NOT_UNDERSTOOD


def test_out_of_hours_rose_hears_when_a_person_answers(rose: Phone, time_passes: Passes) -> None:
    time_passes(timedelta(hours=9))  # 19:00

    assert "A person will answer you tomorrow at 9 AM." in rose.text("0")


def test_a_second_wish_for_a_person_joins_the_first(rose: Phone, desk: Desk) -> None:
    first = rose.text("0")
    second = rose.text("can i talk to somebody")

    (waiting,) = desk.waiting()
    assert waiting.reference in first
    assert waiting.reference in second


def test_another_service_then_no_more_then_a_person(rose: Phone, desk: Desk) -> None:
    rose.text("lunch club near mill street please")
    seen = set()
    for _ in range(12):
        answer = rose.text("2")
        if "That is all we have" in answer:
            break
        seen.add(answer.splitlines()[0])
    assert len(seen) >= 2
    assert rose.asks(1, "a person looks for you") in answer

    assert "A person will answer you soon." in rose.text("1")
    (waiting,) = desk.waiting()
    assert waiting.reason is Reason.NOTHING_FOUND
    assert waiting.status is Status.OPEN


def test_the_duty_contact_hears_of_long_waits(rose: Phone, time_passes: Passes, providers: FakeProviders) -> None:
    rose.text("0")
    time_passes(timedelta(hours=1))

    assert providers.sms
    (told,) = providers.sms.to("+12025550198")
    assert "has waited since today at 10 AM" in told
