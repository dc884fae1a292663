"""A gazetteer by itself: our own places.csv, or a country file of GeoNames (geonames.org, CC BY 4.0)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from core.db.models import ImportRun, Source
from core.directory.identity import entity_id, source_id
from core.directory.importing.beside import Beside, PlaceRow, read_places
from core.directory.importing.cleaning import Fields
from core.directory.importing.reading import LARGEST_FILE, RawRecord
from core.directory.importing.report import ImportFailed, ImportReport, QuarantinedRecord, Refused
from core.directory.importing.writing_beside import write_beside

_COLUMNS = 19
"""Of a GeoNames file (its readme.txt, "The main 'geoname' table")."""
_KINDS = {"A": "area", "P": "town", "PPLX": "neighbourhood", "S": "landmark", "L": "landmark", "R": "street",
          "PRK": "landmark"}  # fmt: skip
"""Feature code or class -> kind of place. Rivers, mountains and the rest are nowhere that people live near."""
_MOST_OTHER_NAMES = 12


def take_in_places(session: Session, path: Path, *, source_name: str, now: datetime) -> ImportReport:
    """Write the places of a places.csv or GeoNames .txt file. Raises ImportFailed where it can't be read."""
    source = source_id(source_name)
    rows, refused = _from_geonames(path, source) if path.suffix == ".txt" else read_places(path, source)
    if session.get(Source, source) is None:
        session.add(Source(id=source, name=source_name, created_at=now))
        session.flush()
    counts, dangling = write_beside(session, Beside(places=tuple(rows)), source)
    changed = dict(counts).get("places", 0)
    quarantined = (*refused, *(refusal.record for refusal in dangling))
    session.add(ImportRun(source_id=source, at=now, taken=changed, unchanged=len(rows) - changed,
                          quarantined=len(quarantined)))  # fmt: skip
    session.flush()
    return replace(ImportReport(source_name, 0, 0, 0, quarantined), beside=counts)


def _from_geonames(path: Path, source: UUID) -> tuple[list[PlaceRow], list[QuarantinedRecord]]:
    rows: list[PlaceRow] = []
    refused: list[QuarantinedRecord] = []
    for number, cells in enumerate(_lines(path), start=1):
        try:
            if len(cells) != _COLUMNS:
                raise Refused("row", f"has {len(cells)} cells; GeoNames files have {_COLUMNS}")
            row = _place(cells, RawRecord(path.name, number, {"geonameid": cells[0], "name": cells[1]}), source)
        except Refused as refusal:
            refused.append(QuarantinedRecord(path.name, number, refusal.field, refusal.reason))
            continue
        if row:
            rows.append(row)
    return rows, refused


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ImportFailed(f"{path.name} is larger than {LARGEST_FILE // 1_000_000} MB.")
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    except OSError as error:
        raise ImportFailed(f"{path.name} can't be read: {error.strerror or 'unknown error'}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise ImportFailed(f"{path.name} is not a GeoNames file in UTF-8.") from None


def _place(cells: list[str], raw: RawRecord, source: UUID) -> PlaceRow | None:
    own_id, name, _, others, latitude, longitude, feature_class, feature_code = cells[:8]
    kind = _KINDS.get(feature_code) or _KINDS.get(feature_class)
    if kind is None:
        return None
    fields = Fields({"name": name, "latitude": latitude, "longitude": longitude}, "", [])
    names = [other for other in others.split(",") if other and other != name][:_MOST_OTHER_NAMES]
    return PlaceRow(
        raw, entity_id(source, "place", own_id), fields.required_text("name"), tuple(names), kind,
        fields.number("latitude", -90, 90), fields.number("longitude", -180, 180), None, None,
    )  # fmt: skip
