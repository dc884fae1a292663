"""Where a service reaches: names, postcodes, shapes, and several ways to divide one town."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import handrail
from core.db.engine import Database
from core.directory.areas import Area, Geography, Serves, is_explained, serves
from core.directory.geography import load_geography
from core.directory.importing import ImportFailed
from core.directory.importing.areas import read_areas, take_in_areas
from core.directory.importing.places import take_in_places
from core.directory.places import Gazetteer, PlaceRef, resolve_place
from core.directory.schemes import SchemeArea, Schemes, faults, shape_of
from tests.conftest import SETTINGS
from tests.directory.conftest import NOW

MILL = PlaceRef("Mill Street", 41.5, -72.5, "Elm Hill", "00012")
HARBOR = PlaceRef("Harbor Lane", 41.5, -71.5, "Old Harbor", "00014")
SOMEWHERE = PlaceRef("Nobody knows", None, None, None, None)


def square(west: float, east: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[west, 41], [east, 41], [east, 42], [west, 42], [west, 41]]]}


def drawn(*named: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    features = [{"type": "Feature", "properties": {"name": name}, "geometry": shape} for name, shape in named]
    return {"type": "FeatureCollection", "features": features}


EAST_AND_WEST = drawn(("Ward 1", square(-73, -72)), ("Ward 2", square(-72, -71)))
NOWHERE_ELSE = Geography(Gazetteer({}, {}))


@pytest.mark.parametrize(
    ("extent", "mill", "harbor"),
    [
        (json.dumps(square(-73, -72)), Serves.YES, Serves.NO),
        (json.dumps({"type": "Feature", "properties": {}, "geometry": square(-72, -71)}), Serves.NO, Serves.YES),
        (json.dumps(EAST_AND_WEST), Serves.YES, Serves.YES),
        ('{"type": "Polygon"}', Serves.MAYBE, Serves.MAYBE),
        ('{"type": "Polygon", "coordinates": "the east side"}', Serves.MAYBE, Serves.MAYBE),
        ('{"type": "Point", "coordinates": [-72.5, 41.5]}', Serves.MAYBE, Serves.MAYBE),
        ("{not json", Serves.MAYBE, Serves.MAYBE),
    ],
)
def test_a_shape_says_who_is_served_and_one_that_cant_be_read_shuts_nobody_out(
    extent: str, mill: Serves, harbor: Serves
) -> None:
    area = Area("Anything", extent, "geojson")
    assert serves([area], MILL, NOWHERE_ELSE)[0] is mill
    assert serves([area], HARBOR, NOWHERE_ELSE)[0] is harbor
    assert serves([area], SOMEWHERE, NOWHERE_ELSE)[0] is Serves.MAYBE


def test_wards_by_shape_and_health_districts_by_postcode_lie_side_by_side(database: Database, tmp_path: Path) -> None:
    wards, districts = tmp_path / "wards.geojson", tmp_path / "districts.csv"
    wards.write_text(json.dumps(EAST_AND_WEST))
    districts.write_text("name,code,postcodes\nNorth Health,NH,00011|00012\nSouth Health,SH,00013|00014\n")
    with database.write() as session:
        assert take_in_areas(session, "wards", read_areas(wards), source_name="city", now=NOW) == 2
        assert take_in_areas(session, "health", read_areas(districts), source_name="county", now=NOW) == 2
    with database.read() as session:
        geography = load_geography(session)

    held = {(area.scheme, area.name) for area in geography.schemes.areas if area.holds(MILL)}
    assert held == {("wards", "Ward 1"), ("health", "North Health")}
    for name, mill, harbor in (
        ("Ward 2", Serves.NO, Serves.YES),
        ("wards: ward 2", Serves.NO, Serves.YES),
        ("NH", Serves.YES, Serves.NO),
        ("The far side", Serves.MAYBE, Serves.MAYBE),
    ):
        area = Area(name, None, None)
        assert serves([area], MILL, geography)[0] is mill, name
        assert serves([area], HARBOR, geography)[0] is harbor, name
        assert is_explained(area, geography) is (name != "The far side")


def test_the_same_scheme_again_takes_the_place_of_the_old_one(database: Database, tmp_path: Path) -> None:
    wards = tmp_path / "wards.geojson"
    for document in (EAST_AND_WEST, drawn(("Ward 9", square(-73, -71)))):
        wards.write_text(json.dumps(document))
        with database.write() as session:
            take_in_areas(session, "wards", read_areas(wards), source_name="city", now=NOW)
    with database.read() as session:
        assert [area.name for area in load_geography(session).schemes.areas] == ["Ward 9"]


def test_overlaps_and_holes_are_told() -> None:
    def ward(name: str, west: float, east: float) -> SchemeArea:
        return SchemeArea("wards", name, "", shape_of(json.dumps(square(west, east))), frozenset())

    schemes = Schemes((ward("Ward 1", -73, -72), ward("Ward 2", -72.25, -71.75)))
    gazetteer = Gazetteer({}, {MILL: "street", HARBOR: "street", SOMEWHERE: "street"})

    (found,) = faults(schemes, gazetteer)

    assert found.areas == 2
    assert [(one, other, round(share, 2)) for one, other, share in found.overlaps] == [("Ward 1", "Ward 2", 0.5)]
    assert found.uncovered == ("Harbor Lane",), "where a place lies that has no coordinates can't be said"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("wards.geojson", "[1, 2", "is not JSON"),
        ("wards.geojson", '{"type": "Topology"}', "no GeoJSON FeatureCollection"),
        ("wards.geojson", json.dumps(drawn(("", square(-73, -72)))), "Area 1 of wards.geojson has no name"),
        ("wards.geojson", json.dumps(drawn(("A", {"type": "Polygon", "coordinates": []}))), "encloses nothing"),
        ("wards.geojson", json.dumps(drawn(("A", square(1, 2)), ("A", square(2, 3)))), 'two areas "A"'),
        ("wards.geojson", json.dumps(drawn()), "holds no areas"),
        ("wards.csv", "name,postcodes\nNorth,\n", "Line 2 of wards.csv names no area or no postcodes"),
        ("wards.csv", "name,zips\nNorth,1\n", 'no column "postcodes"'),
    ],
)
def test_a_file_of_areas_that_cant_be_read_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(ImportFailed, match=said):
        read_areas(file)


GEONAMES = """\
5106834\tElm Hill\tElm Hill\tElmhill,榆树岭\t41.51\t-72.52\tP\tPPLX\tUS\t\tNY\t\t\t\t0\t\t10\tUTC\t2026-01-01
5106835\tMill Pond\tMill Pond\t\t41.52\t-72.53\tH\tPND\tUS\t\tNY\t\t\t\t0\t\t10\tUTC\t2026-01-01
5106836\tHarbor Clinic\tHarbor Clinic\t\t941.5\t-71.5\tS\tHSP\tUS\t\tNY\t\t\t\t0\t\t10\tUTC\t2026-01-01
broken line
"""


def test_a_gazetteer_of_geonames_is_taken_in_and_found_in_chinese(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "US.txt"
    file.write_text(GEONAMES, encoding="utf-8")
    for changed in (2, 0):
        with database.write() as session:
            report = take_in_places(session, file, source_name="GeoNames", now=NOW)
        assert dict(report.beside)["places"] == changed
        assert [(q.row, q.reason) for q in report.quarantined] == [(4, "has 1 cells; GeoNames files have 19")]
    with database.read() as session:
        elm_hill = resolve_place(session, "我住榆树岭")
        clinic = resolve_place(session, "harbor clinic")
        assert resolve_place(session, "mill pond") is None, "nobody lives near a pond"
    assert elm_hill
    assert (elm_hill.text, elm_hill.latitude) == ("Elm Hill", 41.51)
    assert clinic
    assert clinic.latitude is None, "a latitude that can't be is left out"


def test_the_coordinators_command_says_what_overlaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HANDRAIL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HANDRAIL_DATABASE_URL", f"sqlite:///{tmp_path / 'handrail.sqlite3'}")
    wards = tmp_path / "wards.geojson"
    wards.write_text(json.dumps(drawn(("Ward 1", square(-73, -72)), ("Ward 2", square(-72.5, -71.5)))))
    assert CliRunner().invoke(handrail, ["db", "upgrade"]).exit_code == 0

    done = CliRunner().invoke(handrail, ["directory", "areas", str(wards), "--scheme", "wards"])

    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == ["wards: 2 areas.", "  Ward 1 and Ward 2 overlap (50% of the smaller)"]
