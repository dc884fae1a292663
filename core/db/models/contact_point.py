"""Who is who: residents, and the addresses they are reached at. Many to many: phones are shared."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Keyed
from core.db.types import coded
from core.messages import ContactKind


class ContactPoint(Keyed):
    """One address. Only core.db.sealing can read it; everything else goes by `id`."""

    __tablename__ = "contact_point"
    __table_args__ = (sa.UniqueConstraint("kind", "address_key"),)

    kind: Mapped[ContactKind] = mapped_column(coded(ContactKind))
    address_key: Mapped[str] = mapped_column(sa.String(64))
    address_sealed: Mapped[bytes]
    capabilities: Mapped[str] = mapped_column(default="")
    """Channels known to reach it, comma-separated; empty when nothing is known yet. A landline has no "sms"."""
    safe_to_call: Mapped[bool | None]
    """Whether the resident said that nobody else picks up; None when never asked."""
    stopped_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(sa.String(35))
    slow_speech: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Relation(StrEnum):
    """How a resident comes to be reached at a contact point."""

    OWN = "own"
    SHARED = "shared"
    CARER = "carer"
    LINKED = "linked"
    """It is another resident's own; a code showed that the two are one person."""


class Resident(Keyed):
    """A person who needs help. Where they live is remembered with the talk."""

    __tablename__ = "resident"

    name: Mapped[str | None]
    created_at: Mapped[datetime]


class ResidentContactPoint(Keyed):
    """A resident can be reached here."""

    __tablename__ = "resident_contact_point"
    __table_args__ = (sa.UniqueConstraint("resident_id", "contact_point_id"),)

    resident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("resident.id"))
    contact_point_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("contact_point.id"), index=True)
    relation: Mapped[Relation] = mapped_column(coded(Relation))


class ContactLink(Keyed):
    """One code sent to a phone that somebody shared in a chat, and what came of it. While `linked_at` is set and
    `unlinked_at` is not, both are one person's; nothing of either is changed for that, so that it can be undone."""

    __tablename__ = "contact_link"

    contact_point_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("contact_point.id"), index=True)
    """The chat."""
    phone_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("contact_point.id"), index=True)
    sent_at: Mapped[datetime]
    linked_at: Mapped[datetime | None]
    unlinked_at: Mapped[datetime | None]
