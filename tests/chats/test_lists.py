"""What a chat can show at once: up to three services with their maps, and the nearest ones to a shared position."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.wiring import House
from core.db.models.directory import Service, ServiceNeed
from core.db.models.help_request import Reason, UnmetNeed
from core.messages import Reply, reply_from_json, reply_to_json
from tests.chats.conftest import Person
from tests.fakes import StandingClock
from tests.journeys.conftest import Desk

HARBOUR, ELM_HILL = (41.8783, -72.4075), (41.9000, -72.3862)


def labels(person: Person, reply: Reply) -> list[str]:
    return person.read(reply).splitlines()[-len(reply.expects.choices) :]


@pytest.fixture
def listed(mei: Person) -> Reply:
    """The first answer to a wish for meals, near Mill Street."""
    mei.does(about="food.meals")
    return mei.does(text="mill street")


def test_three_services_stand_in_one_answer_each_with_phone_and_hours(mei: Person, listed: Reply) -> None:
    first, second, third, question, *_ = mei.read(listed).splitlines()
    for line in (first, second, third):
        assert "202-555-" in line
        assert "Open" in line
    assert question == "Which one do you want to know more about?"
    assert [choice.number for choice in listed.expects.choices] == [1, 2, 3]
    assert listed.expects.person
    assert first.startswith(labels(mei, listed)[0].removeprefix("1: "))


def test_each_is_on_the_map_with_its_phone(listed: Reply) -> None:
    assert len(listed.venues) == 3
    for venue in listed.venues:
        assert venue.name
        assert "Larkfield" in venue.address
        assert 41 < venue.latitude < 42
        assert -73 < venue.longitude < -72
        assert venue.phone


def test_a_stored_answer_keeps_its_maps_and_one_from_before_there_were_any_can_be_read(listed: Reply) -> None:
    stored = reply_to_json(listed)
    assert reply_from_json(stored) == listed
    del stored["venues"]
    assert reply_from_json(stored).venues == ()


def test_the_one_they_pick_is_told_whole_and_can_be_called_for_them(mei: Person, desk: Desk, listed: Reply) -> None:
    second = labels(mei, listed)[1].removeprefix("2: ")
    told = mei.presses(2)
    assert told.startswith(second)
    assert "Address:" in told
    assert "1: we call them for you\n2: another one" in told
    asked = mei.presses(1)
    assert "We tell them what you need: meals." in asked
    assert "your phone" not in asked  # we don't know one
    assert f"We will call {second}" in mei.writes("yes")
    assert [row.reason for row in desk.waiting()] == [Reason.REFERRAL]


def test_a_picked_one_is_not_shown_on_the_map_a_second_time(mei: Person, listed: Reply) -> None:
    assert mei.does(digits="1").venues == ()


def test_its_name_picks_it_as_well(mei: Person, listed: Reply) -> None:
    third = labels(mei, listed)[2].removeprefix("3: ")
    assert mei.writes(third.lower()).startswith(third)


def test_another_one_after_a_pick_may_be_one_of_the_same_list(mei: Person, listed: Reply) -> None:
    names = [label[3:] for label in labels(mei, listed)]
    mei.presses(1)
    again = mei.does(digits="2")
    shown = [label[3:] for label in labels(mei, again)]
    assert names[0] not in shown
    assert set(names[1:]) <= set(shown)


@pytest.mark.parametrize("said", ["another", "no", "something else"])
def test_none_of_them_brings_what_else_there_is(mei: Person, listed: Reply, said: str) -> None:
    names = {label[3:] for label in labels(mei, listed)}
    other = mei.writes(said)
    assert not any(name in other for name in names)
    assert "202-555-" in other or "That is all we have" in other


def test_when_there_is_no_more_a_person_looks_for_them(mei: Person, house: House, listed: Reply) -> None:
    for _ in range(5):
        said = mei.writes("another")
        if "That is all we have" in said:
            break
    assert "1: a person looks for you" in said
    with house.database.read() as session:
        assert session.scalars(sa.select(UnmetNeed)).one().need_code == "food.meals"


def test_a_digit_that_is_on_no_button_is_asked_for_again(mei: Person, listed: Reply) -> None:
    assert "Please send one of these numbers" in mei.writes("7")
    assert mei.presses(3).startswith(labels(mei, listed)[2][3:])


def test_a_service_that_is_gone_when_they_pick_it_leads_to_the_others(mei: Person, house: House, listed: Reply) -> None:
    gone = labels(mei, listed)[0][3:]
    with house.database.write() as session:
        service = session.scalars(sa.select(Service).where(Service.name == gone)).one()
        service.status = "inactive"
    assert "202-555-" in mei.presses(1)


def test_where_there_is_one_service_only_it_is_told_at_once_with_its_map(
    mei: Person, house: House, listed: Reply
) -> None:
    with house.database.write() as session:
        others = sa.select(ServiceNeed.service_id).where(ServiceNeed.need_code == "food.meals")
        keep = labels(mei, listed)[0][3:]
        session.execute(
            sa.update(Service).where(Service.id.in_(others), Service.name != keep).values(status="inactive")
        )
    told = mei.does(about="food.meals")
    assert mei.read(told).startswith(keep)
    assert "1: we call them for you" in mei.read(told)
    assert [venue.name for venue in told.venues] == [keep]


def test_on_an_old_phone_it_is_one_service_at_a_time_and_no_map(old_phone: Person) -> None:
    old_phone.does(about="food.meals")
    told = old_phone.does(text="mill street")
    assert "2: another one" in old_phone.read(told)
    assert told.venues == ()


def test_a_shared_position_answers_where_are_you_and_the_nearest_comes_first(mei: Person) -> None:
    asked = mei.does(about="food.groceries")
    assert asked.expects.free == "place"
    listed = mei.is_at(*HARBOUR)
    assert (listed.venues[0].name, listed.venues[0].latitude) == ("Free Food Parcels", HARBOUR[0])


def test_the_request_says_in_words_where_they_are(mei: Person, desk: Desk) -> None:
    mei.does(about="food.groceries")
    mei.is_at(*HARBOUR)
    mei.presses(0)
    (row,) = desk.waiting()
    assert row.place
    page = desk.page(row)
    assert any(line.location and line.location.latitude == HARBOUR[0] for line in page.lines)


def test_a_position_while_a_list_is_open_sorts_it_anew(mei: Person) -> None:
    mei.does(about="food.groceries")
    mei.does(text="not sure")
    there, here = mei.is_at(*ELM_HILL), mei.is_at(*HARBOUR)
    assert there.venues != here.venues
    assert {venue.name for venue in there.venues} & {venue.name for venue in here.venues}


def test_a_position_with_nothing_asked_yet_is_remembered(mei: Person) -> None:
    answer = mei.is_at(*HARBOUR)
    assert mei.read(answer) == "Thank you, now we know where you are.\nWhat do you need? Say it in your own words."
    assert "Where are you?" not in mei.read(mei.does(about="food.groceries"))


def test_a_position_beside_a_question_that_must_be_answered_leaves_it_open(mei: Person, desk: Desk) -> None:
    mei.does(about="safety.abuse")
    asked = mei.read(mei.is_at(*HARBOUR))
    assert asked.startswith("Thank you, now we know where you are.\nAre you the only one who reads this phone?")
    assert desk.waiting() == []


def test_in_danger_a_position_goes_to_those_who_help(mei: Person, desk: Desk) -> None:
    mei.writes("my husband can not breathe")
    assert "Call 911" in mei.read(mei.is_at(*HARBOUR))
    (row,) = desk.waiting()
    assert [line.location.latitude for line in desk.page(row).lines if line.location] == [HARBOUR[0]]


def test_far_from_town_a_position_still_gets_an_answer(mei: Person) -> None:
    mei.does(about="food.groceries")
    assert mei.read(mei.is_at(-33.86, 151.21))


def test_after_two_days_the_list_is_no_matter_any_more(mei: Person, clock: StandingClock, listed: Reply) -> None:
    clock.forward(timedelta(days=3))
    assert "we call them for you" not in mei.presses(1)
