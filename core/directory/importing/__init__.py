"""Taking in directory data: HSDS JSON, or flat CSV with a mapping file. All good records together, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.db.engine import Database
from core.directory.importing.gathering import gather
from core.directory.importing.mapping import MappingFile, load_mapping
from core.directory.importing.report import ImportFailed, ImportReport, QuarantinedRecord
from core.directory.importing.writing import take_in

__all__ = [
    "ImportFailed",
    "ImportReport",
    "MappingFile",
    "QuarantinedRecord",
    "import_path",
    "load_mapping",
]


class _DryRun(Exception):
    """Carries the report out of a transaction that is to be rolled back."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report


def import_path(
    database: Database,
    path: Path,
    *,
    source_name: str,
    mapping: MappingFile | None = None,
    now: datetime,
    country: str = "US",
    dry_run: bool = False,
) -> ImportReport:
    """Take in a file, or a folder with services.json and its side files, as the data of `source_name`.

    country: two letters, for phone numbers whose address names none. Good records commit together; each bad one is
    quarantined with its reason. Raises ImportFailed, with nothing changed, where the file can't be read at all.
    """
    gathered = gather(path, source_name=source_name, mapping=mapping, country=country)
    try:
        with database.write() as session:
            report = take_in(session, gathered, source_name=source_name, now=now)
            if dry_run:
                raise _DryRun(report)
    except _DryRun as done:
        return replace(done.report, dry_run=True)
    return report
