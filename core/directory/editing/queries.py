"""One listing as it can be changed, the log of its changes, and what waits for approval. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from core.db.models import (
    Address,
    Doubt,
    ListingEdit,
    Location,
    Organization,
    Service,
    ServiceAtLocation,
    Source,
    Volunteer,
)
from core.db.models.freshness import NEEDS_FIELD, EditOrigin, EditState
from core.directory.editing.slots import Slot, SlotKind
from core.directory.importing.values import Spot, Values

_OF_SERVICE = {
    "name": SlotKind.LINE, "alternate_name": SlotKind.LINE, "description": SlotKind.WORDS, "alert": SlotKind.WORDS,
    "status": SlotKind.STATUS, "phones": SlotKind.PHONES, "schedules": SlotKind.HOURS, NEEDS_FIELD: SlotKind.NEEDS,
    "url": SlotKind.LINE, "email": SlotKind.LINE, "fees_description": SlotKind.WORDS,
    "eligibility_description": SlotKind.WORDS, "minimum_age": SlotKind.LINE, "maximum_age": SlotKind.LINE,
    "languages": SlotKind.NAMES, "required_documents": SlotKind.NAMES,
}  # fmt: skip
_OF_ORGANIZATION = {
    "name": SlotKind.LINE, "description": SlotKind.WORDS, "email": SlotKind.LINE, "website": SlotKind.LINE,
    "phones": SlotKind.PHONES,
}  # fmt: skip
_OF_ADDRESS = dict.fromkeys(("address_1", "address_2", "city", "state_province", "postal_code"), SlotKind.LINE)
_OF_LOCATION = {"phones": SlotKind.PHONES, "schedules": SlotKind.HOURS}
MOST_TOLD = 200
MOST_PLACES = 20
"""Places of a service that can be changed on its page; a form has an end."""


@dataclass(frozen=True, slots=True)
class Group:
    """Slots of one object. title: what it is called; empty for the service itself. others: how many other listings
    tell it too."""

    entity: str
    title: str
    slots: tuple[Slot, ...]
    others: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing with all that can be changed of it. ended: nobody is told of it."""

    id: UUID
    name: str
    organization: str
    source: str
    ended: bool
    groups: tuple[Group, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Those of all groups."""
        return tuple(slot for group in self.groups for slot in group.slots)


@dataclass(frozen=True, slots=True)
class Logged:
    """One change. by, decided_by: names; None where the provider said so, or nobody has decided."""

    id: UUID
    service_id: UUID
    service: str
    spot: Spot
    previous: Any
    replacement: Any
    origin: EditOrigin
    state: EditState
    made_at: datetime
    made_by: UUID | None
    by: str | None
    decided_at: datetime | None
    decided_by: str | None


def load_listing(session: Session, service_id: UUID, country: str, *, lock: bool = False) -> Listing | None:
    """The listing; None where there is none of that id. lock: who wants to change it too waits until this is done."""
    query = (
        sa.select(Service, Organization.name, Source.name)
        .join(Organization, Organization.id == Service.organization_id)
        .join(Source, Source.id == Service.source_id)
        .where(Service.id == service_id)
    )
    found = session.execute(query.with_for_update(of=Service) if lock else query).first()
    if found is None:
        return None
    service, organization, source = found
    values = Values(session, country)
    return Listing(
        id=service.id,
        name=service.name,
        organization=organization,
        source=source,
        ended=service.withdrawn_at is not None or service.status not in (None, "active"),
        groups=tuple(_groups(session, values, service, organization)),
    )


def _groups(session: Session, values: Values, service: Service, organization: str) -> Iterator[Group]:
    yield Group("service", "", tuple(_slots(values, "service", service.id, _OF_SERVICE, "")))
    head = service.organization_id
    others = sa.select(sa.func.count()).where(Service.organization_id == head, Service.id != service.id)
    slots = tuple(_slots(values, "organization", head, _OF_ORGANIZATION, "organization."))
    yield Group("organization", organization, slots, session.scalar(others) or 0)
    here = sa.select(ServiceAtLocation.location_id).where(ServiceAtLocation.service_id == service.id)
    locations = sa.select(Location).where(Location.id.in_(here)).order_by(Location.id).limit(MOST_PLACES)
    for location in session.scalars(locations).all():
        addresses = sa.select(Address).where(Address.location_id == location.id).order_by(Address.id)
        rows = session.scalars(addresses).all()
        slots = tuple(slot for row in rows for slot in _slots(values, "address", row.id, _OF_ADDRESS, f"{row.id}."))
        slots += tuple(_slots(values, "location", location.id, _OF_LOCATION, f"{location.id}."))
        there = sa.select(sa.func.count()).where(
            ServiceAtLocation.location_id == location.id, ServiceAtLocation.service_id != service.id
        )
        title = location.name or next((row.address_1 for row in rows if row.address_1), None) or ""
        yield Group("location", title, slots, session.scalar(there) or 0)


def _slots(values: Values, entity: str, own: UUID, fields: dict[str, SlotKind], key: str) -> Iterator[Slot]:
    for field, kind in fields.items():
        spot = Spot(entity, own, field)
        yield Slot(spot, f"{key}{field}", kind, values.get(spot))


def log_of(session: Session, listing: Listing) -> tuple[Logged, ...]:
    """All changes of a listing and of what it shares with others, the newest first."""
    shared = {slot.spot.entity_id for slot in listing.slots}
    query = _logged().where(sa.or_(ListingEdit.service_id == listing.id, ListingEdit.entity_id.in_(shared)))
    newest_first = query.order_by(ListingEdit.made_at.desc(), ListingEdit.id).limit(MOST_TOLD)
    return tuple(_told(*row) for row in session.execute(newest_first))


def waiting_edits(session: Session) -> tuple[Sequence[Logged], ...]:
    """What waits for approval: each what one person changed of one listing at once, the longest wait first."""
    rows = session.execute(
        _logged()
        .where(ListingEdit.state == EditState.PROPOSED)
        .order_by(ListingEdit.made_at, ListingEdit.service_id, ListingEdit.made_by, ListingEdit.id)
        .limit(MOST_TOLD)
    )
    together = groupby((_told(*row) for row in rows), lambda one: (one.service_id, one.made_by, one.made_at))
    return tuple([*edits] for _, edits in together)


def waiting_edit_count(session: Session, service_id: UUID | None = None) -> int:
    """How many changes wait for approval, of one listing or of all."""
    count = sa.select(sa.func.count()).select_from(ListingEdit).where(ListingEdit.state == EditState.PROPOSED)
    return session.scalar(count.where(ListingEdit.service_id == service_id) if service_id else count) or 0


def _logged() -> sa.Select[ListingEdit, str, str, str]:
    maker, decider = aliased(Volunteer), aliased(Volunteer)
    return (
        sa.select(ListingEdit, Service.name, maker.name, decider.name)
        .join(Service, Service.id == ListingEdit.service_id)
        .outerjoin(maker, maker.id == ListingEdit.made_by)
        .outerjoin(decider, decider.id == ListingEdit.decided_by)
    )


def _told(edit: ListingEdit, service: str, by: str | None, decided_by: str | None) -> Logged:
    return Logged(
        id=edit.id,
        service_id=edit.service_id,
        service=service,
        spot=Spot(edit.entity, edit.entity_id, edit.field),
        previous=edit.previous,
        replacement=edit.replacement,
        origin=edit.origin,
        state=edit.state,
        made_at=edit.made_at,
        made_by=edit.made_by,
        by=by,
        decided_at=edit.decided_at,
        decided_by=decided_by,
    )


def open_notes(session: Session, service_id: UUID) -> tuple[str, ...]:
    """What the provider or a volunteer has said to be wrong with it, as long as that is not settled."""
    notes = sa.select(Doubt.note).where(
        Doubt.service_id == service_id, Doubt.settled_at.is_(None), Doubt.note.is_not(None)
    )
    return tuple(filter(None, session.scalars(notes.order_by(Doubt.at))))
