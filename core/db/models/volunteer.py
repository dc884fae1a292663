"""People who answer, and their log-ins."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Keyed
from core.db.types import coded


class Role(StrEnum):
    """What a volunteer may do; a coordinator may do everything."""

    VOLUNTEER = "volunteer"
    COORDINATOR = "coordinator"


class Volunteer(Keyed):
    """Someone who answers residents in the console."""

    __tablename__ = "volunteer"

    username: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(coded(Role))
    password_hash: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(35), default="en")
    phone_key: Mapped[str | None] = mapped_column(sa.String(64))
    phone_sealed: Mapped[bytes | None]
    """Their own telephone, which rings first when they call a resident; sealed like the address of a contact point."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class VolunteerSession(Keyed):
    """One log-in. The cookie holds `id`; log-out revokes the row, so a copied cookie is worth nothing afterwards."""

    __tablename__ = "volunteer_session"

    volunteer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class VolunteerChat(Keyed):
    """One code that was shown to a volunteer, and the chat that it came back from. While `linked_at` is set and
    `ended_at` is not, that chat is told of what is urgent or waits too long."""

    __tablename__ = "volunteer_chat"

    volunteer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    code_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """The code itself is kept nowhere."""
    expires_at: Mapped[datetime]
    contact_point_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("contact_point.id"), index=True)
    linked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """Failed log-ins of one username, so that the back-off outlives a restart."""

    __tablename__ = "login_attempt"

    username: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int]
    next_allowed_at: Mapped[datetime]
