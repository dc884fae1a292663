"""Taking in directory data in the forms it comes in. All good records together, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.db.engine import Database
from core.directory.importing.gathering import gather
from core.directory.importing.mapping import MappingFile, load_mapping
from core.directory.importing.report import ImportFailed, ImportReport, Progress, QuarantinedRecord
from core.directory.importing.taking import take_in
from core.directory.needs import ReadNeeds, find_missing_needs

__all__ = [
    "ImportFailed",
    "ImportReport",
    "MappingFile",
    "Progress",
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
    shrunk_ok: bool = False,
    progress: Progress | None = None,
    read_needs: ReadNeeds | None = None,
) -> ImportReport:
    """Take in a file, a folder or a .zip as the data of `source_name`; which form it has is found out.

    country: two letters, for phone numbers whose address names none. shrunk_ok: take a feed in which more than half of
    the source is missing. read_needs: reads what services without needs are for, once they are in; without it only
    the terms that we know count. Good records commit together; each bad one is quarantined with its reason. Raises
    ImportFailed, with nothing changed, where the file can't be read at all or can't be believed.
    """
    gathered = gather(path, source_name=source_name, mapping=mapping, country=country, progress=progress)
    try:
        with database.write() as session:
            report = take_in(session, gathered, source_name=source_name, now=now, country=country,
                             shrunk_ok=shrunk_ok, progress=progress)  # fmt: skip
            if dry_run:
                raise _DryRun(report)
    except _DryRun as done:
        return replace(done.report, dry_run=True)
    finally:
        gathered.accepted.close()
    missing = find_missing_needs(database, read_needs, now=now, changed_since=now)
    return replace(report, missing_needs=missing.counts if missing.found else ())
