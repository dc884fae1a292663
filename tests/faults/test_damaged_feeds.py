"""Feeds that are cut off, damaged, or made to do harm: nothing is changed, and one plain sentence says why."""

from __future__ import annotations

import csv
import gzip
import io
import json
import multiprocessing
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models import ImportRun, Organization, Service, Source
from core.directory.importing import ImportFailed, ImportReport, import_path, packed, reading

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ORGANIZATIONS = "id,name,website\no1,Friends,\n"
SERVICES = "id,organization_id,name\ns1,o1,Lunch Club\n"

Bring = Callable[[Path], ImportReport]


@pytest.fixture
def bring(database: Database) -> Bring:
    return lambda path: import_path(database, path, source_name="friends", now=NOW)


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Path]:
    """A .zip of these files."""

    def make(**files: str | bytes) -> Path:
        with zipfile.ZipFile(tmp_path / "feed.zip", "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in files.items():
                made.writestr(name, content)
        return tmp_path / "feed.zip"

    return make


def nothing_is_there(database: Database) -> bool:
    with database.read() as session:
        return not any(session.scalar(sa.select(sa.func.count()).select_from(model))
                       for model in (Service, Organization, Source, ImportRun))  # fmt: skip


def refused(bring: Bring, database: Database, path: Path, says: str) -> None:
    with pytest.raises(ImportFailed, match=says) as failure:
        bring(path)
    assert str(failure.value).endswith(".")
    assert nothing_is_there(database)


def test_a_zip_that_was_cut_off(database: Database, bring: Bring, archive: Callable[..., Path]) -> None:
    whole = archive(**{"services.csv": SERVICES, "organizations.csv": ORGANIZATIONS})
    assert bring(whole).taken == 1
    with database.write() as session:
        for model in (ImportRun, Service, Organization):
            session.execute(sa.text("DELETE FROM source_record"))
            session.execute(sa.text("DELETE FROM listing_change"))
            session.execute(sa.delete(model))
        session.execute(sa.delete(Source))
    whole.write_bytes(whole.read_bytes()[:-30])

    refused(bring, database, whole, "is not a readable .zip file; it may be cut off")


def test_a_zip_with_a_bit_turned_round(database: Database, bring: Bring, archive: Callable[..., Path]) -> None:
    path = archive(**{"services.json": json.dumps([{"id": str(n), "name": f"Club {n}"} for n in range(300)])})
    content = bytearray(path.read_bytes())
    content[600] ^= 0xFF
    path.write_bytes(content)

    refused(bring, database, path, "can't be unpacked; it may be cut off or damaged")


def test_a_zip_bomb(database: Database, bring: Bring, archive: Callable[..., Path]) -> None:
    path = archive(**{"services.json": b" " * (packed.SMALL + 1)})
    assert path.stat().st_size < 100_000

    refused(bring, database, path, "unpacks to 20 MB, which is more than is taken")


def test_a_gz_bomb(database: Database, bring: Bring, tmp_path: Path) -> None:
    (tmp_path / "services.json.gz").write_bytes(gzip.compress(b" " * (packed.SMALL + 1)))

    refused(bring, database, tmp_path / "services.json.gz", "is larger than is taken when unpacked")


def test_a_zip_that_lies_about_its_sizes(
    database: Database, bring: Bring, archive: Callable[..., Path], tmp_path: Path
) -> None:
    path = archive(**{"services.json": b" " * 1_000_000})
    honest = (1_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(honest, (1_000).to_bytes(4, "little")))

    refused(bring, database, path, "can't be unpacked")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../services.json", "whose name leads out of it"),
        ("/etc/services.json", "whose name leads out of it"),
        ("C:\\services.json", "whose name leads out of it"),
        ("more.zip", "holds another packed file, more.zip"),
        ("services.json.gz", "holds another packed file"),
    ],
)
def test_a_zip_with_what_does_not_belong(
    database: Database, bring: Bring, archive: Callable[..., Path], name: str, says: str
) -> None:
    refused(bring, database, archive(**{"services.csv": SERVICES, name: b"x"}), says)


def test_a_zip_of_thousands_of_files(database: Database, bring: Bring, archive: Callable[..., Path]) -> None:
    refused(
        bring, database, archive(**{f"{n}.csv": "x" for n in range(packed.MOST_FILES + 1)}), "more than 1,000 files"
    )


def test_a_locked_zip(database: Database, bring: Bring, archive: Callable[..., Path]) -> None:
    path = archive(**{"services.csv": SERVICES})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the list of contents (APPNOTE.TXT, 4.4.4)
    path.write_bytes(content)

    refused(bring, database, path, "is locked with a password")


def folder(tmp_path: Path, services: bytes) -> Path:
    (tmp_path / "services.csv").write_bytes(services)
    (tmp_path / "organizations.csv").write_text(ORGANIZATIONS, "utf-8")
    return tmp_path


def columns(number: int) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerow(["id", "organization_id", *(f"c{n}" for n in range(number))])
    return made.getvalue().encode()


@pytest.mark.parametrize(
    ("services", "says"),
    [
        (b"", "services.csv is empty"),
        (SERVICES.encode("utf-16"), "is not text in UTF-8"),
        (SERVICES.encode("utf-16-le"), "of no form that is known"),
        (SERVICES.replace("Lunch", "Almörzo").encode("latin-1"), "is not text in UTF-8"),
        (columns(2_000_000), "services.csv is longer than 1,000,000 characters"),
        (columns(2_000), "has more than 1,000 columns"),
        (SERVICES.encode() + b's2,o1,"' + b"x\n" * 200_000, "is not a readable CSV file"),
        (SERVICES.encode() + b"s2,o1," + b"x" * 1_000_001, "Line 3 of services.csv is longer"),
    ],
)
def test_a_csv_that_is_none(database: Database, bring: Bring, tmp_path: Path, services: bytes, says: str) -> None:
    refused(bring, database, folder(tmp_path, services), says)


def test_a_nul_spoils_its_row_only(bring: Bring, tmp_path: Path) -> None:
    report = bring(folder(tmp_path, SERVICES.encode() + b"s2,o1,Chess\0Circle\n"))

    assert report.taken == 1
    assert [(q.file, q.row, q.reason) for q in report.quarantined] == [
        ("services.csv", 3, "holds a NUL character; the file may be damaged")
    ]


@pytest.mark.parametrize("cut", [1, 20, 60, 100])
def test_json_that_was_cut_off(database: Database, bring: Bring, tmp_path: Path, cut: int) -> None:
    whole = json.dumps(
        [{"id": "1", "name": "Lunch Club", "organization": {"id": "o", "name": "Friends"}}] * 2, indent=1
    )
    (tmp_path / "services.json").write_text(whole[:-cut], "utf-8")

    refused(bring, database, tmp_path / "services.json", "is not JSON")


def test_a_gz_that_was_cut_off(database: Database, bring: Bring, tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"id": str(n), "name": f"Club {n}"}) for n in range(500))
    (tmp_path / "services.ndjson.gz").write_bytes(gzip.compress(lines.encode())[:-40])

    refused(bring, database, tmp_path / "services.ndjson.gz", "can't be unpacked")


def test_more_records_than_are_taken(
    database: Database, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 10)
    record = {"name": "Club", "organization": {"id": "o", "name": "Friends"}}
    (tmp_path / "s.ndjson").write_text("\n".join(json.dumps({**record, "id": str(n)}) for n in range(11)), "utf-8")

    refused(bring, database, tmp_path / "s.ndjson", "more than 10 records")


def test_a_package_that_names_no_files(database: Database, bring: Bring, tmp_path: Path) -> None:
    (folder(tmp_path, SERVICES.encode()) / "datapackage.json").write_text('{"resources": [5]}', "utf-8")

    refused(bring, database, tmp_path, "datapackage.json is no data package")


def test_a_package_may_not_name_files_elsewhere(bring: Bring, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id,organization_id,name\nx,o1,Secret\n", "utf-8")
    (tmp_path / "feed").mkdir()
    feed = folder(tmp_path / "feed", SERVICES.encode())
    resources = [{"name": "service", "path": "../secret.csv"}]
    (feed / "datapackage.json").write_text(json.dumps({"resources": resources}), "utf-8")

    report = bring(feed)

    assert (report.taken, report.quarantined) == (1, ())


def _die_when_written(url: str, path: Path) -> None:
    """Imports, and dies when the last record has been written, before the end of the transaction."""

    def progress(done: int, total: int) -> None:
        if done == total:
            os._exit(9)

    import_path(Database(url), path, source_name="friends", now=NOW, progress=progress)


def test_killed_half_way_nothing_is_there_and_it_can_be_done_again(
    database: Database, bring: Bring, tmp_path: Path
) -> None:
    record: dict[str, Any] = {"organization": {"id": "o", "name": "Friends"}}
    (tmp_path / "services.json").write_text(
        json.dumps([{**record, "id": str(n), "name": f"Club {n}"} for n in range(50)]), "utf-8"
    )
    url = database.engine.url.render_as_string(hide_password=False)

    process = multiprocessing.get_context("spawn").Process(
        target=_die_when_written, args=(url, tmp_path / "services.json")
    )
    process.start()
    process.join(120)

    assert process.exitcode == 9
    assert nothing_is_there(database)
    assert bring(tmp_path / "services.json").taken == 50
