"""Changes to listings by people: proposed, published, refused, undone; each kept with what was before. Never commits.

A published change holds against later imports until it is undone (core.directory.importing.holding).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Address, ListingEdit, Organization, Service, Source, SourceRecord
from core.db.models.freshness import EditOrigin, EditState
from core.directory.changes import note_changes
from core.directory.identity import entity_id, source_id
from core.directory.importing.taking import services_told_by
from core.directory.importing.values import Spot, Values

BY_HAND = "handrail: by hand"
"""The source of listings that a coordinator has added."""
ACTIVE, INACTIVE = "active", "inactive"
"""HSDS's words for a service that people are told of, and for one that they are not."""


class Decided(StrEnum):
    """What came of a decision on a proposed change."""

    DONE = "done"
    GONE = "gone"
    """It waits no longer."""
    OWN = "own"
    """Who proposed it can't approve it."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes something, and when. approval: whether another coordinator must approve it. country: two letters,
    for phone numbers."""

    volunteer_id: UUID
    now: datetime
    approval: bool
    country: str


@dataclass(frozen=True, slots=True)
class Change:
    """A new value (as in HSDS JSON) for one field or list."""

    spot: Spot
    value: Any


def save(session: Session, service_id: UUID, changes: Iterable[Change], who: Editor) -> None:
    """Publish the changes, or propose them where another coordinator has to approve them."""
    values = Values(session, who.country)
    touched: list[UUID] = []
    for change in changes:
        edit = ListingEdit(
            service_id=service_id,
            entity=change.spot.entity,
            entity_id=change.spot.entity_id,
            field=change.spot.field,
            previous=_told(values, change.spot),
            replacement=change.value,
            origin=EditOrigin.CONSOLE,
            state=EditState.PROPOSED if who.approval else EditState.PUBLISHED,
            made_at=who.now,
            made_by=who.volunteer_id,
            decided_at=None if who.approval else who.now,
        )
        session.add(edit)
        if not who.approval:
            _put(values, change.spot, change.value)
            touched.append(change.spot.entity_id)
    session.flush()
    _note(session, touched, who.now)


def checked_today(service_id: UUID, today: date) -> Change:
    """The coordinator has asked the provider today, and it is all right now."""
    return Change(Spot("service", service_id, "assured_date"), today.isoformat())


def bring_back(session: Session, service_id: UUID, who: Editor) -> None:
    """People are told of it again, whether somebody hid it or its source no longer gives it."""
    save(session, service_id, [Change(Spot("service", service_id, "status"), ACTIVE)], who)


def publish(session: Session, edit_id: UUID, who: Editor) -> Decided:
    """Publish a proposed change with all that its maker changed of the listing in one go."""
    edits = _proposed_with(session, edit_id)
    if not edits:
        return Decided.GONE
    if edits[0].made_by == who.volunteer_id:
        return Decided.OWN
    values = Values(session, who.country)
    for edit in edits:
        spot = Spot(edit.entity, edit.entity_id, edit.field)
        edit.state, edit.decided_at, edit.decided_by = EditState.PUBLISHED, who.now, who.volunteer_id
        if values.there(spot):
            edit.previous = _told(values, spot)  # it may have changed while this waited
            _put(values, spot, edit.replacement)
    session.flush()
    _note(session, (edit.entity_id for edit in edits), who.now)
    return Decided.DONE


def refuse(session: Session, edit_id: UUID, who: Editor) -> Decided:
    """Refuse a proposed change with all that belongs to it; its maker may so take it back."""
    edits = _proposed_with(session, edit_id)
    for edit in edits:
        edit.state, edit.decided_at, edit.decided_by = EditState.REFUSED, who.now, who.volunteer_id
    session.flush()
    return Decided.DONE if edits else Decided.GONE


def undo(session: Session, edit_id: UUID, who: Editor) -> bool:
    """Take a published change back: what was changed before it holds, or else what the field was before. The next
    import reads the source's record anew, should it have changed. False where it is undone already."""
    edit = session.get(ListingEdit, edit_id, with_for_update=True, populate_existing=True)
    if edit is None or edit.state is not EditState.PUBLISHED:
        return False
    values, spot = Values(session, who.country), Spot(edit.entity, edit.entity_id, edit.field)
    published = _published(session, spot)
    edit.state, edit.decided_at, edit.decided_by = EditState.UNDONE, who.now, who.volunteer_id
    if published and published[-1].id == edit.id and values.there(spot):
        before = published[-2].replacement if len(published) > 1 else edit.previous
        values.put(spot, before)
    session.execute(
        sa.update(SourceRecord).where(SourceRecord.entity_id.in_({edit.service_id, edit.entity_id})).values(digest="")
    )
    session.flush()
    _note(session, [edit.entity_id], who.now)
    return True


def add_by_hand(session: Session, name: str, organization: str, who: Editor) -> UUID:
    """A listing that no source has; gives its id. The same words give the same organization. Where changes need
    approval nobody is told of it until another coordinator has approved that it is active."""
    own = source_id(BY_HAND)
    if session.get(Source, own) is None:
        session.add(Source(id=own, name=BY_HAND, created_at=who.now))
        session.flush()
    head = entity_id(own, "organization", " ".join(organization.casefold().split()))
    if session.get(Organization, head) is None:
        session.add(Organization(id=head, source_id=own, name=organization))
        session.flush()
    service = Service(source_id=own, organization_id=head, name=name, status=INACTIVE if who.approval else ACTIVE)
    session.add(service)
    session.flush()
    if who.approval:
        bring_back(session, service.id, who)
    note_changes(session, [service.id], who.now)
    return service.id


def _told(values: Values, spot: Spot) -> Any:
    """What people are told now. What its source no longer gives is told as inactive, as in HSDS."""
    is_status = (spot.entity, spot.field) == ("service", "status")
    gone = is_status and values.session.get_one(Service, spot.entity_id).withdrawn_at is not None
    return INACTIVE if gone else values.get(spot)


def _put(values: Values, spot: Spot, value: Any) -> None:
    values.put(spot, value)
    if (spot.entity, spot.field, value) == ("service", "status", ACTIVE):
        values.session.get_one(Service, spot.entity_id).withdrawn_at = None
        values.session.flush()


def _proposed_with(session: Session, edit_id: UUID) -> Sequence[ListingEdit]:
    edit = session.get(ListingEdit, edit_id)
    if edit is None:
        return ()
    return session.scalars(
        sa.select(ListingEdit)
        .where(
            ListingEdit.service_id == edit.service_id,
            ListingEdit.made_by == edit.made_by,
            ListingEdit.made_at == edit.made_at,
            ListingEdit.state == EditState.PROPOSED,
        )
        .order_by(ListingEdit.id)
        .with_for_update()
    ).all()


def _published(session: Session, spot: Spot) -> Sequence[ListingEdit]:
    """The oldest first."""
    return session.scalars(
        sa.select(ListingEdit)
        .where(
            ListingEdit.entity_id == spot.entity_id,
            ListingEdit.field == spot.field,
            ListingEdit.state == EditState.PUBLISHED,
        )
        .order_by(sa.func.coalesce(ListingEdit.decided_at, ListingEdit.made_at), ListingEdit.id)
    ).all()


def _note(session: Session, entity_ids: Iterable[UUID], now: datetime) -> None:
    """Note all listings that tell these objects; an address is told by its place."""
    ids = [*entity_ids]
    ids += session.scalars(sa.select(Address.location_id).where(Address.id.in_(ids)))
    note_changes(session, services_told_by(session, ids), now)
