"""What the index is asked: who meets a need near a place, and what is called something like this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from uuid import UUID

from tantivy import DocAddress, Occur, Query

from core.directory.index.shelf import (
    ANYWHERE,
    LEVELS,
    LISTED,
    NOWHERE,
    SHORTEST_HEARD,
    Kept,
    Shelf,
    heard,
    kept,
    service_ids,
    spelt,
    squares_around,
)
from core.directory.names import plain_name
from core.directory.places import PlaceRef, kilometres
from core.directory.wording import Said, if_misspelt, things_said
from intents.normalise import has_han

ALL = 128
"""Where no more points than these meet a need, they are all judged."""
NEAREST = 48
"""Services nearest to a place that are judged: one further away would have to be better in all else."""
BESIDE = 16
"""Services that are judged as well for each other thing that may bring one forward: language, area, name."""
MEASURED = 8
"""Points whose distance is measured, at most, for each service that is looked for."""
COARSER = 2
"""Levels by which the squares may be coarser in which speakers of a rare language are looked for."""
SPELLINGS = 48
"""Services with names like a text that are compared letter by letter, and as many again near the place."""
NAMES_NEAR_LEVEL = 4
"""Their squares: some 18 km each, so at least that far."""
RAREST = 24
"""Words of a text that are looked up, and as many grams, the rarest: the others tell little and take long."""
SHORTEST_MISSPELT, LONG, MOST_MISSPELT = 5, 8, 4
"""Letters of a word in which one slip is looked for, and two; and how many such words of a text, for they take long."""
LONGEST_OTHER = 2
"""Words of another way to say it that are looked up: longer ones hold small words, and others stand beside them."""
WHOLE, OTHER_WORD = 2.5, 2.0
"""What a whole word counts, and another word for it, where a gram of three letters counts 1."""
NEARLY = 6.0
"""What a word with a slip counts, in the measure of BM25, where a rare word counts some ten."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is looked for by need. language: a primary tag. words: how the resident put it."""

    need: str
    place: PlaceRef | None
    language: str
    words: str


class Reading:
    """One state of the index, and the questions to it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._searcher = shelf.searcher

    def meeting(self, asked: Asked, *, wide: int = 1) -> tuple[list[UUID], bool]:
        """The services to judge for a need, `wide` times as many as usual; and whether no others meet it."""
        points = self._searcher.doc_freq("near", f"{asked.need}|{ANYWHERE}")
        everyone = self._term("near", f"{asked.need}|{ANYWHERE}")
        if points <= ALL * wide:
            return _once(self._services(everyone, ALL * wide)), True
        at, most = _point(asked.place), NEAREST * wide
        speaking = self._term("language", asked.language)
        chosen = self._named(asked)
        if at is None:
            chosen += self._services(_all(everyone, speaking), most) + self._services(everyone, most)
        else:
            level = self._level(asked.need, at, most)
            chosen += self._nearest(asked.need, at, level, most)
            if self._is_rare(asked.language):
                chosen += self._nearest(asked.need, at, level, BESIDE * wide, speaking)
            chosen += self._services(self._term("near", f"{asked.need}|{NOWHERE}"), BESIDE * wide)
        if areas := _areas(asked.place):
            chosen += self._services(_all(everyone, self._any("area", areas)), BESIDE * wide)
        return _once(chosen), False

    def called(self, text: str, near: PlaceRef | None) -> list[Kept]:
        """What may be meant by `text`, misspelt or in other order: to be compared letter by letter."""
        like = self._like(text)
        if not like:
            return []
        hits = self._searcher.search(_some(*like), limit=SPELLINGS, count=False).hits
        if at := _point(near):
            around = self._any("near", squares_around("", NAMES_NEAR_LEVEL, *at))
            hits += self._searcher.search(_all(around, _some(*like)), limit=SPELLINGS, count=False).hits
        found = {service_id: address for (_, address), service_id in zip(hits, self._ids(hits), strict=True)}
        return [kept(self._searcher, service_id, address) for service_id, address in found.items()]

    def _named(self, asked: Asked) -> list[UUID]:
        like = self._like(asked.words)
        if not like:
            return []
        ids = self._ids(self._searcher.search(_some(*like), limit=SPELLINGS, count=False).hits)
        same = self._any("id", [service_id.hex for service_id in ids])
        return self._services(_all(same, self._term("near", f"{asked.need}|{ANYWHERE}")), BESIDE)

    def _like(self, text: str) -> list[Query]:
        """Queries that together rank listings by what they have in common with `text`."""
        words: set[str] = set()
        others: set[str] = set()
        said = _telling(things_said(text))
        for one in said:
            spelt_so = {*one.words, *one.joined}
            unknown = not any(map(self.frequency, spelt_so))
            also = one.also or (if_misspelt(one) if unknown else ())
            words |= {heard(word) for word in spelt_so if unknown and len(word) >= SHORTEST_HEARD}
            words |= spelt_so
            others |= {word for phrase in also if len(phrase) <= LONGEST_OTHER for word in phrase}
        wanted = " ".join(word for one in said for word in one.words)
        pairs = {("pairs", pair) for pair in self._shelf.pairs.analyze(wanted)} if has_han(wanted) else set()
        grams = {("grams", gram) for gram in self._shelf.grams.analyze(spelt(wanted))}
        whole = [Query.boost_query(query, WHOLE) for query in self._rarest({("words", word) for word in words} | pairs)]
        also_said = self._rarest({("words", word) for word in others - words})
        whole += [Query.boost_query(query, OTHER_WORD) for query in also_said]
        misspelt = [word for word in wanted.split() if len(word) >= SHORTEST_MISSPELT and not self.frequency(word)]
        return [*whole, *self._rarest(grams), *map(self._nearly, misspelt[:MOST_MISSPELT])]

    def _rarest(self, terms: set[tuple[str, str]]) -> list[Query]:
        often = {term: count for term in terms if (count := self._searcher.doc_freq(*term))}
        return [self._term(*term) for term in sorted(often, key=lambda term: (often[term], term))[:RAREST]]

    def _nearly(self, word: str) -> Query:
        slips = 1 if len(word) < LONG else 2
        nearly = Query.fuzzy_term_query(self._shelf.schema, "words", word, slips, True)
        return Query.boost_query(nearly, NEARLY)

    def frequency(self, word: str) -> int:
        """In how many listings a plain word stands."""
        return self._searcher.doc_freq("words", word)

    @property
    def listings(self) -> int:
        """How many listings there are."""
        return self._searcher.doc_freq("near", LISTED)

    def of(self, ids: Sequence[UUID]) -> list[Kept]:
        """What is kept with the listings `ids`."""
        among = _all(self._any("id", [service_id.hex for service_id in ids]), self._term("near", LISTED))
        hits = self._searcher.search(among, limit=max(len(ids), 1), count=False).hits
        return [kept(self._searcher, i, address) for i, (_, address) in zip(self._ids(hits), hits, strict=True)]

    def _level(self, need: str, at: tuple[float, float], most: int) -> int:
        """The finest level whose squares around `at` hold `most` services."""
        for level in range(LEVELS):
            squares = squares_around(need, level, *at)
            if sum(self._searcher.doc_freq("near", square) for square in squares) >= most:
                return level
        return LEVELS

    def _around(self, need: str, level: int, at: tuple[float, float]) -> list[str]:
        return squares_around(need, level, *at) if level < LEVELS else [f"{need}|{ANYWHERE}"]

    def _is_rare(self, language: str) -> bool:
        """Whether too few speak it for some to be among the nearest anyway."""
        return self._searcher.doc_freq("language", language) * NEAREST < BESIDE * self._searcher.num_docs

    def _nearest(self, need: str, at: tuple[float, float], level: int, most: int, *also: Query) -> list[UUID]:
        """The nearest that meet a need and `also`; from squares one level finer than `level` to some coarser."""
        inner: list[DocAddress] = []
        outer: list[DocAddress] = []
        for wider in range(max(level - 1, 0), min(level + COARSER, LEVELS) + 1):
            within = self._any("near", self._around(need, wider, at))
            inner, outer = outer, [address for _, address in self._search(_all(within, *also), MEASURED * most)]
            if len(outer) >= most:
                break
        addresses = inner + outer  # of `outer` there may be more than are measured, of `inner` not
        north, east = (self._searcher.fast_field_values(field, addresses) for field in ("latitude", "longitude"))
        measured = (
            (kilometres(*at, latitude, longitude), order)
            for order, (latitude, longitude) in enumerate(zip(north, east, strict=True))
            if latitude is not None and longitude is not None
        )
        nearest = [addresses[order] for _, order in nsmallest(2 * most, measured)]  # those of `inner` are there twice
        return _once(service_ids(self._searcher, nearest))[:most]

    def _services(self, query: Query, limit: int) -> list[UUID]:
        return self._ids(self._search(query, limit))

    def _search(self, query: Query, limit: int) -> Sequence[tuple[object, DocAddress]]:
        """What was checked last where there are too many."""
        return self._searcher.search(query, limit=limit, count=False, order_by_field="standing").hits

    def _ids(self, hits: Iterable[tuple[object, DocAddress]]) -> list[UUID]:
        return service_ids(self._searcher, [address for _, address in hits])

    def _term(self, field: str, term: str) -> Query:
        return Query.term_query(self._shelf.schema, field, term, "freq")

    def _any(self, field: str, terms: Sequence[str]) -> Query:
        return Query.term_set_query(self._shelf.schema, field, terms)


def _telling(said: Sequence[Said]) -> Sequence[Said]:
    """Without small words, unless there are no others."""
    return [one for one in said if not one.small] or said


def _all(*queries: Query) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _some(*queries: Query) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _once(ids: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))


def _point(place: PlaceRef | None) -> tuple[float, float] | None:
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


def _areas(place: PlaceRef | None) -> list[str]:
    """What areas of services may be called that hold the place."""
    told = (place.text, place.area, place.postcode) if place else ()
    return sorted({plain_name(name) for name in told if name} - {""})
