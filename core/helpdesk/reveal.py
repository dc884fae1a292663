"""Who may see a resident's words and number: the one who holds the request. Every reveal is logged. Never commits."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.conversation import InboundMedia, InboundMessage
from core.db.models.help_request import HelpRequest, HelpRequestEvent
from core.helpdesk.events import EventKind, record


def was_revealed(session: Session, request_id: uuid.UUID, volunteer_id: uuid.UUID) -> bool:
    """Whether this volunteer holds the request and it is logged that they have seen it since they claimed it."""
    return bool(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(HelpRequestEvent)
            .join(HelpRequest, HelpRequest.id == HelpRequestEvent.help_request_id)
            .where(
                HelpRequest.id == request_id,
                HelpRequest.claimed_by_id == volunteer_id,
                HelpRequestEvent.kind == EventKind.REVEALED,
                HelpRequestEvent.volunteer_id == volunteer_id,
                HelpRequestEvent.at >= HelpRequest.claimed_at,
            )
        )
    )


def record_reveal(session: Session, request_id: uuid.UUID, volunteer_id: uuid.UUID, now: datetime) -> bool:
    """Log that the holder sees words and number, once a claim. False where this volunteer doesn't hold it."""
    request = session.get(HelpRequest, request_id, with_for_update=True)
    if request is None or request.claimed_by_id != volunteer_id:
        return False
    if not was_revealed(session, request_id, volunteer_id):
        record(session, request_id, EventKind.REVEALED, now, volunteer_id=volunteer_id)
    return True


def request_of_media(session: Session, media_id: uuid.UUID, volunteer_id: uuid.UUID) -> uuid.UUID | None:
    """A request of this volunteer's whose conversation holds the picture or recording; None where there is none."""
    return session.scalar(
        sa.select(HelpRequest.id)
        .join(InboundMessage, InboundMessage.conversation_id == HelpRequest.conversation_id)
        .join(InboundMedia, InboundMedia.inbound_message_id == InboundMessage.id)
        .where(InboundMedia.id == media_id, HelpRequest.claimed_by_id == volunteer_id)
        .order_by(HelpRequest.claimed_at.desc())
        .limit(1)
    )
