"""The checks of an import without the import: for providers who prepare a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from core.db.base import Base
from core.db.engine import Database
from core.directory.importing import ImportReport, MappingFile, import_path

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def validate_path(path: Path, *, mapping: MappingFile | None = None, country: str = "US") -> ImportReport:
    """What an import of `path` into an empty directory would do. Raises ImportFailed as an import does."""
    database = Database("sqlite:///:memory:")
    try:
        Base.metadata.create_all(database.engine)
        return import_path(
            database, path, source_name=path.name, mapping=mapping, now=_ANY_TIME, country=country, dry_run=True
        )
    finally:
        database.close()
