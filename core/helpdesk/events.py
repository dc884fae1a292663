"""The append-only record of what happened to a request."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.help_request import HelpRequestEvent


class EventKind(StrEnum):
    """What can happen to a help request."""

    OPENED = "opened"
    TAKEN_DOWN = "taken_down"
    MESSAGE = "message"
    CLAIMED = "claimed"
    REVEALED = "revealed"
    REPLIED = "replied"
    CALLED = "called"
    CALL_ENDED = "call_ended"
    NOTED = "noted"
    NEED_CORRECTED = "need_corrected"
    RELEASED = "released"
    HANDED_OVER = "handed_over"
    CLAIM_RAN_OUT = "claim_ran_out"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    FOLLOW_UP_ASKED = "follow_up_asked"
    FOLLOW_UP_ANSWERED = "follow_up_answered"
    REOPENED = "reopened"
    CALL_WANTED = "call_wanted"
    DUTY_TOLD = "duty_told"
    VOLUNTEERS_TOLD = "volunteers_told"
    NOT_DELIVERED = "not_delivered"
    REFERRAL = "referral"


class CallOutcome(StrEnum):
    """What came of a volunteer's call to a resident. `not_taken`: the volunteer's own telephone was not answered with
    the key; `not_placed`: it could not be rung, or the request was no longer theirs."""

    SPOKE = "spoke"
    NO_ANSWER = "no_answer"
    NOT_TAKEN = "not_taken"
    NOT_PLACED = "not_placed"


def record(
    session: Session,
    request_id: uuid.UUID,
    kind: EventKind,
    now: datetime,
    *,
    volunteer_id: uuid.UUID | None = None,
    **data: str,
) -> None:
    """Add one event. `data` holds codes and ids only: no words of residents, no numbers."""
    session.execute(
        sa.insert(HelpRequestEvent).values(
            id=uuid.uuid4(),
            help_request_id=request_id,
            at=now,
            kind=kind.value,
            volunteer_id=volunteer_id,
            data=data,
        )
    )
