"""What residents write, from their phone to the review list, and what never gets there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from app.wiring import House
from core.db.models.conversation import InboundMessage
from core.db.models.review import Cause, ReviewItem
from core.review.operations import WAITS_AT_MOST
from tests.journeys.conftest import Desk, Phone

NONSENSE = "it went up and over the moon"


def kept(house: House) -> list[ReviewItem]:
    with house.database.read() as session:
        return list(session.scalars(sa.select(ReviewItem).order_by(ReviewItem.created_at, ReviewItem.text)))


def test_what_we_could_not_make_out_is_kept_without_the_number_and_the_name_in_it(rose: Phone, house: House) -> None:
    rose.text(f"{NONSENSE}, my name is Rosamunde, 202 555 0181")
    [item] = kept(house)
    assert item.text == f"{NONSENSE}, my name is …"
    assert (item.language, item.cause, item.guessed, item.meant) == ("en", Cause.UNKNOWN, None, None)
    assert item.created_at == house.clock.now()


def test_two_neighbours_with_the_same_words_are_kept_once(phone: Callable[[str], Phone], house: House) -> None:
    for ending in ("0181", "0182"):
        assert phone(ending).text(NONSENSE)
    assert [item.text for item in kept(house)] == [NONSENSE]


def test_a_guess_that_was_denied_is_kept_with_the_words_it_was_made_from(
    rose: Phone, house: House, half_told: str
) -> None:
    assert "Do you mean this: free groceries?" in rose.text(half_told)
    rose.text("no")
    [item] = kept(house)
    assert item.text == half_told
    assert (item.cause, item.guessed, item.meant) == (Cause.CORRECTED, "food.groceries", None)


def test_danger_abuse_and_commands_are_not_kept(rose: Phone, phone: Callable[[str], Phone], house: House) -> None:
    for words in ("i cant breathe", NONSENSE, "stop", "start"):
        rose.text(words)
    ana = phone("0182")
    for words in ("my husband hits me", NONSENSE, NONSENSE, "0", "5"):
        ana.text(words)
    assert kept(house) == []


def test_while_a_volunteer_talks_with_them_nothing_is_kept(rose: Phone, desk: Desk, house: House) -> None:
    rose.text("0")
    [waiting] = desk.waiting()
    desk.claim(waiting)
    rose.text(NONSENSE)
    assert kept(house) == []


def test_a_message_and_its_place_on_the_list_are_one_commit(rose: Phone, house: House) -> None:
    rose.text(NONSENSE)
    with house.database.read() as session:
        said = sa.select(InboundMessage.text).where(InboundMessage.text != "")  # a call begins without a word
        assert session.scalars(said).one() == kept(house)[0].text


def test_the_worker_forgets_what_nobody_looked_at(
    rose: Phone, house: House, time_passes: Callable[[timedelta], None]
) -> None:
    rose.text(NONSENSE)
    house.clock.forward(WAITS_AT_MOST)  # type: ignore[attr-defined]
    time_passes(timedelta(hours=1))
    assert kept(house) == []


def test_what_a_volunteer_corrects_is_read_once_more_before_anyone_sees_it(house: House) -> None:
    read = house.assistant.mind.for_review
    assert read("my sink leaks, this is Rosamunde\n1\nyes", "en") == "my sink leaks, this is …"
    assert read("my sink leaks\nmy husband hits me", "en") is None
    assert read("my sink leaks\ni cant breathe", "en") is None
    assert read("1\nyes", "en") is None
    assert read("my sink leaks " * 30, "en") is None
