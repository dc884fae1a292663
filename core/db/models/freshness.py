"""How a listing stays true: who was asked whether it still is, who doubts it, and what was changed by whom."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Keyed
from core.db.types import Json, coded


class AskedBy(StrEnum):
    """How a provider is asked."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    """A volunteer rings them up."""


class Verified(StrEnum):
    """What came of the question "Is this still right?"."""

    ASKED = "asked"
    RIGHT = "right"
    CHANGED = "changed"
    CLOSED = "closed"
    NO_ANSWER = "no_answer"


class Verification(Keyed):
    """One question to a provider whether a listing is still right, and the answer."""

    __tablename__ = "verification"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    asked_by: Mapped[AskedBy] = mapped_column(coded(AskedBy))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    token_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    """HMAC of the secret in the link; the secret itself is nowhere but in the e-mail and the outbox's copy of it."""
    contact_point_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("contact_point.id"), index=True)
    state: Mapped[Verified] = mapped_column(coded(Verified), default=Verified.ASKED, index=True)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    """The volunteer who rang; null where the provider answered."""
    words: Mapped[str | None]
    """What the provider said has changed."""


class DoubtKind(StrEnum):
    """What was found wrong with a listing."""

    NUMBER_DEAD = "number_dead"
    CLOSED = "closed"
    MOVED = "moved"
    WRONG_HOURS = "wrong_hours"
    NO_ANSWER = "no_answer"
    """Nobody picked up when volunteers rang the provider to ask."""
    OTHER = "other"


class Doubt(Keyed):
    """Somebody met a listing that isn't right. Open until it is verified or settled."""

    __tablename__ = "doubt"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    kind: Mapped[DoubtKind] = mapped_column(coded(DoubtKind))
    at: Mapped[datetime]
    request_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("help_request.id"))
    by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    number: Mapped[str | None] = mapped_column(sa.String(16))
    """The number (E.164) that is dead."""
    note: Mapped[str | None]
    settled_at: Mapped[datetime | None] = mapped_column(index=True)


NEEDS_FIELD = "needs"
"""The field of an edit that changes what a service is for; the others are named as in HSDS."""


class EditState(StrEnum):
    """Where a change to a listing stands."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"
    UNDONE = "undone"


class EditOrigin(StrEnum):
    """Where a change comes from."""

    CONSOLE = "console"
    PROVIDER = "provider"
    MERGE = "merge"


class ListingEdit(Keyed):
    """One field of one object of a listing, changed by a person. Told in HSDS as `metadata`. What is published holds
    against later imports. Values are as in HSDS JSON."""

    __tablename__ = "listing_edit"
    __table_args__ = (sa.Index("ix_listing_edit_entity", "entity_id", "field"),)

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    entity: Mapped[str] = mapped_column(sa.String(32))
    entity_id: Mapped[uuid.UUID]
    field: Mapped[str] = mapped_column(sa.String(64))
    previous: Mapped[Any | None] = mapped_column(Json)
    replacement: Mapped[Any | None] = mapped_column(Json)
    origin: Mapped[EditOrigin] = mapped_column(coded(EditOrigin))
    state: Mapped[EditState] = mapped_column(coded(EditState), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
