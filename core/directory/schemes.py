"""Several ways to divide one community: wards, grid squares, health districts, side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any

import shapely
import sqlalchemy as sa
from shapely import Geometry
from shapely.geometry import shape
from sqlalchemy.orm import Session

from core.db.models import AreaOfScheme
from core.directory.names import plain_name
from core.directory.places import Gazetteer, PlaceRef

SLIVER = 0.01
"""Areas drawn by hand never meet exactly; less than this share of the smaller one in common is no overlap."""


@dataclass(frozen=True, slots=True)
class SchemeArea:
    """One area of one scheme; `shape` is None where it is told by postcodes alone."""

    scheme: str
    name: str
    code: str
    shape: Geometry | None
    postcodes: frozenset[str]

    def holds(self, place: PlaceRef) -> bool | None:
        """Whether `place` lies in it; None where that can't be said."""
        if self.shape is not None and place.latitude is not None and place.longitude is not None:
            return bool(shapely.intersects_xy(self.shape, place.longitude, place.latitude))
        if self.postcodes and place.postcode:
            return plain_name(place.postcode) in self.postcodes
        return None


@dataclass(frozen=True, slots=True)
class Schemes:
    """All areas of all schemes."""

    areas: tuple[SchemeArea, ...] = ()
    by_name: Mapping[str, tuple[SchemeArea, ...]] = field(default_factory=dict)

    def named(self, name: str) -> tuple[SchemeArea, ...]:
        """The areas that bear this name or code, in any scheme; "wards: 3" is the one of that scheme alone."""
        return self.by_name.get(plain_name(name), ())


@dataclass(frozen=True, slots=True)
class SchemeFaults:
    """What is wrong with one scheme: areas that lie over each other (with the share of the smaller one that both
    hold), and known places that lie in none."""

    scheme: str
    areas: int
    overlaps: tuple[tuple[str, str, float], ...]
    uncovered: tuple[str, ...]


def load_schemes(session: Session) -> Schemes:
    """All areas of all schemes, by name."""
    columns = (AreaOfScheme.scheme, AreaOfScheme.name, AreaOfScheme.code, AreaOfScheme.geometry, AreaOfScheme.postcodes)
    rows = session.execute(sa.select(*columns).order_by(AreaOfScheme.scheme, AreaOfScheme.name))
    areas = tuple(
        SchemeArea(scheme, name, code or "", shape_of(json.dumps(geometry)) if geometry else None,
                   frozenset(plain_name(postcode) for postcode in postcodes or ()))
        for scheme, name, code, geometry, postcodes in rows
    )  # fmt: skip
    by_name: dict[str, tuple[SchemeArea, ...]] = {}
    for area in areas:
        for spelling in {area.name, area.code, f"{area.scheme}: {area.name}", f"{area.scheme} {area.name}"} - {""}:
            key = plain_name(spelling)
            by_name[key] = (*by_name.get(key, ()), area)
    return Schemes(areas, by_name)


@lru_cache(maxsize=4_096)
def shape_of(geojson: str) -> Geometry | None:
    """The shape that GeoJSON text draws (a geometry, Feature or FeatureCollection), in degrees; None where it can't be
    read or encloses nothing."""
    try:
        drawn = shapely.union_all([shape(geometry) for geometry in _geometries(json.loads(geojson))])
        whole = drawn if drawn.is_valid else shapely.make_valid(drawn)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError):
        return None
    if not shapely.area(whole):
        return None
    shapely.prepare(whole)
    return whole


def faults(schemes: Schemes, gazetteer: Gazetteer) -> tuple[SchemeFaults, ...]:
    """Overlaps and holes of every scheme; a scheme whose areas have no shapes overlaps where they share postcodes."""
    by_scheme: dict[str, list[SchemeArea]] = {}
    for area in schemes.areas:
        by_scheme.setdefault(area.scheme, []).append(area)
    return tuple(
        SchemeFaults(scheme, len(areas), tuple(_overlaps(areas)), tuple(_uncovered(areas, gazetteer.kinds)))
        for scheme, areas in by_scheme.items()
    )


def _overlaps(areas: Sequence[SchemeArea]) -> Iterator[tuple[str, str, float]]:
    for one, other in combinations(areas, 2):
        share = _share_in_common(one, other)
        if share > SLIVER:
            yield one.name, other.name, share


def _share_in_common(one: SchemeArea, other: SchemeArea) -> float:
    if one.shape is not None and other.shape is not None:
        smaller = min(shapely.area(one.shape), shapely.area(other.shape))
        return float(shapely.area(shapely.intersection(one.shape, other.shape)) / smaller)
    if one.postcodes and other.postcodes:
        return len(one.postcodes & other.postcodes) / min(len(one.postcodes), len(other.postcodes))
    return 0.0


def _uncovered(areas: Sequence[SchemeArea], places: Iterable[PlaceRef]) -> Iterator[str]:
    """Known places of which every area says that they lie elsewhere."""
    seen: set[str] = set()
    for place in sorted(places, key=lambda ref: ref.text):
        answers = {area.holds(place) for area in areas}
        if answers == {False} and place.text not in seen:
            seen.add(place.text)
            yield place.text


def _geometries(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    match document.get("type"):
        case "FeatureCollection":
            for feature in document["features"]:
                yield from _geometries(feature)
        case "Feature":
            yield document["geometry"]
        case _:
            yield document
