"""Where is that? A resident's words for a place, looked up in the directory's own gazetteer."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from statistics import fmean
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from sqlalchemy.orm import Session

from core.db.models import ImportRun, Place, ServiceArea
from core.directory.names import by_ear, plain, plain_name
from intents.normalise import has_han

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""
SAME_NAME = 85.0
"""Likeness, of 100, from which a misspelt name is taken for a known one: a letter in seven may be wrong."""
SHORTEST_MISSPELT = 5
"""Letters. Shorter names have too many neighbours to be guessed."""
SHORTEST_ONE_WRONG = 6
"""Letters of a name in which one may be wrong, missing, too many or in its neighbour's place, whatever its likeness."""
SHORTEST_CHINESE = 3
"""Characters of a name of which one may be wrong."""
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
_COUNTY = re.compile(r"\bcondado (?:de )?(\w+)|([a-z]+) ?县")
"""How Spanish and Chinese say "Lake County"."""
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
    """All known places by plain name, the most exact first. `kinds` holds each place's kind; `served` are areas of
    which nothing is known but that services name them."""

    by_name: dict[str, list[PlaceRef]]
    kinds: dict[PlaceRef, str]
    misspellable: list[str] = field(default_factory=list)
    by_bare_name: dict[str, PlaceRef] = field(default_factory=dict)
    served: dict[str, PlaceRef] = field(default_factory=dict)
    by_sound: dict[str, PlaceRef] = field(default_factory=dict)

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
        if known := self._inside(words) or self._inside_chinese(words):
            return known
        words = _COUNTY.sub(r" \1\2 county ", " ".join(words)).split()
        found = [ref for ref in (self._served(words), self._misspelt(words)) if ref]
        if found:  # "jersy county illinois" is the county
            return max(found, key=lambda ref: len(ref.text.split()))
        return self._misspelt_chinese(words) or self._by_ear(words) or self._without_kind(words)

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

    def _served(self, words: list[str]) -> PlaceRef | None:
        return next((self.served[part] for part in _parts(words) if part in self.served), None)

    def _by_ear(self, words: list[str]) -> PlaceRef | None:
        sounds = (_sound(part) for part in _parts(words) if len(part) >= SHORTEST_MISSPELT)
        return next((self.by_sound[sound] for sound in sounds if sound in self.by_sound), None)

    def _misspelt_chinese(self, words: list[str]) -> PlaceRef | None:
        """A name with one wrong character, as when another one sounds the same: 法拉胜 is 法拉盛."""
        text = "".join(words)
        if not has_han(text):
            return None
        found = [ref for name, refs in self.by_name.items() for ref in refs
                 if has_han(name) and len(name) >= SHORTEST_CHINESE and _one_wrong(name, text)]  # fmt: skip
        return min(found, key=lambda ref: self._rank(ref, set()), default=None)

    def _misspelt(self, words: list[str]) -> PlaceRef | None:
        best, best_likeness = None, 0.0
        for part in _parts([word for word in words if not any(c.isdigit() for c in word)]):
            if len(part) < SHORTEST_MISSPELT:
                continue
            hit = process.extractOne(part, self.misspellable, scorer=fuzz.ratio, score_cutoff=SAME_NAME)
            if hit is None and len(part) >= SHORTEST_ONE_WRONG:
                one_wrong = 1 - 1.01 / len(part)
                hit = process.extractOne(
                    part, self.misspellable, scorer=OSA.normalized_similarity, score_cutoff=one_wrong
                )
            likeness = 0.0 if hit is None else hit[1] if hit[1] > 1 else 100 * hit[1]
            if hit and likeness > best_likeness:
                best, best_likeness = (self.by_name.get(hit[0]) or [self.served[hit[0]]])[0], likeness
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
    _join_neighbourhoods(by_name, kinds)
    served = _served_areas(session, by_name)
    misspellable = sorted(name for name in (*by_name, *served)
                          if len(name) >= SHORTEST_MISSPELT and not any(c.isdigit() for c in name))  # fmt: skip
    bare = {_bare(name.split()): refs[0] for name, refs in by_name.items() if len(refs) == 1}
    by_sound = {_sound(name): (by_name.get(name) or [served[name]])[0] for name in misspellable}
    return Gazetteer(by_name, kinds, misspellable, bare, served, by_sound)


def _sound(name: str) -> str:
    return " ".join(map(by_ear, name.split()))


def _served_areas(session: Session, known: Container[str]) -> dict[str, PlaceRef]:
    """Areas that services name and no list of places has: "Cook County". Where they lie isn't known."""
    names = session.scalars(sa.select(ServiceArea.name).where(ServiceArea.name.is_not(None)).distinct())
    served = {plain_name(name): PlaceRef(name, None, None, name, None) for name in names if name}
    return {
        spelling: ref for spelling, ref in served.items()
        if spelling and spelling not in known and len(spelling.split()) <= _LONGEST_NAME
    }  # fmt: skip


def _join_neighbourhoods(by_name: dict[str, list[PlaceRef]], kinds: dict[PlaceRef, str]) -> None:
    """A name that several neighbourhoods of one area share ("Bushwick" for its north and its south) means them all."""
    for spelling, refs in by_name.items():
        points = [
            (ref.latitude, ref.longitude) for ref in refs if ref.latitude is not None and ref.longitude is not None
        ]
        if len(points) < len(refs) or len(refs) < 2 or len({ref.area for ref in refs}) > 1:
            continue
        if all(kinds[ref] == "neighbourhood" for ref in refs):
            north, east = (fmean(degrees) for degrees in zip(*points, strict=True))
            whole = PlaceRef(refs[0].text, north, east, refs[0].area, None)
            kinds.setdefault(whole, "neighbourhood")
            by_name[spelling] = [whole, *refs]


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


def _one_wrong(name: str, text: str) -> bool:
    """Whether a part of `text` is `name` but for one character."""
    parts = (text[start : start + len(name)] for start in range(len(text) - len(name) + 1))
    return any(sum(left != right for left, right in zip(part, name, strict=True)) == 1 for part in parts)


def _parts(words: list[str]) -> Iterator[str]:
    """Every run of up to `_LONGEST_NAME` words."""
    for length in range(min(len(words), _LONGEST_NAME), 0, -1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
