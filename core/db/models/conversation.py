"""What was said: one conversation a contact point and channel, its inbound messages, its open question."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Keyed
from core.db.types import Json, coded
from core.messages import Channel


class Conversation(Keyed):
    """Where a talk stands. `state` is core.conversation's own value, read and written whole."""

    __tablename__ = "conversation"
    __table_args__ = (sa.UniqueConstraint("contact_point_id", "channel"),)

    contact_point_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("contact_point.id"))
    channel: Mapped[Channel] = mapped_column(coded(Channel))
    resident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("resident.id"))
    state: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=0)
    """Grows with every turn, so that a decision made on an older state is noticed and made again."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Question(Keyed):
    """What we asked and still await. At most one row of a conversation has neither ending."""

    __tablename__ = "question"

    conversation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("conversation.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(32))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]


class InboundMessage(Keyed):
    """One thing a resident sent, and the Reply it got. Unique by channel and provider id: a repeat finds it here."""

    __tablename__ = "inbound_message"
    __table_args__ = (sa.UniqueConstraint("channel", "provider_id"),)

    channel: Mapped[Channel] = mapped_column(coded(Channel))
    provider_id: Mapped[str] = mapped_column(sa.String(128))
    message_id: Mapped[str | None] = mapped_column(sa.String(64))
    """The channel's own name for it within the talk; a new wording of it has the same one. None where it has none."""
    contact_point_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("contact_point.id"), index=True)
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("conversation.id"), index=True)
    help_request_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("help_request.id"), index=True)
    text: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(35))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    received_at: Mapped[datetime]
    reply: Mapped[dict[str, Any]] = mapped_column(Json)
    parked: Mapped[bool] = mapped_column(default=False)
    """True where answering failed and the message was handed to people instead."""


class InboundMedia(Keyed):
    """A picture or recording that came with a message. `content` is filled once fetched from the provider."""

    __tablename__ = "inbound_media"

    inbound_message_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("inbound_message.id"), index=True)
    url: Mapped[str]
    content_type: Mapped[str] = mapped_column(sa.String(127))
    seconds: Mapped[int | None]
    """How long a recording is; None where nobody told."""
    content: Mapped[bytes | None]
    fetched_at: Mapped[datetime | None]
