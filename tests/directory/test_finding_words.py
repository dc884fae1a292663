"""People write names as they hear them, leave spaces out, use initials, or say it in their own language."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.db.engine import Database
from core.directory.areas import Area, Geography, Serves, serves
from core.directory.find import Query, ReasonCode, find, find_by_text
from core.directory.misspelt import chinese_sound
from core.directory.names import by_ear, initials
from core.directory.numbers import chinese_number, number_said, ordinal
from core.directory.places import Gazetteer, PlaceRef, resolve_place
from core.directory.wording import asks_open, if_misspelt, things_said
from intents.sound import blurred


def test_a_name_is_found_however_it_was_written(city: Database, monday_morning: datetime) -> None:
    asked = {
        "SPOP": "Service Program for Older People", "m f j": "Mobilization for Justice",
        "della monica": "Dellamonica", "crackus": "Krakus",
        "lunch club on kisena": "Selfhelp Benjamin Rosenthal",
        "曼哈顿盲人老人中心": "Visions", "el centro wicof gardens": "Wyckoff Gardens",
    }  # fmt: skip
    with city.read() as session:
        for text, name in asked.items():
            offers = find_by_text(session, text, near=None, at=monday_morning, language="en")
            told = [f"{offer.name.original} {offer.organization.original}" for offer in offers[:3]]
            assert any(name.casefold() in one.casefold() for one in told), (text, told)
        assert find_by_text(session, "zzzzqqqq", near=None, at=monday_morning, language="en") == ()


def test_what_was_said_brings_a_service_forward_and_is_a_reason(city: Database, monday_morning: datetime) -> None:
    with city.read() as session:
        place = resolve_place(session, "Greenpoint")
        query = Query("social.company", place, monday_morning, "en", words="the polish slavic center in greenpoint")
        best = find(session, query).offers[0]
    assert "Polish" in best.name.original
    assert {ReasonCode.NAMED, ReasonCode.FITS_WORDS} <= {reason.code for reason in best.reasons}


@pytest.mark.parametrize("words", ["Bushwick", "in bushwic", "vivo en Bushwick"])
def test_a_name_of_two_neighbourhoods_means_the_middle_of_both(city: Database, words: str) -> None:
    with city.read() as session:
        north, south = (resolve_place(session, f"Bushwick {side}") for side in ("North", "South"))
        both = resolve_place(session, words)
    assert north and south and both  # noqa: PT018
    assert both.latitude == pytest.approx(((north.latitude or 0) + (south.latitude or 0)) / 2)


@pytest.mark.parametrize(
    ("words", "area"),
    [("lunch in harlam", "Manhattan"), ("法拉胜", "Queens"), ("en braiton bich", "Brooklyn"),
     ("estaten ailan", "Staten Island"), ("the queue is long", None)],
)  # fmt: skip
def test_a_place_written_by_ear(city: Database, words: str, area: str | None) -> None:
    with city.read() as session:
        place = resolve_place(session, words)
    assert (place and place.area) == area


def test_an_area_that_services_name_is_a_place_and_no_other_county_is_it() -> None:
    lake = PlaceRef("Lake County", None, None, "Lake County", None)
    gazetteer = Gazetteer({}, {}, ["lake county"], served={"lake county": lake})
    for words in ("Lake County", "el condado de Lake", "住在lake县", "lak county"):
        assert gazetteer.resolve(words) == lake, words
    answers = {name: serves([Area(name, None, None)], lake, Geography(gazetteer))[0]
               for name in ("Lake County", "Cook County", "Waukegan", "!")}  # fmt: skip
    assert answers == {"Lake County": Serves.YES, "Cook County": Serves.NO, "Waukegan": Serves.MAYBE, "!": Serves.MAYBE}


def test_initials_with_and_without_small_words() -> None:
    assert {"mfj"} <= set(initials("Mobilization for Justice"))
    assert {"kcs", "kcsm"} <= set(initials("Korean Community Services of Metropolitan New York"))
    assert not list(initials("Elm Hill"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("krakus", "crackus"), ("queens", "quins"), ("hoyt", "hoit"), ("lake", "leik"), ("法拉盛", "法拉盛")],
)
def test_words_that_sound_the_same(one: str, other: str) -> None:
    assert by_ear(one) == by_ear(other)


def test_what_is_said_is_taken_apart() -> None:
    blind = things_said("曼哈顿盲人老人中心")
    assert [" ".join(one.words) for one in blind] == ["曼哈顿", "盲人", "老人", "中心"]
    assert ("blind",) in blind[1].also
    (food, *_) = things_said("food bank in my street")
    assert food.words == ("food", "bank")
    assert [one.small for one in things_said("the one in Harlem")] == [True, True, True, False]
    assert ("lawyer",) in if_misspelt(things_said("abojado")[0])
    assert things_said("!!") == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [("club seventy six", "76"), ("calle noventa y seis", "96"), ("one twenty fifth street", "125"),
     ("calle ciento diez", "110"), ("七十六街", "76"), ("the 103rd street library", "103"),
     ("one hundred third", "103")],
)  # fmt: skip
def test_numbers_are_numbers_however_they_are_said(text: str, number: str) -> None:
    ways = [way for one in things_said(text) for way in (one.words, *one.also)]
    assert (number,) in ways


def test_small_numbers_and_other_words_are_no_large_ones() -> None:
    assert number_said(["one", "day"]) == number_said(["four"]) == (0, 0)
    assert (chinese_number("七六"), chinese_number("街"), ordinal(112), ordinal(73)) == (76, 0, "112th", "73rd")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("meals on weels", ("meals", "on", "wheels")), ("comida a domisilio", ("comida", "a", "domicilio")),
     ("food pantri", ("food", "pantry")), ("domestic violense", ("domestic", "violence")),
     ("cort street", ("ct",)), ("alluda legal", ("ayuda", "legal"))],
)  # fmt: skip
def test_a_slip_in_words_that_belong_together(text: str, meant: tuple[str, ...]) -> None:
    assert any(meant in (*one.also, *if_misspelt(one)) for one in things_said(text)), things_said(text)


@pytest.mark.parametrize(("text", "meant"), [("申请必护找律师", "庇护"), ("找绿师", "律师"), ("老人中新", "中心")])
def test_another_character_of_the_same_sound(text: str, meant: str) -> None:
    assert any((meant,) in if_misspelt(one) for one in things_said(text)), things_said(text)


def test_the_sounds_are_those_of_the_dictionary() -> None:
    pinyin = pytest.importorskip("pypinyin")
    for character in "老人中心律师庇护食物图书馆":
        said = pinyin.lazy_pinyin(character, style=pinyin.Style.NORMAL)[0]
        assert chinese_sound(character) == blurred(said), character


@pytest.mark.parametrize(
    ("text", "asks"),
    [("what's open now in Elmhurst", True), ("comedor abierto el domingo", True), ("法拉盛现在开门的老人中心", True),
     ("lunch in Elmhurst", False), ("老人中心", False)],
)  # fmt: skip
def test_who_asks_for_what_is_open(text: str, asks: bool) -> None:
    assert asks_open(text) is asks


@pytest.mark.parametrize(
    ("text", "right"),
    [("club seventy six", "JASA Club 76 Older Adult Center"), ("孔子大厦 NORC", "Confucious Plaza NORC"),
     ("lunch at the mosque in jamaica", "Jamaica Muslim Center"),
     ("lgbt senior center in brookyln", "SAGE Ctr at Stonewall House (Brooklyn)")],
)  # fmt: skip
def test_what_people_call_it_finds_it(city: Database, monday_morning: datetime, text: str, right: str) -> None:
    with city.read() as session:
        offers = find_by_text(session, text, near=None, at=monday_morning, language="en")
    assert right in [offer.name.original for offer in offers[:3]]


def test_who_asks_for_what_is_open_gets_no_closed_door(city: Database, monday_morning: datetime) -> None:
    sunday = monday_morning.replace(hour=11) - timedelta(days=1)
    with city.read() as session:
        place = resolve_place(session, "Borough Park")
        first = [find(session, Query("social.company", place, sunday, "en", words=words)).offers[0]
                 for words in ("Boro Park center", "open now in Borough Park")]  # fmt: skip
    assert [offer.opening.open_until is not None for offer in first] == [False, True]
