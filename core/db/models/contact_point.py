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
