"""What must happen later. No help request is without a timer."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Keyed
from core.db.types import coded


class TimerKind(StrEnum):
    """What a timer does when it fires; `subject_id` is the id of the help request, follow-up, media or question."""

    LONG_WAIT = "long_wait"
    CLAIM_IDLE = "claim_idle"
    EMERGENCY_AGAIN = "emergency_again"
    FOLLOW_UP = "follow_up"
    FOLLOW_UP_SILENCE = "follow_up_silence"
    FETCH_MEDIA = "fetch_media"
    DANGER_UNANSWERED = "danger_unanswered"


class Timer(Keyed):
    """One thing to do at `run_at`, done once; `run_at` moves on while a worker is at it, so a dead one's comes back."""

    __tablename__ = "timer"
    __table_args__ = (sa.Index("ix_timer_due", "done_at", "run_at"),)

    kind: Mapped[TimerKind] = mapped_column(coded(TimerKind))
    subject_id: Mapped[uuid.UUID] = mapped_column(index=True)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]


class Heartbeat(Base):
    """When a part of the system last said that it is alive."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    at: Mapped[datetime]
