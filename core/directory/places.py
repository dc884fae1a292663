"""Where is that? A resident's words for a place, looked up in the directory's own gazetteer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from core.db.models import ImportRun, Place
from core.directory.names import plain, plain_name
from intents.normalise import has_han

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""
SAME_NAME = 85.0
"""Likeness, of 100, from which a misspelt name is taken for a known one: a letter in seven may be wrong."""
SHORTEST_MISSPELT = 5
"""Letters. Shorter names have too many neighbours to be guessed."""
NEAREST_KM = 25.0
"""A shared position further than this from any known place is outside the community."""

_EXACTNESS = {"landmark": 0, "street": 1, "postcode": 2, "neighbourhood": 3, "town": 4, "area": 5}
_KEPT: WeakKeyDictionary[sa.Engine, tuple[tuple[object, ...], Gazetteer]] = WeakKeyDictionary()
"""The gazetteer of each database, with what it was made from: the number of places and the last import."""
_KINDS_OF_PLACE = frozenset(
    [
        "the",
        "st",
        "ave",
        "rd",
        "blvd",
        "ln",
        "dr",
        "sq",
        "pl",
        "pkwy",
        "hwy",
        "la",
        "el",
        "de",
        "del",
        "en",
        "calle",
        "avenida",
        "av",
        "carrer",
        "barrio",
        "colonia",
        "plaza",
        "paseo",
        "camino",
        "zona",
    ]
)
"""In the form of `plain`. What a place is, and small words; neither tells two places apart."""
_LONGEST_WORDS = 40
_LONGEST_NAME = 5


@dataclass(frozen=True, slots=True)
class PlaceRef:
    """A place of the community: its name, degrees (WGS 84), the area it lies in, its postcode, where known."""

    text: str
    latitude: float | None
    longitude: float | None
    area: str | None
    postcode: str | None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All known places by plain name, the most exact first. `kinds` holds each place's kind."""

    by_name: dict[str, list[PlaceRef]]
    kinds: dict[PlaceRef, str]
    misspellable: list[str] = field(default_factory=list)
    by_bare_name: dict[str, PlaceRef] = field(default_factory=dict)

    def named(self, name: str) -> PlaceRef | None:
        """The place that has exactly this name, as directories write it."""
        found = self.by_name.get(plain_name(name))
        return found[0] if found else None

    def resolve(self, text: str) -> PlaceRef | None:
        """The place that a resident's words mean; None where no known place is in them."""
        words = plain(text).split()[:_LONGEST_WORDS]
        found = self.by_name.get(" ".join(words))
        if found:
            return found[0]
        return self._inside(words) or self._inside_chinese(words) or self._misspelt(words) or self._without_kind(words)

    def nearest(self, latitude: float, longitude: float) -> PlaceRef | None:
        """The known place nearest to a position, with that very position."""
        near = [(km, ref) for ref in self.kinds
                if ref.latitude is not None and ref.longitude is not None
                and (km := kilometres(latitude, longitude, ref.latitude, ref.longitude)) <= NEAREST_KM]  # fmt: skip
        if not near:
            return None
        ref = min(near, key=lambda found: (found[0], found[1].text))[1]
        return PlaceRef(ref.text, latitude, longitude, ref.area, ref.postcode)

    def _inside(self, words: list[str]) -> PlaceRef | None:
        """The most exact of the names that stand in the text: a street before its postcode before its area."""
        found = [ref for part in _parts(words) for ref in self.by_name.get(part, ())]
        postcodes = {word for word in words if any(c.isdigit() for c in word)}
        return min(found, key=lambda ref: self._rank(ref, postcodes), default=None)

    def _inside_chinese(self, words: list[str]) -> PlaceRef | None:
        text = "".join(words)
        if not has_han(text):
            return None
        found = [ref for name, refs in self.by_name.items() if has_han(name) and name in text for ref in refs]
        return min(found, key=lambda ref: self._rank(ref, set()), default=None)

    def _misspelt(self, words: list[str]) -> PlaceRef | None:
        best, best_likeness = None, 0.0
        for part in _parts([word for word in words if not any(c.isdigit() for c in word)]):
            if len(part) < SHORTEST_MISSPELT:
                continue
            hit = process.extractOne(part, self.misspellable, scorer=fuzz.ratio, score_cutoff=SAME_NAME)
            if hit and hit[1] > best_likeness:
                best, best_likeness = self.by_name[hit[0]][0], hit[1]
        return best

    def _without_kind(self, words: list[str]) -> PlaceRef | None:
        """ "Calle Mill" for Mill Street: the name is right, the kind of place is said in another language."""
        name = _bare(words)
        return self.by_bare_name.get(name) if name and len(words) <= _LONGEST_NAME else None

    def _rank(self, ref: PlaceRef, postcodes: set[str]) -> tuple[bool, int, int, str]:
        elsewhere = ref.postcode is not None and plain_name(ref.postcode) not in postcodes
        return elsewhere and bool(postcodes), _EXACTNESS.get(self.kinds[ref], 9), -len(ref.text), ref.text


def load_gazetteer(session: Session) -> Gazetteer:
    """All places in the directory; made once for as long as the directory's places stay the same."""
    engine = session.get_bind().engine
    version = session.execute(
        sa.select(sa.func.count(Place.id), sa.select(sa.func.max(ImportRun.at)).scalar_subquery())
    )
    state = tuple(version.one())
    kept = _KEPT.get(engine)
    if kept is None or kept[0] != state:
        kept = _KEPT[engine] = (state, _read_gazetteer(session))
    return kept[1]


def _read_gazetteer(session: Session) -> Gazetteer:
    columns = (Place.name, Place.other_names, Place.kind, Place.latitude, Place.longitude, Place.area, Place.postcode)
    by_name: dict[str, list[PlaceRef]] = {}
    kinds: dict[PlaceRef, str] = {}
    for name, others, kind, latitude, longitude, area, postcode in session.execute(sa.select(*columns)):
        ref = PlaceRef(name, latitude, longitude, area, postcode)
        kinds[ref] = kind
        for spelling in {plain_name(n) for n in (name, *others)} - {""}:
            by_name.setdefault(spelling, []).append(ref)
    for refs in by_name.values():
        refs.sort(key=lambda ref: (_EXACTNESS.get(kinds[ref], 9) if kinds[ref] != "neighbourhood" else -1, ref.text))
    misspellable = sorted(name for name in by_name
                          if len(name) >= SHORTEST_MISSPELT and not any(c.isdigit() for c in name))  # fmt: skip
    bare = {_bare(name.split()): refs[0] for name, refs in by_name.items() if len(refs) == 1}
    return Gazetteer(by_name, kinds, misspellable, bare)


def _bare(words: list[str]) -> str:
    return " ".join(word for word in words if word not in _KINDS_OF_PLACE)


def resolve_place(session: Session, text: str) -> PlaceRef | None:
    """The place that `text` means ("near Brownsville", "12 Mill St", "11212"); None when it is unknown."""
    return load_gazetteer(session).resolve(text)


def nearest_place(session: Session, latitude: float, longitude: float) -> PlaceRef | None:
    """A shared position as a place; None outside the community."""
    return load_gazetteer(session).nearest(latitude, longitude)


def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance of two points in degrees (haversine)."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    half_north, half_east = (other_phi - phi) / 2, math.radians(other_longitude - longitude) / 2
    chord = math.sin(half_north) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


def distance(place: PlaceRef | None, latitude: float | None, longitude: float | None) -> float | None:
    """Kilometres from `place` to a point in degrees; None where either position is unknown."""
    if place is None or place.latitude is None or place.longitude is None or latitude is None or longitude is None:
        return None
    return kilometres(place.latitude, place.longitude, latitude, longitude)


def _parts(words: list[str]) -> Iterator[str]:
    """Every run of up to `_LONGEST_NAME` words."""
    for length in range(min(len(words), _LONGEST_NAME), 0, -1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
