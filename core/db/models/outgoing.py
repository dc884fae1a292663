"""The outbox: everything that leaves Handrail, whoever wrote it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Keyed
from core.db.types import Json, coded
from core.messages import Channel


class Delivery(StrEnum):
    """How far a message got. `unknown`: we were cut off while sending, and must ask the provider."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Purpose(StrEnum):
    """Why a message leaves; opt-out and quiet hours depend on it."""

    ANSWER = "answer"
    CONSENT = "consent"
    EMERGENCY = "emergency"
    VOLUNTEER = "volunteer"
    STARTED = "started"
    DUTY = "duty"
    CONNECT = "connect"
    """A volunteer's own telephone is rung, to be connected with a resident."""
    VERIFY = "verify"
    """A provider is asked whether a listing is still right."""
    CODE = "code"
    """Shows that the phone it reaches is theirs who asked for it in a chat."""


class OutgoingMessage(Keyed):
    """One message to one contact point. `reply` is its meaning; the channel renders it when it is sent."""

    __tablename__ = "outgoing_message"
    __table_args__ = (sa.Index("ix_outgoing_message_due", "status", "next_attempt_at"),)

    contact_point_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("contact_point.id"), index=True)
    channel: Mapped[Channel] = mapped_column(coded(Channel))
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("conversation.id"), index=True)
    help_request_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("help_request.id"), index=True)
    volunteer_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    purpose: Mapped[Purpose] = mapped_column(coded(Purpose))
    reply: Mapped[dict[str, Any]] = mapped_column(Json)
    idempotency_key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    status: Mapped[Delivery] = mapped_column(coded(Delivery))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    """When it may be tried; while `sending`, when the sender is presumed dead."""
    expires_at: Mapped[datetime]
    provider_id: Mapped[str | None] = mapped_column(sa.String(128), index=True)
    error_code: Mapped[str | None] = mapped_column(sa.String(32))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class DeliveryReport(Keyed):
    """What a provider said of a message before we had noted its id: it is applied as soon as we have."""

    __tablename__ = "delivery_report"
    __table_args__ = (sa.Index("ix_delivery_report_message", "channel", "provider_id"),)

    channel: Mapped[Channel] = mapped_column(coded(Channel))
    provider_id: Mapped[str] = mapped_column(sa.String(128))
    status: Mapped[Delivery] = mapped_column(coded(Delivery))
    error_code: Mapped[str | None] = mapped_column(sa.String(32))
    at: Mapped[datetime]
