"""What else a chat brings: a poster's link that names a need, the language of the app, voice notes, /privacy."""

from __future__ import annotations

import pytest

from app.wiring import House
from core.db.models.help_request import Reason
from core.messages import ContactKind
from tests.chats.conftest import Person
from tests.chats.test_linking import contact
from tests.journeys.conftest import Desk


@pytest.mark.parametrize("text", ["", "/start meals", "hello", "thanks a lot"])
def test_a_poster_leads_straight_to_the_need_whatever_stands_beside_it(mei: Person, text: str) -> None:
    assert "Where are you?" in mei.read(mei.does(about="food.meals", text=text))


def test_a_poster_is_read_in_the_middle_of_another_question(mei: Person) -> None:
    mei.does(about="food.meals")
    assert mei.does(about="food.groceries").expects.free == "place"
    assert "Pantry" in mei.read(mei.does(text="mill street"))


def test_a_poster_about_fear_at_home_names_nothing_yet(mei: Person) -> None:
    said = mei.read(mei.does(about="safety.abuse"))
    assert said.startswith("Are you the only one who reads this phone?")


def test_a_poster_brings_back_who_had_stopped(house: House, mei: Person) -> None:
    mei.writes("stop")
    assert contact(house, ContactKind.TELEGRAM).stopped_at
    assert "Where are you?" in mei.read(mei.does(about="food.meals"))
    assert contact(house, ContactKind.TELEGRAM).stopped_at is None


def test_a_poster_of_a_need_that_is_none_of_ours_is_a_hello_like_any_other(mei: Person) -> None:
    assert mei.does(about="food.caviar", text="hello").say[0].key == "greeting.hello"


@pytest.mark.parametrize(
    ("app", "language"), [("es", "es"), ("es-MX", "es"), ("zh-hans", "zh"), ("zh-TW", "zh"), ("pl", "en"), (None, "en")]
)
def test_who_has_said_nothing_yet_is_answered_in_the_language_of_their_app(
    house: House, mei: Person, app: str | None, language: str
) -> None:
    assert mei.does(about="food.meals", language=app).language == language
    assert contact(house, ContactKind.TELEGRAM).language == language


def test_what_they_write_counts_more_than_their_app(mei: Person) -> None:
    assert mei.does(text="necesito comida para mis hijos", language="zh").language == "es"


def test_what_we_know_of_them_counts_more_than_their_app(mei: Person) -> None:
    mei.writes("necesito comida para mis hijos")
    assert mei.does(about="food.meals", language="en").language == "es"


def test_a_command_leaves_the_language_as_it_is(mei: Person) -> None:
    assert mei.does(text="help", language="es").language == "es"


@pytest.mark.parametrize(
    ("kind", "said"), [("audio/ogg", "A person will listen to it."), ("image/jpeg", "Our people will look at it.")]
)
def test_what_only_a_person_can_make_out_goes_to_a_person(mei: Person, desk: Desk, kind: str, said: str) -> None:
    assert said in mei.sends(kind)
    assert [row.reason for row in desk.waiting()] == [Reason.MEDIA]
    mei.sends(kind)
    assert len(desk.waiting()) == 1


def test_where_they_are_told_as_a_voice_note_is_heard_by_a_person(mei: Person, desk: Desk) -> None:
    mei.does(about="food.meals")
    assert "A person will listen to it." in mei.sends("audio/ogg")
    (row,) = desk.waiting()
    assert row.need_code == "food.meals"
    assert desk.page(row).lines[-2].media or any(line.media for line in desk.page(row).lines)


@pytest.mark.parametrize(
    ("hello", "asked", "told"),
    [
        ("hello", "/privacy", "Only our own people see it"),
        ("hola buenos días", "/privacy", "Solo lo ve nuestra gente"),
        ("你好，我想问一下", "/privacy", "只有我们的人能看"),
        ("hello", "who sees my messages?", "Only our own people see it"),
        ("hola buenos días", "¿qué guardan de mí?", "Solo lo ve nuestra gente"),
        ("你好，我想问一下", "谁能看到？", "只有我们的人能看"),
    ],
)
def test_what_we_keep_is_told_to_who_asks(mei: Person, hello: str, asked: str, told: str) -> None:
    mei.writes(hello)
    assert told in mei.writes(asked)


def test_asking_what_we_keep_leaves_the_question_open(mei: Person) -> None:
    mei.does(about="food.meals")
    mei.writes("/privacy")
    assert "202-555-" in mei.writes("mill street")
