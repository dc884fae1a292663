"""Does a service serve where someone lives? By the names and postcodes of its service areas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from core.directory.names import plain_name
from core.directory.places import Gazetteer, PlaceRef


class Serves(Enum):
    """The answer; MAYBE where an area is told in words that no known place bears."""

    YES = 1
    MAYBE = 2
    NO = 3


@dataclass(frozen=True, slots=True)
class Area:
    """A service area as the directory has it: a name, or postcodes in a text extent."""

    name: str | None
    extent: str | None
    extent_type: str | None


def serves(areas: Iterable[Area], place: PlaceRef, gazetteer: Gazetteer) -> tuple[Serves, str]:
    """Whether any of `areas` holds `place`, and the name of the one that does. No areas at all: MAYBE, anyone."""
    worst: Serves | None = None
    for area in areas:
        answer = _holds(area, place, gazetteer)
        if answer is Serves.YES:
            return answer, area.name or place.postcode or place.text
        if worst is None or answer is Serves.MAYBE:
            worst = answer
    return worst or Serves.MAYBE, ""


def _holds(area: Area, place: PlaceRef, gazetteer: Gazetteer) -> Serves:
    if area.extent and (area.extent_type or "text").casefold() in ("text", "postcodes", "postcode"):
        return _in_postcodes(area.extent, place)
    if not area.name:
        return Serves.MAYBE
    known = gazetteer.named(area.name)
    if known is None:
        return Serves.YES if _same(area.name, place.area) else Serves.MAYBE
    # The person's own area, the named place itself, or a part of the wide area that is all they told us.
    if (
        _same(known.text, place.area) or _same(known.text, place.text) or _same(known.area, place.text)
        or (known.text == known.postcode and _same(known.postcode, place.postcode))
    ):  # fmt: skip
        return Serves.YES
    return Serves.NO if place.area or place.postcode else Serves.MAYBE


def _in_postcodes(extent: str, place: PlaceRef) -> Serves:
    postcodes = {plain_name(part) for part in re.split(r"[,;|\n]", extent)}
    if not all(any(c.isdigit() for c in postcode) for postcode in postcodes) or not place.postcode:
        return Serves.MAYBE
    return Serves.YES if plain_name(place.postcode) in postcodes else Serves.NO


def _same(name: str | None, other: str | None) -> bool:
    return name is not None and other is not None and plain_name(name) == plain_name(other)
