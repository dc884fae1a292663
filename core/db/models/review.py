"""What was not understood, or understood wrongly, kept for a coordinator to say what it means."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Keyed
from core.db.types import coded


class Cause(StrEnum):
    """Why words are kept for review. `corrected`: our guess was wrong, and someone said so."""

    UNKNOWN = "unknown"
    CORRECTED = "corrected"


class Verdict(StrEnum):
    """What a coordinator decided: the next retraining learns it, or nothing does."""

    APPROVED = "approved"
    DISCARDED = "discarded"


class ReviewItem(Keyed):
    """Words without anything that says whose they are. No row leads back to a resident, talk or request."""

    __tablename__ = "review_item"
    __table_args__ = (sa.UniqueConstraint("language", "text"), sa.Index("ix_review_item_due", "verdict", "created_at"))

    text: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(35))
    cause: Mapped[Cause] = mapped_column(coded(Cause))
    guessed: Mapped[str | None] = mapped_column(sa.String(64))
    """The need that the machine took it for."""
    meant: Mapped[str | None] = mapped_column(sa.String(64))
    """The need that the resident or a volunteer named instead."""
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    verdict: Mapped[Verdict | None] = mapped_column(coded(Verdict))
    """None: waits for a coordinator."""
    label: Mapped[str | None] = mapped_column(sa.String(64))
    """What it means, once approved: a need's code, or "unknown" for none of our needs."""
    taken_at: Mapped[datetime | None]
    """When a model learnt it."""
