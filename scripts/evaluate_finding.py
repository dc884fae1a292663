"""How well the right service is found, on look-ups judged by hand over real data (tests/evaluation/directory).

    HANDRAIL_TEST_DATA=path/to/data python scripts/evaluate_finding.py                  # the development half
    HANDRAIL_TEST_DATA=path/to/data python scripts/evaluate_finding.py --half final     # for a release, once

Both sets are one directory in a temporary SQLite. Where the judged need is known, `find` is asked with it, as for a
resident whose need was understood; else `find_by_text`, as a volunteer searches. The place is looked up in the words
judged to be one; in the text with slips nobody marked them, so the whole text is read. `--wrong` lists what was missed.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.db.engine import Database
from core.db.migrate import upgrade
from core.directory.find import Offer, Query, find, find_by_text
from core.directory.identity import entity_id, source_id
from core.directory.importing import import_path, load_mapping
from core.directory.places import resolve_place

JUDGED = Path(__file__).resolve().parents[1] / "tests" / "evaluation" / "directory" / "judged.jsonl"
DATA = Path(os.environ.get("HANDRAIL_TEST_DATA", str(Path(__file__).resolve().parents[2] / "shared" / "data")))
NO_TIME = "2026-03-10T10:30:00"
"""A Tuesday morning, where the text names no time: like the times that the others name."""
DEPTHS = (1, 3, 10)


@dataclass(frozen=True, slots=True)
class Set:
    """A judged set: the mapping and the folder it is imported with, and the zone of its times."""

    mapping: str
    folder: str
    zone: str


SETS = {
    "nyc": Set("nyc-aging-dfta", "nyc-aging-dfta", "America/New_York"),
    "illinois": Set("illinois-legal-aid", "illinois-legal-aid/input", "America/Chicago"),
}


@dataclass(frozen=True, slots=True)
class Lookup:
    """What somebody writes, clean and with slips, and the services of which any is right."""

    id: str
    set: str
    kind: str
    language: str
    text: str
    typo: str
    need: str | None
    place: str | None
    at: datetime
    right: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Outcome:
    """At which place, from 1, the first right service stood among what was found; None where none did."""

    lookup: Lookup
    slips: bool
    place: int | None
    found: tuple[str, ...]

    def within(self, depth: int) -> bool:
        """Whether a right one is among the first `depth`."""
        return self.place is not None and self.place <= depth


def read_lookups(half: str) -> list[Lookup]:
    """The look-ups of one half."""
    rows = [json.loads(line) for line in JUDGED.read_text("utf-8").splitlines()]
    return [_lookup(row) for row in rows if row["half"] == half]


def _lookup(row: dict[str, Any]) -> Lookup:
    judged = SETS[row["set"]]
    source = source_id(judged.mapping)
    at = datetime.fromisoformat(row["at"] or NO_TIME).replace(tzinfo=ZoneInfo(judged.zone))
    right = frozenset(entity_id(source, "service", own_id) for own_id in row["right"])
    told = {key: row[key] for key in ("id", "set", "kind", "language", "text", "typo", "need", "place")}
    return Lookup(**told, at=at, right=right)


@contextmanager
def both_sets() -> Iterator[Database]:
    """A directory with the data of both sets, which goes again."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/directory.sqlite")
        upgrade(database)
        for judged in SETS.values():
            mapping = load_mapping(judged.mapping)
            import_path(
                database, DATA / judged.folder, source_name=judged.mapping, mapping=mapping, now=datetime.now(UTC)
            )
        yield database
        database.close()


def run(database: Database, lookups: Sequence[Lookup]) -> list[Outcome]:
    """Every look-up, clean and with slips."""
    with database.read() as session:
        return [_outcome(session, lookup, slips) for slips in (False, True) for lookup in lookups]


def _outcome(session: Session, lookup: Lookup, slips: bool) -> Outcome:
    offers = _ask(session, lookup, slips)
    places = (place for place, offer in enumerate(offers, start=1) if offer.service_id in lookup.right)
    return Outcome(lookup, slips, next(places, None), tuple(offer.name.original for offer in offers))


def _ask(session: Session, lookup: Lookup, slips: bool) -> tuple[Offer, ...]:
    text = lookup.typo if slips else lookup.text
    near = resolve_place(session, text if slips else lookup.place) if lookup.place else None
    if lookup.need is None:
        return find_by_text(session, text, near=near, at=lookup.at, language=lookup.language, limit=max(DEPTHS))
    query = Query(lookup.need, near, lookup.at, lookup.language, limit=max(DEPTHS), words=text)
    return find(session, query).offers


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Markdown: of 100 look-ups, how many have a right one among the first 1, 3 and 10, clean and with slips."""
    yield "| | look-ups | first | in 3 | in 10 | with slips: first | in 3 | in 10 |"
    yield "|---|" + "---:|" * 7
    for name, belongs in _groups([outcome.lookup for outcome in outcomes]):
        chosen = [outcome for outcome in outcomes if belongs(outcome.lookup)]
        halves = ([one for one in chosen if one.slips is slips] for slips in (False, True))
        shares = [f"{share(half, depth):.1f}" for half in halves for depth in DEPTHS]
        yield f"| {' | '.join([name, str(len(chosen) // 2), *shares])} |"


def share(outcomes: Sequence[Outcome], depth: int) -> float:
    """Per cent of `outcomes` with a right service among the first `depth`."""
    return 100 * sum(outcome.within(depth) for outcome in outcomes) / len(outcomes)


def _groups(lookups: Sequence[Lookup]) -> Iterator[tuple[str, Callable[[Lookup], bool]]]:
    """All, and those of each kind, language and set."""
    yield "**all**", lambda _: True
    for what in ("kind", "language", "set"):
        for value in dict.fromkeys(getattr(lookup, what) for lookup in lookups):
            yield value, lambda lookup, what=what, value=value: getattr(lookup, what) == value  # type: ignore[misc]


def main() -> None:
    """Print the table; with --wrong what had no right service among the first three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("development", "final"), default="development")
    parser.add_argument("--wrong", action="store_true")
    chosen = parser.parse_args()
    with both_sets() as database:
        outcomes = run(database, read_lookups(chosen.half))
    print("\n".join(table(outcomes)))
    for outcome in outcomes if chosen.wrong else ():
        if not outcome.within(3):
            text = outcome.lookup.typo if outcome.slips else outcome.lookup.text
            print(f"{outcome.lookup.id} {outcome.place}: {text} -> {' | '.join(outcome.found[:3])}")


if __name__ == "__main__":
    main()
