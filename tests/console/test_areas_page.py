"""A coordinator sees how the town is divided, what does not fit, and which areas nobody can place."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.db.models import AreaOfScheme, Place, Service, ServiceArea, Source
from core.db.models.volunteer import Role
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import Scene

AREAS = "/console/areas"


@pytest.fixture
def cora(scene: Scene, enter: Enter) -> AuditedClient:
    scene.joins("cora", "Cora Miles", Role.COORDINATOR)
    return enter("cora")


def serves(scene: Scene, name: str, *areas: str) -> None:
    service = scene.lists_service(name)
    with scene.database.write() as session:
        session.add_all(ServiceArea(service_id=service, name=area) for area in areas)


def divided(scene: Scene, scheme: str, **postcodes: list[str]) -> None:
    with scene.database.write() as session:
        source = session.scalars(sa.select(Source)).first() or Source(name="town", created_at=scene.clock.now())
        session.add(source)
        session.flush()
        session.add_all(
            AreaOfScheme(scheme=scheme, name=name, postcodes=codes, source_id=source.id)
            for name, codes in postcodes.items()
        )


def knows(scene: Scene, name: str, postcode: str) -> None:
    with scene.database.write() as session:
        source = session.scalars(sa.select(Source)).one()
        session.add(Place(source_id=source.id, name=name, other_names=[], kind="area", area=name, postcode=postcode))


def test_only_coordinators_see_it_and_the_listings_lead_there(scene: Scene, enter: Enter, cora: AuditedClient) -> None:
    scene.joins("vera", "Vera Lopez")
    assert enter("vera").get(AREAS).status_code == 404
    assert f'href="{AREAS}"' in cora.visit("/console/listings")


def test_a_town_without_divisions_is_told_how_to_bring_one_in(cora: AuditedClient) -> None:
    page = cora.visit(AREAS)
    assert "No division is known yet" in page
    assert "handrail directory areas" in page
    assert "Every area served has its place." in page


def test_overlaps_and_holes_of_a_scheme_are_named(scene: Scene, cora: AuditedClient) -> None:
    divided(scene, "health districts", North=["00011", "00012"], South=["00012", "00013", "00014", "00015"])
    divided(scene, "wards", East=["00011", "00012"], West=["00016"])
    knows(scene, "Elm Hill", "00011")
    knows(scene, "Far Point", "00016")
    page = cora.visit(AREAS)
    assert "North and South: 50 % of the smaller one" in page
    health, wards = page.split("<h2")[1:3]
    assert "Far Point" in health
    assert "Elm Hill" not in health
    assert "Nothing overlaps, and every known place is covered." in wards


def test_areas_that_nobody_can_place_are_shown_with_their_services(scene: Scene, cora: AuditedClient) -> None:
    serves(scene, "Tuesday club", "Elm Hill", "Greater <Millside>")
    serves(scene, "Night shelter", "greater  <millside>")
    serves(scene, "Bus rides", "The far side")
    divided(scene, "wards", **{"Elm Hill": ["00011"]})
    page = cora.visit(AREAS).split("nobody can place</h2>")[1]
    assert "Night shelter; Tuesday club" in page
    assert "Greater &lt;Millside&gt;" in page
    assert page.casefold().count("&lt;millside&gt;") == 1, "one name, however it is spelt"
    assert page.index("Tuesday club") < page.index("Bus rides"), "what concerns most services comes first"
    assert "Elm Hill" not in page


def test_what_its_source_took_back_concerns_nobody(scene: Scene, cora: AuditedClient) -> None:
    serves(scene, "Tuesday club", "The far side")
    with scene.database.write() as session:
        session.scalars(sa.select(Service)).one().withdrawn_at = scene.clock.now()
    assert "Every area served has its place." in cora.visit(AREAS)
