"""Contact points and residents: found by address, made when new. Never commits."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.contact_point import ContactPoint, Relation, Resident, ResidentContactPoint
from core.db.models.conversation import Conversation
from core.db.sealing import Sealer
from core.messages import Channel, ContactKind


def find_contact_point(session: Session, sealer: Sealer, kind: ContactKind, address: str) -> ContactPoint | None:
    """The contact point with this address, by whichever key it was sealed."""
    keys = sealer.keys(kind, address)
    return session.scalar(sa.select(ContactPoint).where(ContactPoint.kind == kind, ContactPoint.address_key.in_(keys)))


def contact_point(session: Session, sealer: Sealer, channel: Channel, address: str, now: datetime) -> ContactPoint:
    """The contact point that `channel` reaches under `address`; made if it is new."""
    kind = ContactKind.of(channel)
    found = find_contact_point(session, sealer, kind, address)
    if found:
        return found
    made = ContactPoint(
        kind=kind,
        address_key=sealer.key(kind, address),
        address_sealed=sealer.seal(kind, address),
        capabilities="",
        slow_speech=False,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def conversation_with(
    session: Session, contact: ContactPoint, channel: Channel, now: datetime, *, lock: bool = False
) -> Conversation:
    """The conversation with `contact` over `channel`; made, with its resident, if it is new.

    With `lock`, two turns of one conversation wait for each other (on SQLite all writers do anyway).
    """
    query = sa.select(Conversation).where(Conversation.contact_point_id == contact.id, Conversation.channel == channel)
    found = session.scalar(query.with_for_update() if lock else query)
    if found:
        return found
    made = Conversation(
        contact_point_id=contact.id,
        channel=channel,
        resident_id=resident_at(session, contact, now),
        state={},
        version=0,
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    return made


def resident_at(session: Session, contact: ContactPoint, now: datetime) -> uuid.UUID:
    """The resident known longest at this contact point; a new one if there is none."""
    known = session.scalar(
        sa.select(Resident.id)
        .join(ResidentContactPoint, ResidentContactPoint.resident_id == Resident.id)
        .where(ResidentContactPoint.contact_point_id == contact.id)
        .order_by(Resident.created_at, Resident.id)
        .limit(1)
    )
    return known or add_resident(session, contact.id, None, Relation.OWN, now)


def resident_named(session: Session, contact: ContactPoint, name: str, now: datetime) -> uuid.UUID:
    """The resident of this name at the contact point. A name nobody here has makes it a shared one, unless the one
    resident known has no name yet."""
    known = session.scalars(
        sa.select(Resident)
        .join(ResidentContactPoint, ResidentContactPoint.resident_id == Resident.id)
        .where(ResidentContactPoint.contact_point_id == contact.id)
        .order_by(Resident.created_at)
    ).all()
    for resident in known:
        if resident.name and resident.name.casefold() == name.casefold():
            return resident.id
    if len(known) == 1 and not known[0].name:
        known[0].name = name
        return known[0].id
    return add_resident(session, contact.id, name, Relation.SHARED if known else Relation.OWN, now)


def add_resident(
    session: Session, contact_point_id: uuid.UUID | None, name: str | None, relation: Relation, now: datetime
) -> uuid.UUID:
    """A new resident, reached at the contact point where there is one; gives its id."""
    resident = Resident(name=name, created_at=now)
    session.add(resident)
    session.flush()
    if contact_point_id:
        session.add(ResidentContactPoint(resident_id=resident.id, contact_point_id=contact_point_id, relation=relation))
        session.flush()
    return resident.id
