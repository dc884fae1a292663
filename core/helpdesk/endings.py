"""How the requests that a volunteer closed have ended: the outcome, and what the resident said later. Reads only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.help_request import (
    FollowUp,
    FollowUpAnswer,
    HelpRequest,
    HelpRequestEvent,
    Outcome,
    Reason,
    Status,
)
from core.helpdesk.events import EventKind

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Ending:
    """One request that a volunteer closed. `asked`: the resident is asked whether the help came."""

    request_id: uuid.UUID
    reference: str
    need_code: str | None
    reason: Reason
    closed_at: datetime
    outcome: Outcome
    asked: bool
    answer: FollowUpAnswer | None
    open_again: bool


def endings_of(session: Session, volunteer_id: uuid.UUID) -> list[Ending]:
    """The requests this volunteer closed, latest first, each once; those that were opened again too."""
    rows = session.execute(
        sa.select(HelpRequestEvent, HelpRequest)
        .join(HelpRequest, HelpRequest.id == HelpRequestEvent.help_request_id)
        .where(HelpRequestEvent.kind == EventKind.CLOSED, HelpRequestEvent.volunteer_id == volunteer_id)
        .order_by(HelpRequestEvent.at.desc())
        .limit(MOST_ROWS)
    ).all()
    latest: dict[uuid.UUID, tuple[HelpRequestEvent, HelpRequest]] = {}
    for event, request in rows:
        latest.setdefault(request.id, (event, request))
    follow_ups = _follow_ups(session, latest)
    return [_ending(event, request, follow_ups.get(request.id)) for event, request in latest.values()]


def _follow_ups(session: Session, request_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, FollowUp]:
    rows = session.scalars(
        sa.select(FollowUp).where(FollowUp.help_request_id.in_(request_ids)).order_by(FollowUp.due_at)
    )
    return {row.help_request_id: row for row in rows}


def _ending(event: HelpRequestEvent, request: HelpRequest, follow_up: FollowUp | None) -> Ending:
    if follow_up and follow_up.due_at < event.at:  # it belongs to an earlier closing
        follow_up = None
    return Ending(
        request_id=request.id,
        reference=request.reference,
        need_code=request.need_code,
        reason=request.reason,
        closed_at=event.at,
        outcome=Outcome(event.data["outcome"]),
        asked=follow_up is not None,
        answer=follow_up.answer if follow_up else None,
        open_again=request.status is not Status.RESOLVED,
    )
