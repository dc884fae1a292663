"""What volunteers see of the queue, and how things ended. Reads only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.help_request import (
    CallBack,
    FollowUp,
    FollowUpAnswer,
    HelpRequest,
    Outcome,
    Reason,
    Status,
    Urgency,
)
from core.db.models.volunteer import Volunteer
from core.messages import Channel

MOST_ROWS = 200
"""Rows of one page of the queue; the count beside it is never capped."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One request as everybody on the team may see it: need and area, no words, no number."""

    id: uuid.UUID
    reference: str
    status: Status
    reason: Reason
    urgency: Urgency
    emergency_kind: str | None
    need_code: str | None
    place: str | None
    language: str
    written_in: str | None
    channel: Channel | None
    call_back: CallBack | None
    waiting_since: datetime
    holder_id: uuid.UUID | None
    holder: str | None
    outcome: Outcome | None
    follow_up: FollowUpAnswer | None


class Shelf(StrEnum):
    """Which requests a list shows."""

    WAITING = "waiting"
    MINE = "mine"
    HELD = "held"
    CLOSED = "closed"


def queue(session: Session, shelf: Shelf, volunteer_id: uuid.UUID) -> list[QueueRow]:
    """The requests of a shelf: those that wait by urgency, then by waiting time; closed ones latest first."""
    latest_answer = (
        sa.select(FollowUp.answer)
        .where(FollowUp.help_request_id == HelpRequest.id)
        .order_by(FollowUp.due_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    order = (
        [HelpRequest.resolved_at.desc()]
        if shelf is Shelf.CLOSED
        else [HelpRequest.urgency_rank, HelpRequest.waiting_since, HelpRequest.id]
    )
    rows = session.execute(
        sa.select(HelpRequest, Volunteer.name, latest_answer)
        .outerjoin(Volunteer, Volunteer.id == HelpRequest.claimed_by_id)
        .where(*_shelf(shelf, volunteer_id))
        .order_by(*order)
        .limit(MOST_ROWS)
    ).all()
    return [queue_row(request, holder, answer) for request, holder, answer in rows]


def shelf_counts(session: Session, volunteer_id: uuid.UUID) -> dict[Shelf, int]:
    """How many requests each shelf holds."""
    return {
        shelf: session.scalar(sa.select(sa.func.count()).select_from(HelpRequest).where(*_shelf(shelf, volunteer_id)))
        or 0
        for shelf in Shelf
    }


def _shelf(shelf: Shelf, volunteer_id: uuid.UUID) -> tuple[sa.ColumnElement[bool], ...]:
    match shelf:
        case Shelf.WAITING:
            return (HelpRequest.status == Status.OPEN,)
        case Shelf.MINE:
            return (HelpRequest.claimed_by_id == volunteer_id, HelpRequest.status != Status.RESOLVED)
        case Shelf.HELD:
            return (HelpRequest.claimed_by_id != volunteer_id, HelpRequest.status != Status.RESOLVED)
        case Shelf.CLOSED:
            return (HelpRequest.status == Status.RESOLVED,)


def queue_row(request: HelpRequest, holder: str | None, answer: FollowUpAnswer | None) -> QueueRow:
    """`request` as everybody may see it. holder: the name of who holds it. answer: to the latest follow-up."""
    return QueueRow(
        id=request.id,
        reference=request.reference,
        status=request.status,
        reason=request.reason,
        urgency=request.urgency,
        emergency_kind=request.emergency_kind,
        need_code=request.need_code,
        place=request.place,
        language=request.language,
        written_in=request.written_in,
        channel=request.channel,
        call_back=request.call_back,
        waiting_since=request.waiting_since,
        holder_id=request.claimed_by_id,
        holder=holder,
        outcome=request.outcome,
        follow_up=answer,
    )
