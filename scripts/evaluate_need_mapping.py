"""How well needs are found from what services say of themselves, where the truth is known and was hidden.

    python scripts/evaluate_need_mapping.py DATA --half final
    python scripts/evaluate_need_mapping.py DATA --sweep

DATA is the folder of public data sets (nyc-aging-dfta, illinois-legal-aid, haarrrvest-food). The truth is what their
mapping files in core/directory/mappings say, and what the sample community says. `--sweep` shows other thresholds on
the development half; those in core/directory/needs/reading.py were chosen from it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import product
from pathlib import Path

import sqlalchemy as sa

from app.demo import SAMPLE
from app.wiring import build_model
from core.config import Config
from core.db.engine import Database
from core.db.migrate import upgrade
from core.db.models import Service, ServiceNeed
from core.directory.importing import import_path, load_mapping
from core.directory.needs import ReadNeeds, reading
from core.directory.needs.reading import Described, Found, Term, find_needs, words_of
from core.directory.taxonomy import known_terms
from intents.understand import understand
from intents.understanding import NeedGuess

Labelled = tuple[Described, frozenset[str]]
"""A service, and the needs that it meets."""


@dataclass
class Counts:
    """Of `services`: how many have needs taken without a look, how many of those needs are right, for how many services
    one of them is; for how many a coordinator is asked, and for how many of these a proposal is right."""

    services: int = 0
    taken: int = 0
    right: int = 0
    asked: int = 0
    asked_right: int = 0

    def add(self, found: Found, truth: frozenset[str]) -> None:
        self.services += 1
        self.taken += bool(found.needs)
        self.right += bool(found.needs) and truth.issuperset(found.needs)
        self.asked += bool(found.proposals)
        self.asked_right += any(proposal.need_code in truth for proposal in found.proposals)

    def row(self, name: str) -> str:
        precision = f"{self.right / self.taken:.3f}" if self.taken else "-"
        recall = f"{self.right / max(self.services, 1):.3f}"
        asked = f"{self.asked_right / self.asked:.2f}" if self.asked else "-"
        return f"| {name} | {self.services} | {self.taken} | {precision} | {recall} | {self.asked} | {asked} |"


HEAD = """| data | services | taken | precision | recall | asked about | a proposal is right |
|---|---:|---:|---:|---:|---:|---:|"""


def sources(data: Path) -> Iterator[tuple[str, Path, str | None]]:
    """(set, path, mapping) of everything with a truth."""
    yield "sample community", SAMPLE, None
    yield "Illinois legal aid", data / "illinois-legal-aid" / "input", "illinois-legal-aid"
    yield "Florida legal aid", data / "illinois-legal-aid" / "florida", "florida-legal-aid"
    for feed in sorted((data / "haarrrvest-food").glob("[a-z]*.jsonl")):
        yield "food, 18 feeds", feed, feed.stem.replace("_", "-")
    yield "New York, for older people", data / "nyc-aging-dfta", "nyc-aging-dfta"


def labelled(path: Path, mapping: str | None) -> list[Labelled]:
    """The services of one source with the needs that it, or its mapping file, tells."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/labelled.db")
        upgrade(database)
        chosen = load_mapping(mapping) if mapping else None
        import_path(database, path, source_name="labelled", mapping=chosen, now=datetime.now(UTC))
        with database.read() as session:
            truth: dict[object, set[str]] = {}
            for service_id, code in session.execute(sa.select(ServiceNeed.service_id, ServiceNeed.need_code)):
                truth.setdefault(service_id, set()).add(code)
            rows = session.execute(sa.select(Service.id, Service.name, Service.description)).all()
        database.close()
    return [(Described(own, name, said or ""), frozenset(truth[own])) for own, name, said in rows if own in truth]


def of_half(sets: dict[str, list[Labelled]], half: str) -> dict[str, list[Labelled]]:
    """Every other service, by its id, which knows nothing of what it is."""
    rest = {"development": 0, "final": 1}
    return {
        name: [item for item in items if half == "all" or item[0].service_id.int % 2 == rest[half]]
        for name, items in sets.items()
    }


def table(sets: dict[str, list[Labelled]], read: ReadNeeds) -> str:
    """Precision and recall of every set, and of all."""
    lines, total = [HEAD], Counts()
    for name, items in sets.items():
        counts = Counts()
        for service, truth in items:
            found = find_needs(service, read)
            counts.add(found, truth)
            total.add(found, truth)
        lines.append(counts.row(name))
    return "\n".join([*lines, total.row("all")])


def sweep(sets: dict[str, list[Labelled]], read: ReadNeeds) -> str:
    """The same in one line each for other thresholds."""
    lines = []
    chosen = reading.WHOLE, reading.EACH
    for whole, each in product((0.5, 0.65, 0.8, 0.9, 0.95), (0.0, 0.1, 0.2, 0.3, 0.5)):
        reading.WHOLE, reading.EACH = whole, each  # type: ignore[misc]
        lines.append(f"\nname and description {whole}, each {each}\n{table(sets, read)}")
    reading.WHOLE, reading.EACH = chosen  # type: ignore[misc]
    return "\n".join(lines)


def proposals(sets: dict[str, list[Labelled]], read: ReadNeeds) -> str:
    """Of the services that aren't read surely: how often the first, second, third guess is right, by confidence."""
    lines = ["| guess | confidence | how many | right |", "|---|---:|---:|---:|"]
    items = [item for own in sets.values() for item in own if not find_needs(item[0], read).needs]
    for rank, (least, below) in product(range(3), ((0.8, 1.01), (0.5, 0.8), (0.3, 0.5), (0.1, 0.3))):
        right = [
            guesses[rank].code in truth
            for service, truth in items
            if len(guesses := read(words_of(service))) > rank and least <= guesses[rank].confidence < below
        ]
        if right:
            lines.append(f"| {rank + 1} | {least} to {min(below, 1)} | {len(right)} | {sum(right) / len(right):.2f} |")
    return "\n".join(lines)


def strange_terms(read: ReadNeeds) -> str:
    """How often the reading of a term's bare name is right, on the names of Open Eligibility, of which we know."""
    meant: dict[str, set[str]] = {}
    for term in known_terms():
        if not term.situation:
            meant.setdefault(term.name, set()).update(term.needs)
    lines = []
    for least in (0.65, 0.9, 0.99):
        best = [(guesses[0], needs) for name, needs in meant.items() if (guesses := read(name))]
        taken = [guess.code in needs for guess, needs in best if guess.confidence >= least]
        lines.append(f"| {least} | {len(taken)} of {len(meant)} | {sum(taken) / len(taken):.2f} |")
    return "\n".join(["| at least | terms | right |", "|---:|---:|---:|", *lines])


def by_terms() -> str:
    """What the table of known terms gives, and how much of it is narrow enough to be believed."""
    service_terms = [term for term in known_terms() if not term.situation]
    known = [find_needs(Described(_NOBODY, "", "", (Term("Open Eligibility", t.id, t.name),)), None).needs == t.needs
             for t in service_terms]  # fmt: skip
    with_needs = sum(bool(term.needs) for term in service_terms)
    return f"{len(service_terms)} service terms, {with_needs} of them with needs; {sum(known)} found by id and name."


_NOBODY = reading.UUID(int=0)


def reader() -> Callable[[str], Sequence[NeedGuess]]:
    """The community's model, each text read once."""
    model = build_model(Config.from_env(os.environ))
    return cache(lambda text: understand(text, model).needs)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=("development", "final", "all"), default="development")
    parser.add_argument("--sweep", action="store_true", help="Other thresholds too, on the development half.")
    parser.add_argument("--wrong", action="store_true", help="List what was taken and isn't so.")
    chosen = parser.parse_args()
    read = reader()
    sets: dict[str, list[Labelled]] = {}
    for name, path, mapping in sources(chosen.data):
        sets.setdefault(name, []).extend(labelled(path, mapping))
    sets = of_half(sets, "development" if chosen.sweep else chosen.half)
    print(f"{by_terms()}\n\n{strange_terms(read)}\n\n{sweep(sets, read) if chosen.sweep else table(sets, read)}")
    print(f"\n{proposals(sets, read)}")
    if chosen.wrong:
        for name, items in sets.items():
            for service, truth in items:
                if set(needs := find_needs(service, read).needs) - truth:
                    print(f"{name}: {service.name}: {needs[0]} (told: {', '.join(sorted(truth))})")


if __name__ == "__main__":
    main()
