"""Vera finds a service for somebody, and reads aloud why."""

from __future__ import annotations

import pytest

from console.reasons import reason_words
from console.texts import Texts
from core.db.engine import Database
from core.directory.find import Reason, ReasonCode
from intents.catalogue import Catalogue
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import Scene, build_scene
from tests.fakes import StandingClock

FIND = "/console/find"
VALUES = {
    ReasonCode.NEAR: "1.2",
    ReasonCode.OPEN_NOW: "2026-11-23T17:00:00-05:00",
    ReasonCode.OPENS_NEXT: "2026-11-24T09:00:00-05:00",
    ReasonCode.SPEAKS: "zh",
    ReasonCode.CHECKED: "2026-10-05",
    ReasonCode.STALE: "2024-10-05",
    ReasonCode.DOUBTED: "number_dead",
    ReasonCode.FITS_AGE: "60+",
}


@pytest.fixture
def scene(town: Database, clock: StandingClock, catalogue: Catalogue) -> Scene:
    """A console over the sample community."""
    scene = build_scene(town, clock, catalogue)
    scene.app.test_client_class = AuditedClient
    return scene


@pytest.fixture
def vera(scene: Scene, enter: Enter) -> AuditedClient:
    scene.joins("vera", "Vera Lopez")
    return enter("vera")


def test_lunch_near_mill_street_with_the_reasons(vera: AuditedClient) -> None:
    page = vera.get(f"{FIND}?need=food.meals&place=mill+street&language=zh").text
    assert "Elm Hill Lunch Club" in page
    assert "km away" in page
    assert "speaks Chinese" in page
    assert "checked in" in page
    assert "202-555-01" in page or "+1202555" in page


def test_who_cant_leave_the_house_is_shown_first_what_comes_to_them(vera: AuditedClient) -> None:
    page = vera.get(f"{FIND}?need=food.meals&place=mill+street&stays_in=yes&age=82").text
    assert page.index("Hot Meals at Home") < page.index("Elm Hill Lunch Club")
    assert "comes to the house" in page
    assert "for people of 60+" in page


def test_a_child_is_offered_nothing_that_begins_at_sixty(vera: AuditedClient) -> None:
    assert "Hot Meals at Home" in vera.get(f"{FIND}?need=food.meals").text
    assert "Hot Meals at Home" not in vera.get(f"{FIND}?need=food.meals&age=7").text


def test_by_half_a_name_misspelt(vera: AuditedClient) -> None:
    page = vera.get(f"{FIND}?words=elm+hil+lunch+clb").text
    assert "Elm Hill Lunch Club" in page


def test_at_another_hour(vera: AuditedClient) -> None:
    assert "open until" in vera.get(f"{FIND}?need=food.meals&at=2026-11-24T12:30").text
    assert "open until" not in vera.get(f"{FIND}?need=learning.classes&at=2026-11-22T03:00").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("need=food.meals&place=timbuktu", "We don&#39;t know this place"),
        ("need=food.meals&age=old", "Write the age as a number"),
        ("need=food.meals&age=999", "Write the age as a number"),
        ("need=food.meals&at=noonish", "Write the day and time"),
        ("need=food.ambrosia", "Pick a need from the list"),
    ],
)
def test_what_cant_be_read_is_said_beside_its_field(vera: AuditedClient, query: str, said: str) -> None:
    answer = vera.get(f"{FIND}?{query}")
    assert answer.status_code == 400
    assert said in answer.text


def test_nothing_found_is_said(vera: AuditedClient) -> None:
    assert "Nothing was found" in vera.get(f"{FIND}?words=zzzzqqqq").text


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_every_reason_has_words(scene: Scene, catalogue: Catalogue, language: str) -> None:
    wording = Texts(["en", "zh", "es"], catalogue.needs, scene.deps.config.timezone).of(language)
    told = [reason_words(Reason(code, VALUES.get(code, "Elm Hill")), wording) for code in ReasonCode]
    assert len(set(told)) == len(ReasonCode)
    assert not [words for words in told if "{" in words or "2026-" in words]
