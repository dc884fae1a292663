"""Taking in one way to divide the community: a GeoJSON file of areas, or a CSV of names and postcodes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import AreaOfScheme, ImportRun, Source
from core.directory.identity import entity_id, source_id
from core.directory.importing.reading import read_csv
from core.directory.importing.report import ImportFailed
from core.directory.schemes import shape_of

LARGEST_SHAPES = 100_000_000
"""Bytes. A city's wards are a few megabytes."""
NAMES = ("name", "NAME", "Name", "label", "district", "code", "id")
"""Properties that name a feature, tried in this order where none is told."""


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """One area as a file tells it."""

    name: str
    code: str | None
    geometry: dict[str, Any] | None
    postcodes: tuple[str, ...]


def read_areas(path: Path, name_property: str | None = None) -> list[DrawnArea]:
    """The areas of a GeoJSON FeatureCollection, or of a CSV with the columns name, code (may be empty) and postcodes
    (with "|" between). Raises ImportFailed, naming the first area that can't be read."""
    areas = [*(_from_csv(path) if path.suffix == ".csv" else _from_geojson(path, name_property))]
    if not areas:
        raise ImportFailed(f"{path.name} holds no areas.")
    names = [area.name for area in areas]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ImportFailed(f'{path.name} names two areas "{twice}". Say which property tells them apart.')
    return areas


def take_in_areas(session: Session, scheme: str, areas: list[DrawnArea], *, source_name: str, now: datetime) -> int:
    """Write `areas` as the whole of `scheme`, in place of what it was. Gives how many there are."""
    source = source_id(source_name)
    if session.get(Source, source) is None:
        session.add(Source(id=source, name=source_name, created_at=now))
        session.flush()
    session.execute(sa.delete(AreaOfScheme).where(AreaOfScheme.scheme == scheme))
    session.add_all(
        AreaOfScheme(
            id=entity_id(source, f"area:{scheme}", area.name), source_id=source, scheme=scheme, name=area.name,
            code=area.code, geometry=area.geometry, postcodes=[*area.postcodes] or None,
        )
        for area in areas
    )  # fmt: skip
    session.add(ImportRun(source_id=source, at=now, taken=len(areas), unchanged=0, quarantined=0))
    session.flush()
    return len(areas)


def _from_geojson(path: Path, name_property: str | None) -> Iterator[DrawnArea]:
    try:
        if path.stat().st_size > LARGEST_SHAPES:
            raise ImportFailed(f"{path.name} is larger than {LARGEST_SHAPES // 1_000_000} MB.")
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise ImportFailed(f"{path.name} can't be read: {error.strerror or 'unknown error'}.") from None
    except (ValueError, RecursionError):
        raise ImportFailed(f"{path.name} is not JSON.") from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise ImportFailed(f"{path.name} is no GeoJSON FeatureCollection.")
    for number, feature in enumerate(features, start=1):
        yield _feature(path.name, number, feature, name_property)


def _feature(file: str, number: int, feature: Any, name_property: str | None) -> DrawnArea:
    told = feature.get("properties") if isinstance(feature, dict) else None
    properties = told if isinstance(told, dict) else {}
    names = (name_property,) if name_property else NAMES
    name = next((str(properties[key]).strip() for key in names if str(properties.get(key) or "").strip()), "")
    if not name:
        raise ImportFailed(f"Area {number} of {file} has no {name_property or 'name'}.")
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or shape_of(json.dumps(geometry)) is None:
        raise ImportFailed(f'Area {number} of {file}, "{name}", encloses nothing.')
    code = str(properties.get("code") or "").strip()[:64]
    return DrawnArea(name, code if code and code != name else None, geometry, ())


def _from_csv(path: Path) -> Iterator[DrawnArea]:
    for record in read_csv(path, ("name", "postcodes")):
        name, postcodes = record.value["name"].strip(), record.value["postcodes"]
        if record.fault or not name or not postcodes.strip():
            raise ImportFailed(f"Line {record.row} of {path.name} {record.fault or 'names no area or no postcodes'}.")
        listed = tuple(filter(None, (postcode.strip() for postcode in postcodes.split("|"))))
        yield DrawnArea(name, (record.value.get("code") or "").strip() or None, None, listed)
