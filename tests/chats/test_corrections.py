"""They put in other words what they had sent: it joins what it belongs to, and nothing is done twice."""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlalchemy as sa

from app.wiring import House
from core.db.models.conversation import InboundMessage
from core.db.models.help_request import Reason, Status
from tests.chats.conftest import Person
from tests.journeys.conftest import Desk


def test_a_wish_that_was_put_wrong_is_read_anew(mei: Person) -> None:
    mei.does(text="i nead sumwun to lok at my", message_id="7")
    assert mei.does(text="i need a dentist near elm hill", message_id="7", edited=True).expects.choices


def test_what_belongs_to_a_request_reaches_the_volunteer(mei: Person, desk: Desk) -> None:
    mei.does(about="food.meals")
    mei.does(text="mill street", message_id="1")
    mei.does(text="0", message_id="2")
    mei.does(text="please call me on tuesday", message_id="3")
    (row,) = desk.waiting()
    said = mei.writes_anew("please call me on wednesday", "3")
    assert said == "Thank you. The person who helps you will see this."
    assert [line.text for line in desk.page(row).lines if "wednesday" in line.text]
    assert len([event for event in desk.page(row).events if event.kind == "message"]) == 2


def test_a_volunteer_who_holds_the_talk_sees_it_and_the_assistant_stays_silent(mei: Person, desk: Desk) -> None:
    mei.does(text="0", message_id="2")
    (row,) = desk.waiting()
    desk.claim(row)
    mei.does(text="my boiler is out", message_id="3")
    answer = mei.does(text="my boiler is out since monday", message_id="3", edited=True)
    assert answer.silence
    assert "my boiler is out since monday" in [line.text for line in desk.page(row).lines]


def test_a_yes_that_becomes_a_no_takes_nothing_back_unseen(mei: Person, desk: Desk) -> None:
    mei.does(about="food.meals")
    mei.does(text="mill street", message_id="1")
    mei.presses(1)
    mei.presses(1)
    mei.does(text="yes", message_id="4")
    (row,) = desk.waiting()
    assert row.reason is Reason.REFERRAL
    assert "will see this" in mei.writes_anew("no", "4")
    (row,) = desk.waiting()
    assert row.status is Status.OPEN
    assert "no" in [line.text for line in desk.page(row).lines]


def test_a_digit_is_not_acted_on_a_second_time(mei: Person, desk: Desk) -> None:
    mei.does(about="food.meals")
    mei.does(text="mill street", message_id="1")
    picked = mei.read(mei.does(text="2", message_id="2"))
    assert "We went by the first ones" in mei.writes_anew("0", "2")
    assert desk.waiting() == []
    assert mei.writes("again please").splitlines()[0] != picked.splitlines()[1]


def test_what_lies_further_back_is_kept_but_not_begun_again(mei: Person, house: House) -> None:
    mei.does(text="i need a dentist near elm hill", message_id="1")
    mei.does(text="hello", message_id="2")
    assert "We went by the first ones" in mei.writes_anew("i need a plumber near elm hill", "1")
    with house.database.read() as session:
        kept = session.scalars(sa.select(InboundMessage.text).order_by(InboundMessage.received_at)).all()
    assert kept[-1] == "i need a plumber near elm hill"


def test_danger_in_the_new_words_counts_however_old_the_message(mei: Person, desk: Desk) -> None:
    mei.does(text="hello", message_id="1")
    mei.does(text="thanks", message_id="2")
    assert "Call 911 now" in mei.writes_anew("my husband can not breathe", "1")
    assert [row.reason for row in desk.waiting()] == [Reason.EMERGENCY]


def test_the_correction_of_a_message_that_never_came_is_read_like_any_other(mei: Person) -> None:
    mei.writes("hello")
    assert "the first ones" not in mei.writes_anew("i need a dentist near elm hill", "99")


def test_a_correction_that_comes_twice_is_one(mei: Person, desk: Desk) -> None:
    mei.does(text="0", message_id="1")
    first = mei.does("update-again", text="a person please", message_id="1", edited=True)
    assert mei.does("update-again", text="a person please", message_id="1", edited=True) == first
    (row,) = desk.waiting()
    assert len([event for event in desk.page(row).events if event.kind == "message"]) == 1


def test_a_wrong_code_may_be_put_right(mei: Person, old_phone: Person, texts: Callable[[str], list[str]]) -> None:
    mei.shares_number(old_phone.address)
    (code,) = re.findall(r"\d{6}", texts(old_phone.address)[-1])
    mei.does(text=code[:-1], message_id="5")
    assert "Now we know you here" in mei.writes_anew(code, "5")
