"""What they say of the person counts in the search: an age, that they can't go out. It is never asked for."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.wiring import House
from core.db.models import Service
from core.db.models.help_request import UnmetCause, UnmetNeed
from tests.journeys.conftest import CALL, Desk, Phone

FOR_OLDER_PEOPLE = ("Hot Meals at Home", "Elm Hill Lunch Club", "Lantern Hall Lunch")
"""Of the sample community, for people of 60 and over."""


@pytest.fixture(params=["sqlite-core", "postgresql-webhook", CALL])
def way(request: pytest.FixtureRequest) -> str:
    """What is looked up is decided in the core alone: alike for texts and chats, in calls a little otherwise."""
    return str(request.param)


def first_line(answer: str) -> str:
    return answer.splitlines()[0]


def all_offers(phone: Phone, wish: str) -> list[str]:
    """Every service offered for a wish, one after the other."""
    answers = [phone.text(wish)]
    while "Phone:" in answers[-1]:
        answers.append(phone.text("another"))
    return [first_line(answer) for answer in answers[:-1]]


def test_lunch_for_a_mother_of_58_is_none_of_those_for_60_and_over(rose: Phone) -> None:
    offered = all_offers(rose, "my mother is 58 and needs lunch near mill street")
    assert offered
    assert not [name for name in offered if name.startswith(FOR_OLDER_PEOPLE)]


def test_without_an_age_nobody_is_shut_out(rose: Phone) -> None:
    offered = all_offers(rose, "my mother needs lunch near mill street")
    assert [name for name in offered if name.startswith(FOR_OLDER_PEOPLE)]


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("i am 82 and cant leave the house, need lunch", "Hot Meals at Home"),
        ("tengo 82 años y no puedo salir de casa, necesito el almuerzo", "Comidas Calientes en Casa"),
        ("我82岁，出不了门，需要午饭", "热饭到家"),
    ],
)
def test_who_cannot_leave_the_house_is_brought_hot_meals(rose: Phone, wish: str, name: str) -> None:
    rose.text(wish)
    assert first_line(rose.text("elm hill")).startswith(name)


def test_what_is_told_after_an_offer_changes_it(rose: Phone) -> None:
    rose.text("i need lunch")
    assert not first_line(rose.text("elm hill")).startswith("Hot Meals at Home")
    assert first_line(rose.text("i cant leave the house")).startswith("Hot Meals at Home")


def test_what_is_told_before_a_need_counts_for_it(rose: Phone) -> None:
    rose.text("im 58, can you help me")
    assert not [name for name in all_offers(rose, "lunch near mill street") if name.startswith(FOR_OLDER_PEOPLE)]


def test_what_is_told_with_a_place_counts_too(rose: Phone) -> None:
    rose.text("i need lunch")
    rose.text("mill street, im 58")
    offered = [first_line(rose.text("another")) for _ in range(2)]
    assert not [name for name in offered if name.startswith(FOR_OLDER_PEOPLE)]


def test_the_next_need_is_for_anyone_again(rose: Phone) -> None:
    rose.text("my mother is 58 and needs lunch near mill street")
    rose.text("no thanks")
    offered = all_offers(rose, "lunch near mill street")
    assert [name for name in offered if name.startswith(FOR_OLDER_PEOPLE)]


def test_someone_elses_age_is_not_theirs(rose: Phone) -> None:
    rose.text("i am 58 and need lunch near mill street")
    rose.text("its for my dad")
    offered = [first_line(rose.text("another")) for _ in range(2)]
    assert [name for name in offered if name.startswith(FOR_OLDER_PEOPLE)]


def test_where_all_are_for_others_it_says_so_and_a_person_reads_why(rose: Phone, desk: Desk, house: House) -> None:
    with house.database.write() as session:
        session.execute(sa.update(Service).values(minimum_age=60))
    answer = rose.text("my mother is 58, cant leave the house and needs lunch near mill street")
    assert "for that age: meals" in answer
    with house.database.read() as session:
        assert [unmet.cause for unmet in session.scalars(sa.select(UnmetNeed))] == [UnmetCause.NOT_ELIGIBLE]
    rose.text("1")
    (waiting,) = desk.waiting()
    desk.claim(waiting)
    page = desk.page(waiting)
    assert (page.age_told, page.stays_in) == (58, True)
