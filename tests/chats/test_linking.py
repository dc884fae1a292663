"""A chat and a phone become one person's by a code that reached the phone, and two again by a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.wiring import House
from core.contacts import add_resident, linked_with
from core.db.models.contact_point import ContactLink, ContactPoint, Relation, Resident, ResidentContactPoint
from core.db.models.help_request import HelpRequest, Reason
from core.messages import ContactKind
from tests.chats.conftest import Person
from tests.fakes import StandingClock
from tests.journeys.conftest import Desk

Texts = Callable[[str], list[str]]
LINKED = "Now we know you here and on your phone."


@pytest.fixture
def code(mei: Person, old_phone: Person, texts: Texts) -> str:
    """Mei shares her number, and reads the code off her old phone."""
    assert "a code of six digits" in mei.shares_number(old_phone.address)
    return in_text(texts(old_phone.address)[-1])


@pytest.fixture
def linked(mei: Person, code: str) -> None:
    assert LINKED in mei.writes(code)


def in_text(text: str) -> str:
    (code,) = re.findall(r"\b\d{6}\b", text)
    return str(code)


def who_is_where(house: House) -> set[tuple[object, object, Relation]]:
    with house.database.read() as session:
        rows = session.scalars(sa.select(ResidentContactPoint)).all()
    return {(row.resident_id, row.contact_point_id, row.relation) for row in rows}


def contact(house: House, kind: ContactKind) -> ContactPoint:
    with house.database.read() as session:
        return session.scalars(sa.select(ContactPoint).where(ContactPoint.kind == kind)).one()


def test_the_code_names_no_need_and_is_seen_by_no_volunteer(
    mei: Person, old_phone: Person, desk: Desk, texts: Texts
) -> None:
    mei.does(about="health.mental")
    mei.shares_number(old_phone.address)
    (text,) = texts(old_phone.address)
    assert "mind" not in text
    assert "worr" not in text
    old_phone.writes("0")
    (row,) = desk.waiting()
    assert in_text(text) not in str(desk.page(row).lines)


def test_nothing_is_linked_before_the_code_is_typed(house: House, mei: Person, code: str) -> None:
    with house.database.read() as session:
        assert linked_with(session, contact(house, ContactKind.TELEGRAM).id) == ()
    assert mei.read(mei.does(text="status")).startswith("You have no open request here")


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}.", "code {} "])
def test_the_code_may_be_typed_in_any_shape_of_digits(mei: Person, code: str, typed: str) -> None:
    said = mei.writes(typed.format(f"{code[:3]} {code[3:]}"))
    assert (LINKED in said) is ("code" not in typed)


def test_a_request_by_text_is_known_in_the_chat_and_the_other_way_round(
    mei: Person, old_phone: Person, desk: Desk, code: str
) -> None:
    old_phone.writes("0")
    (row,) = desk.waiting()
    mei.writes(code)
    assert row.reference in mei.writes("status")
    mei.writes("0")
    assert len(desk.waiting()) == 1
    assert any(line.text == "0" and line.channel == mei.channel for line in desk.page(row).lines)
    mei.writes("cancel my request")
    assert f"Your request {row.reference} is closed" in mei.presses(1)
    assert row.reference not in old_phone.writes("status")


def test_a_volunteer_who_holds_the_talk_by_text_does_not_silence_the_chat(
    mei: Person, old_phone: Person, desk: Desk, linked: None
) -> None:
    old_phone.writes("0")
    (row,) = desk.waiting()
    desk.claim(row)
    assert "A person is working on your request" in mei.writes("status")
    assert "Where are you?" in mei.read(mei.does(about="food.meals"))


def test_a_private_matter_told_on_the_phone_is_not_told_in_the_chat(
    mei: Person, old_phone: Person, desk: Desk, linked: None
) -> None:
    old_phone.writes("my husband is hitting me right now")
    assert len(desk.waiting()) == 1
    assert "You have no open request here" in mei.writes("status")


def test_three_wrong_codes_and_it_is_over(house: House, mei: Person, code: str) -> None:
    wrong = "000001" if code != "000001" else "000002"
    assert "That is not the code." in mei.writes(wrong)
    mei.writes("thanks")  # a word between gives no new tries
    assert "That is not the code." in mei.writes(wrong)
    assert "We changed nothing" in mei.writes(wrong)
    assert LINKED not in mei.writes(code)
    with house.database.read() as session:
        assert session.scalars(sa.select(ContactLink.linked_at)).all() == [None]


def test_a_code_counts_for_ten_minutes(mei: Person, code: str, clock: StandingClock) -> None:
    clock.forward(timedelta(minutes=10))
    assert LINKED not in mei.writes(code)


def test_the_code_of_one_chat_is_worth_nothing_in_another(
    chat: Callable[[str], Person], old_phone: Person, code: str
) -> None:
    thief = chat("100000666")
    thief.shares_number("+12025550177")
    assert LINKED not in thief.writes(code)


def test_only_the_newest_code_counts(mei: Person, old_phone: Person, code: str, texts: Texts) -> None:
    mei.shares_number(old_phone.address)
    newer = in_text(texts(old_phone.address)[-1])
    if newer != code:
        assert "That is not the code." in mei.writes(code)
    assert LINKED in mei.writes(newer)


def test_a_number_gets_three_codes_a_day_whoever_asks(
    chat: Callable[[str], Person], old_phone: Person, texts: Texts, clock: StandingClock
) -> None:
    for address in ("100000002", "100000003", "100000004"):
        assert "a code of six digits" in chat(address).shares_number(old_phone.address)
    assert "enough codes for today" in chat("100000005").shares_number(old_phone.address)
    assert len(texts(old_phone.address)) == 3
    clock.forward(timedelta(days=1))
    assert "a code of six digits" in chat("100000005").shares_number(old_phone.address)


def test_a_chat_gets_three_codes_a_day_whatever_the_number(mei: Person, texts: Texts) -> None:
    for ending in ("71", "72", "73"):
        mei.shares_number(f"+120255501{ending}")
    assert "enough codes for today" in mei.shares_number("+12025550174")
    assert texts("+12025550174") == []


def test_who_sent_stop_gets_no_code(mei: Person, old_phone: Person, texts: Texts) -> None:
    old_phone.writes("stop")
    before = len(texts(old_phone.address))
    assert "we can not send a code to that number" in mei.shares_number(old_phone.address)
    assert len(texts(old_phone.address)) == before


@pytest.mark.parametrize("number", ["+442071838750", "+19005550123", "+911", ""])
def test_a_number_that_could_cost_or_is_none_gets_no_code(mei: Person, texts: Texts, number: str) -> None:
    said = mei.shares_number(number)
    assert "a code of six digits" not in said
    assert texts(number) == []


def test_a_phone_that_others_may_read_gets_no_code(house: House, mei: Person, old_phone: Person, texts: Texts) -> None:
    old_phone.does(about="safety.abuse")
    old_phone.writes("no")
    before = len(texts(old_phone.address))
    assert "we can not send a code" in mei.shares_number(old_phone.address)
    assert len(texts(old_phone.address)) == before


def test_a_phone_of_several_people_is_a_matter_for_a_person(
    house: House, mei: Person, old_phone: Person, desk: Desk, texts: Texts, clock: StandingClock
) -> None:
    old_phone.writes("hello")
    with house.database.write() as session:
        add_resident(session, contact(house, ContactKind.PHONE).id, "Mei's brother", Relation.SHARED, clock.now())
    before = len(texts(old_phone.address))
    assert "a person here will help you" in mei.shares_number(old_phone.address)
    assert len(texts(old_phone.address)) == before
    assert [row.reason for row in desk.waiting()] == [Reason.ASKED_FOR_PERSON]


def test_undone_all_is_as_it_was(house: House, mei: Person, old_phone: Person, desk: Desk, texts: Texts) -> None:
    mei.writes("hello")
    old_phone.writes("0")
    before = who_is_where(house)
    mei.shares_number(old_phone.address)
    mei.writes(in_text(texts(old_phone.address)[-1]))
    residents = {resident for resident, _, _ in before}
    assert len(residents) == 2
    for kind in (ContactKind.TELEGRAM, ContactKind.PHONE):
        assert {r for r, c, _ in who_is_where(house) if c == contact(house, kind).id} == residents
    mei.does(about="food.meals")
    mei.presses(0)
    assert "we no longer take" in mei.writes("forget my number").casefold()
    assert who_is_where(house) == before
    with house.database.read() as session:
        owners = {r.asked_by_id for r in session.scalars(sa.select(HelpRequest))}
        kept = session.scalars(sa.select(ContactLink)).one()
        assert session.scalar(sa.select(sa.func.count()).select_from(Resident)) == 2
    assert owners <= residents
    assert kept.linked_at
    assert kept.unlinked_at
    (row,) = [row for row in desk.waiting() if row.channel == old_phone.channel]
    assert row.reference not in mei.writes("status")


@pytest.mark.parametrize("said", ["unlink", "forget my number", "Unlink my phone!"])
def test_either_side_may_undo_it(mei: Person, old_phone: Person, linked: None, said: str) -> None:
    assert "we no longer take" in old_phone.writes(said).casefold()
    assert "No other number is known" in mei.writes(said)


def test_linked_once_more_after_it_was_undone(mei: Person, old_phone: Person, linked: None, texts: Texts) -> None:
    mei.writes("unlink")
    mei.shares_number(old_phone.address)
    assert LINKED in mei.writes(in_text(texts(old_phone.address)[-1]))
    assert "We know that phone as yours" in mei.shares_number(old_phone.address)


def test_a_linked_phone_is_not_a_shared_one(mei: Person, old_phone: Person, linked: None) -> None:
    for person in (mei, old_phone):
        assert "for you or for someone else" not in person.read(person.does(about="food.meals"))


def test_another_phone_takes_the_place_of_the_first(house: House, mei: Person, linked: None, texts: Texts) -> None:
    mei.shares_number("+12025550172")
    assert LINKED in mei.writes(in_text(texts("+12025550172")[-1]))
    with house.database.read() as session:
        assert len(linked_with(session, contact(house, ContactKind.TELEGRAM).id)) == 1


@pytest.mark.parametrize("said", ["no", "cancel that please", "no thanks"])
def test_they_may_think_better_of_it(mei: Person, code: str, said: str) -> None:
    mei.writes(said)
    assert LINKED not in mei.writes(code)


def test_who_asks_how_is_shown_the_button(mei: Person, old_phone: Person) -> None:
    assert mei.does(text="link my phone").expects.free == "contact"
    assert old_phone.does(text="link my phone").expects.free != "contact"


@pytest.mark.parametrize(("language", "said"), [("es", "olvide mi número"), ("zh", "忘记我的号码")])
def test_it_is_undone_in_their_own_language(mei: Person, code: str, language: str, said: str) -> None:
    mei.writes(code)
    mei.does(text=f"{'español' if language == 'es' else '中文'}")
    assert mei.does(text=said).say[0].key == "link.undone"


def test_while_a_volunteer_talks_with_them_they_can_still_link(
    mei: Person, old_phone: Person, desk: Desk, texts: Texts
) -> None:
    mei.writes("0")
    (row,) = desk.waiting()
    desk.claim(row)
    mei.shares_number(old_phone.address)
    assert LINKED in mei.writes(in_text(texts(old_phone.address)[-1]))
