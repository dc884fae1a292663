"""Someone asks; the right service comes first, with reasons a volunteer can read, or the cause why there is none."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models import Service, ServiceArea
from core.db.models.help_request import UnmetCause
from core.directory.find import Found, Query, ReasonCode, find, find_by_text, service_offer
from core.directory.operations import MergeRefused, merge, unmerge
from core.directory.places import nearest_place, resolve_place
from core.directory.queries import (
    counts_by_source,
    responsible_body,
    vocabulary,
)
from core.messages import Phone

from .conftest import NOW


def ask(town: Database, need: str, where: str | None, at: datetime, language: str = "en", **more: object) -> Found:
    with town.read() as session:
        place = resolve_place(session, where) if where else None
        assert (place is None) == (where is None), where
        return find(session, Query(need, place, at, language, **more))  # type: ignore[arg-type]


def names(found: Found) -> list[str]:
    return [offer.name.original for offer in found.offers]


def test_the_answer_holds_what_a_resident_needs_to_know(town: Database, monday_morning: datetime) -> None:
    offer = ask(town, "food.meals", "12 Mill St", monday_morning).offers[0]

    assert offer.name.original == "Hot Meals at Home"
    assert set(offer.name.by_language) == {"zh", "es"}
    assert offer.organization.original == "Larkfield Meals Circle"
    assert offer.organization_kind == "association"
    assert offer.phone == Phone("+12025550125")
    assert offer.address == "15 Church Street, Larkfield"
    assert (offer.free, offer.cost and offer.cost.original) == (False, "$3 a meal")
    assert offer.cost
    assert offer.cost.by_language["es"] == "$3 por comida"
    assert offer.opening.open_until
    assert offer.opening.open_until.hour == 14
    assert offer.distance_km is not None
    assert offer.distance_km < 1
    assert {r.code for r in offer.reasons} >= {
        ReasonCode.NEAR,
        ReasonCode.OPEN_NOW,
        ReasonCode.SPEAKS,
        ReasonCode.CHECKED,
    }


def test_someone_who_speaks_chinese_is_sent_where_chinese_is_spoken(town: Database, monday_morning: datetime) -> None:
    english, chinese = (names(ask(town, "food.meals", None, monday_morning, tag)) for tag in ("en", "zh"))
    assert chinese[0] == "Lantern Hall Lunch"
    assert english[0] != "Lantern Hall Lunch"


def test_the_same_question_has_the_same_answer(town: Database, monday_morning: datetime) -> None:
    for need in ("food.meals", "social.company", "health.doctor"):
        first, second = (ask(town, need, "Riverside", monday_morning, limit=50) for _ in range(2))
        assert first == second


def test_another_and_another_and_then_no_more(town: Database, monday_morning: datetime) -> None:
    turned_down: tuple[uuid.UUID, ...] = ()
    seen: list[str] = []
    while (found := ask(town, "social.company", "Elm Hill", monday_morning, not_these=turned_down, limit=1)).offers:
        turned_down += (found.offers[0].service_id,)
        seen += names(found)
    assert len(seen) == len(set(seen)) >= 2
    assert found.cause is UnmetCause.NONE_ACCEPTED


def test_nobody_does_that(town: Database, monday_morning: datetime) -> None:
    assert ask(town, "dragons.taming", None, monday_morning).cause is UnmetCause.NO_SERVICE


def test_nobody_does_that_here(town: Database, monday_morning: datetime) -> None:
    with town.write() as session:
        offers = find(session, Query("pets.care", None, monday_morning, "en", limit=50)).offers
        ids = [offer.service_id for offer in offers]
        session.execute(sa.delete(ServiceArea).where(ServiceArea.service_id.in_(ids)))
        session.add_all(ServiceArea(service_id=i, name="Old Harbor") for i in ids)

    assert ask(town, "pets.care", "Southgate", monday_morning).cause is UnmetCause.NOT_IN_AREA
    there = ask(town, "pets.care", "the docks", monday_morning)
    assert (ReasonCode.SERVES_AREA, "Old Harbor") in {(r.code, r.value) for r in there.offers[0].reasons}


@pytest.mark.parametrize(("postcodes", "served"), [("00011, 00016", True), ("00011, 00012", False)])
def test_an_area_told_as_postcodes(town: Database, monday_morning: datetime, postcodes: str, served: bool) -> None:
    with town.write() as session:
        ids = [o.service_id for o in find(session, Query("pets.care", None, monday_morning, "en", limit=50)).offers]
        session.execute(sa.delete(ServiceArea).where(ServiceArea.service_id.in_(ids)))
        session.add_all(ServiceArea(service_id=i, extent=postcodes, extent_type="text") for i in ids)

    assert bool(ask(town, "pets.care", "Southgate", monday_morning).offers) is served


def test_a_closed_service_is_never_offered(town: Database, monday_morning: datetime) -> None:
    with town.write() as session:
        session.execute(sa.update(Service).where(Service.name == "Hot Meals at Home").values(status="defunct"))
    assert "Hot Meals at Home" not in names(ask(town, "food.meals", None, monday_morning, limit=50))


def test_a_listing_checked_long_ago_is_marked_and_one_never_checked_is_not(
    town: Database, monday_morning: datetime
) -> None:
    with town.write() as session:
        session.execute(sa.update(Service).where(Service.name == "Elm Hill Lunch Club").values(assured_date=None))
        old = monday_morning.date().replace(year=2024)
        session.execute(sa.update(Service).where(Service.name == "Hot Meals at Home").values(assured_date=old))

    stale = {o.name.original: o.stale for o in ask(town, "food.meals", None, monday_morning, limit=50).offers}

    assert (stale["Hot Meals at Home"], stale["Elm Hill Lunch Club"]) == (True, False)


def test_two_listings_of_one_service_become_one_and_back(town: Database, monday_morning: datetime) -> None:
    before = names(ask(town, "food.meals", None, monday_morning, limit=50))
    with town.write() as session:
        ids = {name: i for i, name in session.execute(sa.select(Service.id, Service.name))}
        merge(session, ids["Hot Meals at Home"], ids["Elm Hill Lunch Club"], now=NOW)
        with pytest.raises(MergeRefused):
            merge(session, ids["Elm Hill Lunch Club"], ids["Hot Meals at Home"], now=NOW)

    merged = names(ask(town, "food.meals", None, monday_morning, limit=50))
    with town.read() as session:
        old = service_offer(session, ids["Hot Meals at Home"], at=monday_morning)
    with town.write() as session:
        assert unmerge(session, ids["Hot Meals at Home"], now=NOW)
        assert not unmerge(session, ids["Hot Meals at Home"], now=NOW)

    assert sorted(merged) == sorted(set(before) - {"Hot Meals at Home"})
    assert old
    assert old.name.original == "Elm Hill Lunch Club"
    assert names(ask(town, "food.meals", None, monday_morning, limit=50)) == before


@pytest.mark.parametrize("words", ["hot meels at home", "Meals Home Hot", "elm hil lunch clb"])
def test_by_name_misspelt(town: Database, monday_morning: datetime, words: str) -> None:
    with town.read() as session:
        offers = find_by_text(session, words, near=None, at=monday_morning, language="en")
    assert offers[0].name.original in {"Hot Meals at Home", "Elm Hill Lunch Club"}


def test_by_name_in_the_residents_own_language(town: Database, monday_morning: datetime) -> None:
    with town.read() as session:
        meals = find_by_text(session, "hot meals at home", near=None, at=monday_morning, language="en")[0]
        for language, name in meals.name.by_language.items():
            found = find_by_text(session, name, near=None, at=monday_morning, language=language)
            assert found[0].service_id == meals.service_id
        assert find_by_text(session, "", near=None, at=monday_morning, language="en") == ()
        assert find_by_text(session, "zzzzqqqq", near=None, at=monday_morning, language="en") == ()


@pytest.mark.parametrize(
    ("words", "area"),
    [("Im on Elm hil", "Elm Hill"), ("12 mill street", "Mill Street"), ("我住在老港那边", "Old Harbor"),
     ("cerca del puerto", "Old Harbor"), ("00014", "Riverside"), ("RIVERSIDE!!", "Riverside")],
)  # fmt: skip
def test_where_is_that(town: Database, words: str, area: str) -> None:
    with town.read() as session:
        place = resolve_place(session, words)
    assert place
    assert place.area == area


@pytest.mark.parametrize("words", ["", "dont know", "idk", "不知道", "no sé", "00099", "\ud800", "somewhere else"])
def test_that_is_nowhere_we_know(town: Database, words: str) -> None:
    with town.read() as session:
        assert resolve_place(session, words) is None


def test_a_shared_position_is_a_place(town: Database) -> None:
    with town.read() as session:
        place = nearest_place(session, 41.9149, -72.4099)
        assert nearest_place(session, 0, 0) is None
    assert place
    assert (place.area, place.latitude) == ("Elm Hill", 41.9149)


def test_who_mends_the_road(town: Database) -> None:
    with town.read() as session:
        here = responsible_body(session, "street.repair", "Old Harbor")
        elsewhere = responsible_body(session, "street.repair", "Riverside")
        unknown = responsible_body(session, "street.repair", None)
        assert responsible_body(session, "pets.care", "Riverside") is None
    assert here
    assert elsewhere
    assert here.organization.original != elsewhere.organization.original
    assert elsewhere == unknown
    assert set(elsewhere.organization.by_language) == {"zh", "es"}


def test_the_directory_tells_its_words_and_sources(town: Database) -> None:
    with town.read() as session:
        words, sources = vocabulary(session), counts_by_source(session)
    assert {"larkfield", "lantern"} <= words.words
    assert {"old harbor", "the docks", "老港", "00011"} <= words.places
    assert [(s.source, s.services) for s in sources] == [("sample", 175)]
