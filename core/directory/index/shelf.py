"""One tantivy index: its fields, how a listing is put on it, and how far it has followed the directory.

Each listing is one document to be found by words, and one for each of its points to be found by need and place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import tantivy

from core.directory.changes import Stamp
from core.directory.index.listings import Listing
from core.directory.names import by_ear, joined
from intents.normalise import has_han

FORMAT = "3"
"""Changes with the fields and with what is put into them: an index of another format is made anew."""
FINEST_DEGREES = 0.01
"""Side of the finest squares, about 1.1 km north to south; each level doubles it."""
LEVELS = 9
"""The coarsest squares are 2.56 degrees, about 280 km."""
ANYWHERE = "*"
NOWHERE = "-"
"""In the place of a square: any point or none; and none, as of a helpline."""
LISTED = "."
"""In the place of a square: the one document of a listing that is found by words."""
SHORTEST_HEARD = 4
"""Letters of a word that is found by its sound too."""
WRITER_BYTES = 15_000_000
"""The least that tantivy works with. It holds some ten thousand documents until they are written."""

_GRAMS, _PAIRS = "grams", "pairs"
_STAMP = "stamp"


Fields = tuple[frozenset[str], frozenset[str], frozenset[str]]
"""The words of a listing's names, of its organizations' names, and of its description and addresses."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A listing's names in the form of `plain`, and all its words; of names also two neighbouring words as one."""

    id: UUID
    names: tuple[str, ...]
    fields: Fields


class Shelf:
    """An index in a folder of its own, or in memory. One process writes to it, many threads read."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open or make it. Raises ValueError where the folder holds something else, or another process writes to it."""
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self.schema = _schema()
        self._index = tantivy.Index(self.schema, str(folder) if folder else None)
        self.grams = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(3, 3)).build()
        self.pairs = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(2, 2)).build()
        self._index.register_tokenizer(_GRAMS, self.grams)
        self._index.register_tokenizer(_PAIRS, self.pairs)
        self._writer = self._index.writer(WRITER_BYTES, 1)

    @property
    def searcher(self) -> tantivy.Searcher:
        """What was committed last, and stays the same while it is held."""
        return self._index.searcher()

    def replace(self, gone: Iterable[UUID] | None, listings: Iterable[Listing], stamp: Stamp) -> None:
        """Take off the services `gone` (None: all), put on `listings`, note `stamp`. All of it or nothing."""
        try:
            self._take_off(gone)
            for listing in listings:
                self._writer.add_document(_by_words(listing))
                for document in _by_place(listing):
                    self._writer.add_document(document)
            document = tantivy.Document(id=_STAMP)
            document.add_bytes("kept", _stamp_text(stamp).encode())
            self._writer.add_document(document)
            self._writer.commit()
        except BaseException:
            self._writer.rollback()
            raise
        self._index.reload()

    def _take_off(self, gone: Iterable[UUID] | None) -> None:
        if gone is None:
            self._writer.delete_all_documents()
            return
        for term in (_STAMP, *(service_id.hex for service_id in gone)):
            self._writer.delete_documents_by_term("id", term)

    def stamp(self) -> Stamp | None:
        """How far it has followed; None where it is empty or of another format."""
        query = tantivy.Query.term_query(self.schema, "id", _STAMP)
        hits = self.searcher.search(query, limit=1).hits
        kept = _text(self.searcher, hits[0][1]).split() if hits else [""]
        return Stamp(int(kept[1]), UUID(kept[2]) if len(kept) > 2 else None) if kept[0] == FORMAT else None


def squares(latitude: float, longitude: float) -> Iterator[str]:
    """The squares that hold a point, from the finest level to the coarsest. A need before one makes a term."""
    for level in range(LEVELS):
        side = FINEST_DEGREES * 2**level
        yield f"|{level}|{math.floor(latitude / side)}|{math.floor(longitude / side)}"


def squares_around(need: str, level: int, latitude: float, longitude: float) -> list[str]:
    """The terms of a need ("": any) in the square of a point and in the eight around it: at least one side of a square
    in every direction."""
    side = FINEST_DEGREES * 2**level
    row, column = math.floor(latitude / side), math.floor(longitude / side)
    return [f"{need}|{level}|{row + up}|{column + right}" for up in (-1, 0, 1) for right in (-1, 0, 1)]


def spelt(name: str) -> str:
    """A name as grams are cut from it: its ends are letters of their own."""
    return f" {name} "


def heard(word: str) -> str:
    """The term for all words that sound like a plain word."""
    return f"~{by_ear(word)}"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("grams", tokenizer_name=_GRAMS, index_option="freq")
    builder.add_text_field("pairs", tokenizer_name=_PAIRS, index_option="freq")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    for terms in ("near", "language"):
        builder.add_text_field(terms, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("area", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("kept", stored=True)
    for number in ("high", "low", "standing"):
        builder.add_unsigned_field(number, fast=True)
    for number in ("latitude", "longitude"):
        builder.add_float_field(number, fast=True)
    return builder.build()


def _by_words(listing: Listing) -> tantivy.Document:
    document = _document(listing)
    document.add_text("grams", spelt("  ".join(sorted(listing.names | listing.organizations))))
    for name in listing.names | listing.organizations:
        if has_han(name):
            document.add_text("pairs", name)
    words = {*listing.words, *" ".join(listing.names | listing.organizations).split()}
    document.add_text("words", " ".join(words | {heard(word) for word in words if len(word) >= SHORTEST_HEARD}))
    document.add_text("near", " ".join([LISTED, *(square for point in listing.points for square in squares(*point))]))
    lines = (
        "\n".join(sorted(listing.names)),
        "\n".join(sorted(listing.organizations)),
        " ".join(sorted(listing.words)),
    )
    document.add_bytes("kept", "\n\n".join(lines).encode())
    return document


def _by_place(listing: Listing) -> Iterator[tantivy.Document]:
    points: list[tuple[float, float] | None] = [*sorted(listing.points)]
    for point in points or [None]:
        document = _document(listing)
        where = [f"|{ANYWHERE}", *(squares(*point) if point else (f"|{NOWHERE}",))]
        document.add_text("near", " ".join(need + square for need in listing.needs for square in where))
        if point:
            document.add_float("latitude", point[0])
            document.add_float("longitude", point[1])
        for area in listing.areas:
            document.add_text("area", area)
        document.add_text("language", " ".join(listing.languages))
        yield document


def _document(listing: Listing) -> tantivy.Document:
    document = tantivy.Document(id=listing.id.hex)
    document.add_unsigned("high", listing.id.int >> 64)
    document.add_unsigned("low", listing.id.int & (2**64 - 1))
    document.add_unsigned("standing", _standing(listing))
    return document


def _standing(listing: Listing) -> int:
    """What goes first where there are too many: what was checked last; then any order, but always the same one."""
    return ((listing.assured or date.min).toordinal() << 32) | (listing.id.int & (2**32 - 1))


def _stamp_text(stamp: Stamp) -> str:
    return " ".join([FORMAT, str(stamp.seq), *([stamp.service_id.hex] if stamp.service_id else [])])


def kept(searcher: tantivy.Searcher, service_id: UUID, address: tantivy.DocAddress) -> Kept:
    """What is kept with a listing."""
    names, organizations, words = _text(searcher, address).split("\n\n")
    fields = (_words_of(names.split("\n")), _words_of(organizations.split("\n")), frozenset(words.split()))
    return Kept(service_id, tuple(names.split("\n")), fields)


def _words_of(names: Sequence[str]) -> frozenset[str]:
    return frozenset(word for name in names for word in (*name.split(), *joined(name)))


def _text(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> str:
    return bytes(searcher.doc(address).get_first("kept") or b"").decode()


def service_ids(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> list[UUID]:
    """The services that documents are of."""
    high, low = (searcher.fast_field_values(field, addresses) for field in ("high", "low"))
    return [UUID(int=(int(left or 0) << 64) | int(right or 0)) for left, right in zip(high, low, strict=True)]
