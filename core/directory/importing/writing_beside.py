"""Translations, places and responsible bodies into the database; each row on its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.base import Keyed
from core.db.models import (
    CostOption,
    Location,
    Organization,
    Place,
    RequiredDocument,
    ResponsibleBody,
    Schedule,
    Service,
    ServiceArea,
    Translation,
)
from core.directory.identity import child_id
from core.directory.importing.beside import Beside, PlaceRow, ResponsibleRow, TranslationRow
from core.directory.importing.gathering import Refusal

TRANSLATABLE: dict[str, type[Keyed]] = {
    "organization": Organization,
    "service": Service,
    "location": Location,
    "place": Place,
    "schedule": Schedule,
    "service_area": ServiceArea,
    "cost_option": CostOption,
    "required_document": RequiredDocument,
}


def write_beside(
    session: Session, beside: Beside, source_id: UUID
) -> tuple[tuple[tuple[str, int], ...], list[Refusal]]:
    """(what: how many new or changed) and the rows that point at nothing."""
    refusals: list[Refusal] = []
    counts = (
        ("places", _places(session, beside.places, source_id, refusals)),
        ("translations", _translations(session, beside.translations, refusals)),
        ("responsible bodies", _responsible(session, beside.responsible, refusals)),
    )
    return counts, refusals


def _places(session: Session, rows: tuple[PlaceRow, ...], source_id: UUID, refusals: list[Refusal]) -> int:
    known = {place.id: place for place in session.scalars(sa.select(Place))} if rows else {}
    changed = 0
    for row in rows:
        place = known.get(row.id)
        if place is None:
            place = known[row.id] = Place(id=row.id, source_id=source_id)
            session.add(place)
        elif place.source_id != source_id:
            refusals.append(Refusal.of(row.raw, "id", "belongs to a place of another source"))
            continue
        changed += _set(place, name=row.name, other_names=list(row.other_names), kind=row.kind, area=row.area,
                        latitude=row.latitude, longitude=row.longitude, postcode=row.postcode)  # fmt: skip
    session.flush()
    return changed


def _translations(session: Session, rows: tuple[TranslationRow, ...], refusals: list[Refusal]) -> int:
    if not rows:
        return 0
    there = {entity: set(session.scalars(sa.select(TRANSLATABLE[entity].id)))
             for entity in {row.entity for row in rows} & TRANSLATABLE.keys()}  # fmt: skip
    known = {(t.entity_id, t.field, t.language): t for t in session.scalars(sa.select(Translation))}
    changed = 0
    for row in rows:
        model = TRANSLATABLE.get(row.entity)
        if model is None:
            refusals.append(Refusal.of(row.raw, "entity", f"must be one of {', '.join(TRANSLATABLE)}"))
        elif row.field not in model.__table__.columns:
            refusals.append(Refusal.of(row.raw, "field", f"is no field of {row.entity}"))
        elif row.entity_id not in there[row.entity]:
            refusals.append(Refusal.of(row.raw, "entity_id", f"names no {row.entity} that is known"))
        else:
            changed += _translate(session, row, known)
    session.flush()
    return changed


def _translate(session: Session, row: TranslationRow, known: dict[tuple[UUID, str, str], Translation]) -> int:
    key = (row.entity_id, row.field, row.language)
    translation = known.get(key)
    if translation is None:
        translation = known[key] = Translation(
            id=child_id(row.entity_id, f"translation:{row.field}:{row.language}"), entity=row.entity,
            entity_id=row.entity_id, field=row.field, language=row.language, origin="imported",
        )  # fmt: skip
        session.add(translation)
    elif translation.origin == "human":
        return 0
    changed = _set(translation, text=row.text)
    if changed:
        # What was read and found right is no longer there.
        translation.reviewed_at = translation.reviewed_by = translation.translated_from = None
    return changed


def _responsible(session: Session, rows: tuple[ResponsibleRow, ...], refusals: list[Refusal]) -> int:
    if not rows:
        return 0
    organizations = set(session.scalars(sa.select(Organization.id)))
    services = set(session.scalars(sa.select(Service.id)))
    known = {(body.need_code, body.area): body for body in session.scalars(sa.select(ResponsibleBody))}
    changed = 0
    for row in rows:
        if row.organization_id not in organizations:
            refusals.append(Refusal.of(row.raw, "organization_id", "names no organization that is known"))
            continue
        if row.service_id and row.service_id not in services:
            refusals.append(Refusal.of(row.raw, "service_id", "names no service that is known"))
            continue
        body = known.get((row.need_code, row.area))
        if body is None:
            body = known[row.need_code, row.area] = ResponsibleBody(need_code=row.need_code, area=row.area)
            session.add(body)
        changed += _set(body, organization_id=row.organization_id, service_id=row.service_id)
    session.flush()
    return changed


def _set(row: Keyed, **values: Any) -> int:
    """Set what differs; 1 if anything did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return 1 if differing else 0
