"""People write names as they hear them, leave spaces out, use initials, or say it in their own language."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.db.engine import Database
from core.directory.areas import Area, Geography, Serves, serves
from core.directory.find import Query, ReasonCode, find, find_by_text
from core.directory.names import by_ear, initials
from core.directory.places import Gazetteer, PlaceRef, resolve_place
from core.directory.wording import if_misspelt, things_said


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
