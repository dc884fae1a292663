"""Who changes a request takes what belongs to it in one order, so that two never wait for each other.

The order is: conversation, request, follow-up, timers. A turn begins with its conversation; a volunteer, who needs
no conversation, with the request. SQLite has one writer and needs none of this. Never commits.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.conversation import Conversation
from core.db.models.help_request import HelpRequest


def lock_conversation(session: Session, conversation_id: uuid.UUID) -> None:
    """From here to the end of the transaction no turn of this conversation is written."""
    # Not the key: others may go on adding rows that point to the conversation.
    session.execute(
        sa.select(Conversation.id).where(Conversation.id == conversation_id).with_for_update(key_share=True)
    )


def locked_request(session: Session, request_id: uuid.UUID) -> HelpRequest:
    """The request as it is now, which nobody else changes until the end of the transaction."""
    conversation_id = session.execute(
        sa.select(HelpRequest.conversation_id).where(HelpRequest.id == request_id)
    ).scalar_one()
    if conversation_id:
        lock_conversation(session, conversation_id)
    return session.get_one(HelpRequest, request_id, with_for_update={"key_share": True}, populate_existing=True)
