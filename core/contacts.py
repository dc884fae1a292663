"""Contact points and residents: found by address, made when new. Never commits."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.contact_point import ContactLink, ContactPoint, Relation, Resident, ResidentContactPoint
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
        .where(*_own(contact.id))
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
        .where(*_own(contact.id))
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


def linked_with(session: Session, contact_point_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """The other contact points of the same person, as codes have shown: the phone of a chat, the chats of a phone."""
    of_it = sa.or_(ContactLink.contact_point_id == contact_point_id, ContactLink.phone_id == contact_point_id)
    phones = sa.select(ContactLink.phone_id).where(of_it, linked_now())
    rows = session.execute(
        sa.select(ContactLink.contact_point_id, ContactLink.phone_id).where(
            ContactLink.phone_id.in_(phones), linked_now()
        )
    ).all()
    return tuple(sorted({i for row in rows for i in row} - {contact_point_id}))


def linked_now() -> sa.ColumnElement[bool]:
    """The links that hold."""
    return sa.and_(ContactLink.linked_at.is_not(None), ContactLink.unlinked_at.is_(None))


def link(session: Session, chat_id: uuid.UUID, now: datetime) -> None:
    """The chat had the code that was sent for it last: from now on that phone and it are one person's.

    Each resident can then be reached at both; nobody's requests or talks change hands.
    """
    unlink(session, chat_id, now)
    found = session.scalars(
        sa.select(ContactLink)
        .where(ContactLink.contact_point_id == chat_id, ContactLink.linked_at.is_(None))
        .order_by(ContactLink.sent_at.desc(), ContactLink.id)
        .limit(1)
    ).one()
    found.linked_at = now
    chat, phone = session.get_one(ContactPoint, chat_id), session.get_one(ContactPoint, found.phone_id)
    for one, other in ((chat, phone), (phone, chat)):
        resident_id = resident_at(session, one, now)
        reached = ResidentContactPoint(resident_id=resident_id, contact_point_id=other.id, relation=Relation.LINKED)
        session.add(reached)
    session.flush()


def unlink(session: Session, contact_point_id: uuid.UUID, now: datetime) -> None:
    """Take every link of the chat or phone away again: all is as it was before, and the rows say that it was so."""
    of_it = sa.or_(ContactLink.contact_point_id == contact_point_id, ContactLink.phone_id == contact_point_id)
    for found in session.scalars(sa.select(ContactLink).where(of_it, linked_now())).all():
        found.unlinked_at = now
        for one, other in ((found.contact_point_id, found.phone_id), (found.phone_id, found.contact_point_id)):
            theirs = sa.select(ResidentContactPoint.resident_id).where(*_own(one))
            session.execute(
                sa.delete(ResidentContactPoint)
                .where(
                    ResidentContactPoint.contact_point_id == other,
                    ResidentContactPoint.relation == Relation.LINKED,
                    ResidentContactPoint.resident_id.in_(theirs),
                )
                .execution_options(synchronize_session=False)
            )
    session.flush()


def _own(contact_point_id: uuid.UUID) -> tuple[sa.ColumnElement[bool], ...]:
    """Who is reached there by themselves, rather than through a link."""
    there = ResidentContactPoint.contact_point_id == contact_point_id
    return there, ResidentContactPoint.relation != Relation.LINKED
