"""What comes beside the services: translations, the places of the community, who sees to which report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TypeVar
from uuid import UUID

from core.directory.identity import entity_id
from core.directory.importing.cleaning import Fields
from core.directory.importing.mapping import MappedRow, MappingFile, PlaceRule, point, row_of
from core.directory.importing.packed import Folder
from core.directory.importing.reading import RawRecord, read_csv
from core.directory.importing.report import QuarantinedRecord, Refused

TRANSLATIONS, PLACES, RESPONSIBLE = "translations.csv", "places.csv", "responsible.csv"
PLACE_COLUMNS = ("name", "alternative_names", "kind", "latitude", "longitude", "neighbourhood", "postcode")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class TranslationRow:
    """One field of one entity in another language."""

    raw: RawRecord
    entity: str
    entity_id: UUID
    field: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A named place. Degrees, WGS 84."""

    raw: RawRecord
    id: UUID
    name: str
    other_names: tuple[str, ...]
    kind: str
    latitude: float | None
    longitude: float | None
    area: str | None
    postcode: str | None


@dataclass(frozen=True, slots=True)
class ResponsibleRow:
    """Who sees to reports of one need code in an area; "*" is everywhere else."""

    raw: RawRecord
    need_code: str
    area: str
    organization_id: UUID
    service_id: UUID | None


@dataclass(frozen=True, slots=True)
class Beside:
    """All that came beside the services."""

    translations: tuple[TranslationRow, ...] = ()
    places: tuple[PlaceRow, ...] = ()
    responsible: tuple[ResponsibleRow, ...] = ()


def read_beside(folder: Folder, source: UUID) -> tuple[Beside, list[QuarantinedRecord]]:
    """The side files of `folder`, those that are there. Raises ImportFailed for an unreadable one."""
    refused: list[QuarantinedRecord] = []

    def rows(name: str, columns: tuple[str, ...], make: Callable[[RawRecord, UUID], Row]) -> tuple[Row, ...]:
        if not (folder / name).exists():
            return ()
        return tuple(_accepted(read_csv(folder / name, columns), lambda raw: make(raw, source), refused))

    beside = Beside(
        rows(TRANSLATIONS, ("entity", "entity_id", "field", "language", "text"), _translation),
        rows(PLACES, PLACE_COLUMNS, _place),
        rows(RESPONSIBLE, ("need_code", "area", "organization_id", "service_id"), _responsible),
    )  # fmt: skip
    return beside, refused


def read_places(path: Path, source: UUID) -> tuple[list[PlaceRow], list[QuarantinedRecord]]:
    """The places of one file in the form of places.csv. Raises ImportFailed where it can't be read."""
    refused: list[QuarantinedRecord] = []
    rows = _accepted(read_csv(path, PLACE_COLUMNS), lambda raw: _place(raw, source), refused)
    return [*rows], refused


def places_of(mapping: MappingFile, records: Iterable[RawRecord], source: UUID) -> tuple[PlaceRow, ...]:
    """The places that the records' own columns name, each at the mean of the coordinates found there."""
    if not mapping.places:
        return ()
    rows = [(record, row_of(mapping, record.value)) for record in records if isinstance(record.value, dict)]
    return tuple(place for rule in mapping.places for place in _places_by(rule, mapping, rows, source))


def _places_by(
    rule: PlaceRule, mapping: MappingFile, rows: list[tuple[RawRecord, MappedRow]], source: UUID
) -> Iterator[PlaceRow]:
    by_name: dict[str, list[tuple[RawRecord, MappedRow]]] = defaultdict(list)
    for record, row in rows:
        name = row.text(rule.name)
        if name and name not in rule.skip:
            by_name[name].append((record, row))
    for name, found in sorted(by_name.items()):
        areas = Counter(filter(None, (row.text(rule.area) for _, row in found)))
        points = [where for _, row in found if (where := point(mapping, row))]
        parts = name.split(rule.split) if rule.split else []
        # "Co-op City" is one name: a part that begins small is no name of its own.
        parts = [part.strip() for part in parts] if all(p[:1].isupper() for p in parts) and len(parts) > 1 else []
        yield PlaceRow(
            found[0][0], entity_id(source, "place", f"{rule.kind}:{name}"), name,
            (*parts, *rule.other_names.get(name, ())), rule.kind,
            fmean(latitude for latitude, _ in points) if points else None,
            fmean(longitude for _, longitude in points) if points else None,
            areas.most_common(1)[0][0] if areas else None,
            name if rule.kind == "postcode" else None,
        )  # fmt: skip


def _accepted(
    records: Iterable[RawRecord], make: Callable[[RawRecord], Row], refused: list[QuarantinedRecord]
) -> Iterator[Row]:
    for raw in records:
        try:
            if raw.fault:
                raise Refused("row", raw.fault)
            yield make(raw)
        except Refused as refusal:
            refused.append(QuarantinedRecord(raw.file, raw.row, refusal.field, refusal.reason))


def _translation(raw: RawRecord, source: UUID) -> TranslationRow:
    fields = Fields(raw.value, "", [])
    entity = fields.required_text("entity", 32)
    return TranslationRow(
        raw, entity, entity_id(source, entity, fields.required_text("entity_id", 255)),
        fields.required_text("field", 32), fields.required_text("language", 35), fields.required_text("text"),
    )  # fmt: skip


def _place(raw: RawRecord, source: UUID) -> PlaceRow:
    fields = Fields(raw.value, "", [])
    name, kind = fields.required_text("name"), fields.required_text("kind", 16)
    postcode = fields.text("postcode", 16)
    others = (clean.strip() for clean in (fields.text("alternative_names") or "").split("|"))
    own_id = fields.own_id() or f"{kind}:{name}:{postcode or ''}"
    return PlaceRow(
        raw, entity_id(source, "place", own_id), name, tuple(filter(None, others)), kind,
        fields.number("latitude", -90, 90), fields.number("longitude", -180, 180),
        fields.text("neighbourhood"), postcode,
    )  # fmt: skip


def _responsible(raw: RawRecord, source: UUID) -> ResponsibleRow:
    fields = Fields(raw.value, "", [])
    service = fields.text("service_id", 255)
    return ResponsibleRow(
        raw, fields.required_text("need_code", 64), fields.required_text("area"),
        entity_id(source, "organization", fields.required_text("organization_id", 255)),
        entity_id(source, "service", service) if service else None,
    )  # fmt: skip
