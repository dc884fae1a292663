"""What the directory's stories share: the real data, a record to vary, a Monday morning."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.db.engine import Database
from core.db.migrate import upgrade
from core.directory.importing import ImportReport, import_path, load_mapping

REPOSITORY = Path(__file__).resolve().parents[2]
TEST_DATA = Path(os.environ.get("HANDRAIL_TEST_DATA", str(REPOSITORY.parent / "shared" / "data")))
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TakeIn = Callable[..., ImportReport]


@pytest.fixture
def monday_morning() -> datetime:
    """Ten o'clock in New York."""
    return NOW.astimezone(ZoneInfo("America/New_York"))


@pytest.fixture
def new_york() -> Path:
    """The folder of the city's list of contracted programs."""
    folder = TEST_DATA / "nyc-aging-dfta"
    if not folder.is_dir():
        pytest.skip(f"THE REAL DATA IS MISSING: no {folder}. Set HANDRAIL_TEST_DATA to the folder that holds it.")
    return folder


@pytest.fixture
def lunch_club() -> dict[str, Any]:
    """A whole HSDS record as a provider would send it."""
    return {
        "id": "5d9a6c4e-0b35-4d0c-9b6c-5e2f3f1f8a01",
        "name": "Lunch Club",
        "status": "active",
        "phones": [{"number": "(202) 555-0143 ext. 12"}],
        "schedules": [{"freq": "WEEKLY", "byday": "TU,TH", "opens_at": "11:30", "closes_at": "14:00"}],
        "organization": {"id": "kissena-friends", "name": "Kissena Friends"},
        "service_at_locations": [
            {"location": {"id": "hall", "name": "The Hall", "latitude": 40.75, "longitude": -73.82,
                          "addresses": [{"address_1": "45 Kissena Blvd", "city": "Flushing", "country": "US"}]}}
        ],
        "attributes": [{"taxonomy_term": {"taxonomy": "handrail-needs", "code": "food.meals"}}],
    }  # fmt: skip


@pytest.fixture
def take_in(database: Database, tmp_path: Path) -> TakeIn:
    """Writes records to a file and imports it."""

    def run(*records: Any, source: str = "friends", text: str | None = None, dry_run: bool = False) -> ImportReport:
        file = tmp_path / "services.json"
        file.write_text(json.dumps(records) if text is None else text, "utf-8")
        return import_path(database, file, source_name=source, now=NOW, dry_run=dry_run)

    return run


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Database]:
    """An empty directory of somebody else."""
    other = Database(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}")
    upgrade(other)
    yield other
    other.close()


@pytest.fixture
def city(database: Database, new_york: Path) -> Database:
    """A directory with the city's programs."""
    import_path(database, new_york, source_name="NYC Aging", mapping=load_mapping("nyc-aging-dfta"), now=NOW)
    return database
