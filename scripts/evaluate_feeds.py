"""Import whole real feeds with the mappings that come with Handrail, and say what became of them.

    HANDRAIL_TEST_DATA=path/to/data python scripts/evaluate_feeds.py

For each mapping the counts that `handrail directory import FOLDER --mapping NAME --dry-run --json` gives, on an empty
SQLite; of the services with any word about their hours, how many have hours that are known; and the seconds it took.
Prints a Markdown table. Nothing is written but a directory in a temporary folder, which goes again.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from core.db.engine import Database
from core.db.migrate import upgrade
from core.db.models import Schedule
from core.directory.importing import ImportReport, import_path, load_mapping
from core.directory.importing.gathering import gather

DATA = Path(os.environ.get("HANDRAIL_TEST_DATA", str(Path(__file__).parents[2] / "shared" / "data")))
FOLDERS = {
    "nyc-aging-dfta": "nyc-aging-dfta",
    "illinois-legal-aid": "illinois-legal-aid/input",
    "florida-legal-aid": "illinois-legal-aid/florida",
}
FOOD = "haarrrvest-food"


def main() -> None:
    """Print the table."""
    names = sorted(found.name.removesuffix(".toml") for found in files("core.directory.mappings").iterdir()
                   if found.name.endswith(".toml"))  # fmt: skip
    print("| mapping | taken | repaired | quarantined | hours told | of these known | seconds |")
    print("|---" * 7 + "|")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/directory.sqlite")
        upgrade(database)
        for name in names:
            print(row(database, name))
        database.close()


def row(database: Database, name: str) -> str:
    """One feed's line of the table."""
    folder, mapping = DATA / FOLDERS.get(name, FOOD), load_mapping(name)
    start = time.perf_counter()
    report = import_path(database, folder, source_name=name, mapping=mapping, now=datetime.now(UTC), dry_run=True)
    seconds = time.perf_counter() - start
    hours = list(hours_known(folder, name))
    share = f"{sum(hours)} ({sum(hours) / len(hours):.0%})" if hours else ""
    cells = (f"`{name}`", report.taken, report.repaired, left_out(report), len(hours), share, f"{seconds:.1f}")
    return f"| {' | '.join(map(str, cells))} |"


def left_out(report: ImportReport) -> str:
    """How many records were quarantined, by reason."""
    reasons = Counter(f"{record.field} {record.reason}" for record in report.quarantined)
    return "; ".join(f"{count} {reason}" for reason, count in reasons.most_common()) or "0"


def hours_known(folder: Path, name: str) -> Iterator[bool]:
    """For each service of which hours are told in any way, whether some are known."""
    for accepted in gather(folder, source_name=name, mapping=load_mapping(name), country="US").accepted:
        prepared = accepted.prepared
        parts = [*prepared.service.parts, *(part for place in prepared.locations for part in place.parts)]
        schedules = [part for part in parts if isinstance(part, Schedule)]
        if schedules:
            yield any(schedule.opens_at for schedule in schedules)


if __name__ == "__main__":
    main()
