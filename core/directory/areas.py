"""Does a service serve where someone lives? By the names, postcodes and shapes of its service areas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

import shapely

from core.directory.names import plain_name
from core.directory.places import Gazetteer, PlaceRef
from core.directory.schemes import Schemes, shape_of

_KINDS_OF_AREA = frozenset({"borough", "county", "parish"})
"""In the form of `plain`, at the end of a name. Of each kind there is one around every home."""


class Serves(Enum):
    """The answer; MAYBE where an area is told in words that no known place bears."""

    YES = 1
    MAYBE = 2
    NO = 3


@dataclass(frozen=True, slots=True)
class Area:
    """A service area as the directory has it: a name, postcodes in a text extent, or a shape in a GeoJSON one."""

    name: str | None
    extent: str | None
    extent_type: str | None


@dataclass(frozen=True, slots=True)
class Geography:
    """What names of areas are looked up in: known places, and the areas of all schemes."""

    gazetteer: Gazetteer
    schemes: Schemes = field(default_factory=Schemes)


def serves(areas: Iterable[Area], place: PlaceRef, geography: Geography) -> tuple[Serves, str]:
    """Whether any of `areas` holds `place`, and the name of the one that does. No areas at all: MAYBE, anyone."""
    worst: Serves | None = None
    for area in areas:
        answer = _holds(area, place, geography)
        if answer is Serves.YES:
            return answer, area.name or place.postcode or place.text
        if worst is None or answer is Serves.MAYBE:
            worst = answer
    return worst or Serves.MAYBE, ""


def is_explained(area: Area, geography: Geography) -> bool:
    """Whether it can be told who lives in `area`; else everyone may, and a coordinator should see to it."""
    if area.extent:
        return bool(shape_of(area.extent) if _is_geojson(area) else _postcodes(area.extent))
    known = area.name and (geography.schemes.named(area.name) or geography.gazetteer.named(area.name))
    return bool(known)


def _holds(area: Area, place: PlaceRef, geography: Geography) -> Serves:
    if area.extent and _is_geojson(area):
        return _in_shape(area.extent, place)
    if area.extent and (area.extent_type or "text").casefold() in ("text", "postcodes", "postcode"):
        return _in_postcodes(area.extent, place)
    if not area.name:
        return Serves.MAYBE
    answers = {found.holds(place) for found in geography.schemes.named(area.name)}
    if answers - {None}:
        return Serves.YES if True in answers else Serves.NO
    return _in_named(area.name, place, geography.gazetteer)


def _in_named(name: str, place: PlaceRef, gazetteer: Gazetteer) -> Serves:
    known = gazetteer.named(name)
    if known is None:
        if _same(name, place.area):
            return Serves.YES
        return Serves.NO if _of_one_kind(name, place.area) else Serves.MAYBE
    # The person's own area, the named place itself, or a part of the wide area that is all they told us.
    if (
        _same(known.text, place.area) or _same(known.text, place.text) or _same(known.area, place.text)
        or (known.text == known.postcode and _same(known.postcode, place.postcode))
    ):  # fmt: skip
        return Serves.YES
    return Serves.NO if place.area or place.postcode else Serves.MAYBE


def _is_geojson(area: Area) -> bool:
    return (area.extent_type or "").casefold() in ("geojson", "json") or (area.extent or "").lstrip().startswith("{")


def _in_shape(extent: str, place: PlaceRef) -> Serves:
    shape = shape_of(extent)
    if shape is None or place.latitude is None or place.longitude is None:
        return Serves.MAYBE
    return Serves.YES if shapely.intersects_xy(shape, place.longitude, place.latitude) else Serves.NO


def _in_postcodes(extent: str, place: PlaceRef) -> Serves:
    postcodes = _postcodes(extent)
    if not postcodes or not place.postcode:
        return Serves.MAYBE
    return Serves.YES if plain_name(place.postcode) in postcodes else Serves.NO


def _postcodes(extent: str) -> set[str]:
    """The postcodes of a list; empty where it is no list of postcodes."""
    parts = {plain_name(part) for part in re.split(r"[,;|\n]", extent)} - {""}
    return parts if all(any(c.isdigit() for c in part) for part in parts) else set()


def _of_one_kind(name: str, other: str | None) -> bool:
    """ "Cook County" and "Lake County", of which nobody lives in both."""
    kinds = {word for told in (name, other or "") for word in plain_name(told).split()[-1:] or [""]}
    return len(kinds) == 1 and kinds <= _KINDS_OF_AREA


def _same(name: str | None, other: str | None) -> bool:
    return name is not None and other is not None and plain_name(name) == plain_name(other)
