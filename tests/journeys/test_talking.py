"""How a talk goes: one question at a time, any wording, a change of mind, two needs, another language."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.wiring import House
from core.contacts import add_resident
from core.db.models.contact_point import ContactPoint, Relation
from core.db.models.conversation import Question
from core.db.models.directory import ServiceNeed
from core.db.models.help_request import Outcome, Reason, UnmetCause, UnmetNeed
from core.helpdesk.opening import TakenDown, take_down
from tests.fakes import StandingClock
from tests.journeys.conftest import Desk, Phone, by_number

Passes = Callable[[timedelta], None]


@pytest.mark.parametrize("answer", ["1", "one", "call them", "please call them for me", "CALL THEM", "1."])
def test_digits_and_words_answer_alike(rose: Phone, answer: str) -> None:
    rose.text("i need someone to do my food shopping")
    rose.text("11 mill street")
    assert "what you need: " in rose.text(answer)


@pytest.mark.parametrize("answer", ["2", "another", "anuther one", "something else"])
def test_another_is_another(rose: Phone, answer: str) -> None:
    rose.text("lunch club please")
    first = rose.text("mill street")
    second = rose.text(answer)
    assert "Phone:" in second
    assert first.splitlines()[0] != second.splitlines()[0]


def test_not_knowing_where_one_is_is_fine(rose: Phone) -> None:
    rose.text("i need a hot meal")
    assert "Phone:" in rose.text("dont know")


def test_a_place_nobody_knows_is_said_and_the_whole_town_searched(rose: Phone) -> None:
    rose.text("i need a hot meal")
    answer = rose.text("zanzibar crossing")
    assert "We do not know that place" in answer
    assert "Phone:" in answer


def test_a_place_in_the_first_message_is_not_asked_again(rose: Phone) -> None:
    assert "Phone:" in rose.text("is there a lunch club near mill street")


def test_the_place_is_remembered_for_the_next_need(rose: Phone) -> None:
    rose.text("is there a lunch club near mill street")
    assert "Where are you?" not in rose.text("i also need a dentist")


def test_nothing_is_passed_on_without_a_yes(rose: Phone, desk: Desk) -> None:
    rose.offer("lunch club near mill street")
    rose.text("1")
    answer = rose.text("no")
    assert "we tell no one" in answer
    assert "Phone:" in answer
    assert desk.waiting() == []


def test_a_stale_yes_passes_nothing_on(rose: Phone, desk: Desk, time_passes: Passes) -> None:
    rose.offer("lunch club near mill street")
    rose.text("1")
    time_passes(timedelta(hours=3))
    rose.text("yes")
    assert not [row for row in desk.waiting() if row.reason is Reason.REFERRAL]


def test_changing_ones_mind_in_the_middle(rose: Phone) -> None:
    rose.text("lunch club near mill street")
    answer = rose.text("actually i need a dentist")
    assert "Phone:" in answer
    assert "dent" in answer.casefold()


def test_changing_ones_mind_when_asked_for_the_place(rose: Phone) -> None:
    rose.text("i need a hot meal")
    assert "A person will answer you soon." in rose.text("no i want to talk to a person")


def test_zero_is_a_person_at_any_time(rose: Phone, desk: Desk) -> None:
    rose.text("i need a hot meal")
    assert "A person will answer you soon." in rose.text("0")
    (waiting,) = desk.waiting()
    assert waiting.need_code == "food.meals"
    assert waiting.reason is Reason.ASKED_FOR_PERSON


def test_a_number_that_was_not_offered_is_asked_for_again_once(rose: Phone) -> None:
    rose.offer("lunch club near mill street")
    again = rose.text("5")
    assert rose.either("Please send one of these numbers.", "Please press one of these keys.") in again
    assert rose.asks(1, "we call them for you") in again
    assert "what you need: " in rose.text("1")


def test_two_needs_in_one_message_are_both_served(rose: Phone) -> None:
    rose.text("need a ramp for the chair and someone to read my letters to me")
    answer = rose.text("mill street")
    numbers = set(re.findall(r"202-555-01\d\d", answer))
    assert len(numbers) == (0 if rose.calls else 2)  # a caller is told the number of the one they choose
    assert rose.asks(1) in answer
    assert rose.asks(2) in answer

    rose.offer("1")
    rose.text("1")
    done = rose.text("yes")
    assert "You also asked about this" in done
    assert "Phone:" in rose.text("yes")


def test_no_match_is_said_noted_and_a_person_offered(rose: Phone, desk: Desk, house: House) -> None:
    with house.database.write() as session:
        session.execute(sa.delete(ServiceNeed).where(ServiceNeed.need_code == "health.dental"))
    answer = rose.text("i need a dentist near mill street")
    assert "we know of no one near you" in answer
    assert rose.asks(1, "a person looks for you") in answer
    with house.database.read() as session:
        unmet = session.scalars(sa.select(UnmetNeed)).one()
    assert (unmet.need_code, unmet.cause) == ("health.dental", UnmetCause.NO_SERVICE)

    rose.text("1")
    (waiting,) = desk.waiting()
    assert waiting.reason is Reason.NOTHING_FOUND


def test_a_report_goes_to_whoever_must_see_to_it(rose: Phone, desk: Desk) -> None:
    assert "Where is it?" in rose.text("the street light is broken")
    answer = rose.text("elm hill")
    (waiting,) = desk.waiting()
    assert waiting.reason is Reason.REPORT
    assert waiting.need_code == "street.repair"
    assert waiting.reference in answer
    assert "We will tell" in answer
    assert desk.page(waiting).responsible_body
    assert desk.page(waiting).responsible_body in answer
    assert waiting.place


def test_a_shared_phone_is_asked_whom_it_is_for(rose: Phone, house: House, clock: StandingClock, desk: Desk) -> None:
    rose.text("hello")
    with house.database.write() as session:
        contact = session.scalars(sa.select(ContactPoint)).one()
        add_resident(session, contact.id, "Rose's husband", Relation.SHARED, clock.now())
    assert "Is this for you or for someone else?" in rose.text("lunch club near mill street")
    assert "Phone:" in rose.offer("someone else")
    assert "Does the person who needs it say yes?" in rose.text("1")
    rose.text("yes")
    (waiting,) = desk.waiting()
    assert desk.page(waiting).for_whom == "other"


@pytest.mark.parametrize(
    ("words", "hello"), [("necesito comida caliente", "¿Dónde está usted?"), ("我想有人送饭", "您在哪一带")]
)
def test_the_language_is_heard_and_remembered(phone: Callable[[str], Phone], words: str, hello: str) -> None:
    resident = phone("0184")
    assert hello in resident.text(words)
    after = resident.text("1")  # one digit says no language
    assert "Phone" not in after
    assert "Tel.:" in after or "电话：" in after


def test_the_language_is_switched_on_request(rose: Phone) -> None:
    rose.text("hello")
    changed = rose.either("Bien, ahora le escribimos en español.", "De acuerdo, en español.")
    assert changed in rose.text("en español por favor")
    assert "una persona" in rose.text("0")


def test_three_languages_are_offered_when_none_was_named(rose: Phone) -> None:
    answer = rose.text("can i have another language")
    assert rose.asks(1, "English") in answer
    assert rose.asks(3, "Español", "es") in answer
    assert rose.either("ahora le escribimos en español", "Diga con sus palabras qué necesita.") in rose.text("3")


def test_again_repeats_and_keeps_the_question(rose: Phone) -> None:
    offer = rose.offer("lunch club near mill street")
    assert rose.text("can you say that again please") == offer
    assert "what you need: " in rose.text("1")


def test_thanks_and_greetings_get_a_kind_word(rose: Phone) -> None:
    assert "Hello, this is Handrail." in rose.text("good morning")
    assert "You are welcome." in rose.text("thank you so much")


def test_status_and_cancel(rose: Phone, desk: Desk) -> None:
    assert "You have no open request" in rose.text("what is happening with my request")
    rose.text("0")
    (waiting,) = desk.waiting()
    assert waiting.reference in rose.text("any news about my request")
    assert "Shall we close your request" in rose.text("please forget my request i dont need it any more")
    assert "is closed" in rose.text("1")
    assert desk.waiting() == []


def test_only_one_question_is_open_at_a_time(rose: Phone, house: House) -> None:
    rose.text("i need a hot meal")
    rose.text("dont know")
    rose.text("2")
    rose.text("i need a dentist")
    with house.database.read() as session:
        still_open = session.scalars(
            sa.select(Question).where(Question.answered_at.is_(None), Question.superseded_at.is_(None))
        ).all()
    assert len(still_open) == 1


def test_a_crowded_out_follow_up_is_asked_again(rose: Phone, desk: Desk, time_passes: Passes) -> None:
    rose.text("0")
    (waiting,) = desk.waiting()
    desk.claim(waiting)
    desk.close(waiting, Outcome.GOT_HELP)
    time_passes(timedelta(days=3))
    assert "Did you get it?" in rose.inbox[-1]
    rose.text("i need a dentist near mill street")

    time_passes(timedelta(days=1, hours=1))

    assert "Did you get it?" in rose.inbox[-1]
    assert "We are glad." in rose.text("1")


def test_a_street_said_the_spanish_way_is_found(phone: Callable[[str], Phone]) -> None:
    carmen = phone("0183")
    carmen.text("no tengo comida en casa")
    answer = carmen.text("calle mill")
    assert "Tel.:" in answer
    assert "No conocemos ese lugar" not in answer


def test_a_street_nobody_knows_is_a_place_and_no_report_of_a_broken_one(phone: Callable[[str], Phone]) -> None:
    carmen = phone("0183")
    carmen.text("no tengo comida en casa")
    answer = carmen.text("calle larga")
    assert "No conocemos ese lugar" in answer
    assert "Tel.:" in answer


@by_number
def test_a_visitor_with_roses_number_makes_it_a_shared_phone(rose: Phone, house: House, desk: Desk) -> None:
    for name in ("Rose", "Tom"):
        form = TakenDown(uuid.uuid4(), name, rose.number, "home.repair", "", "The tap drips", "en", "", "yes", False)
        with house.database.write() as session:
            take_down(session, house.desk, form, desk.volunteer_id, house.rng, house.clock.now())
    assert "Is this for you or for someone else?" in rose.text("lunch club near mill street")


def test_somebody_who_writes_none_of_our_languages_gets_a_person_who_knows_which_it_is(
    phone: Callable[[str], Phone], desk: Desk
) -> None:
    linh = phone("0184")
    linh.text("tôi cần người giúp đỡ nấu ăn")
    [waiting] = desk.waiting()
    assert (waiting.reason, waiting.language, waiting.written_in) == (Reason.LANGUAGE, "en", "vi")
