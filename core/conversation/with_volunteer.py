"""While a volunteer holds the conversation it is theirs: one acknowledgement, then the assistant is silent."""

from __future__ import annotations

from core.conversation.decision import AttachToRequest, Decision
from core.conversation.phrases import reply, say
from core.conversation.situation import Situation
from core.messages import Reply, Silence


def with_volunteer(s: Situation) -> Decision | None:
    """Hand the message to the volunteer who holds this conversation."""
    held = s.held_request
    if held is None:
        return None
    answer = Reply.none(Silence.WITH_VOLUNTEER, s.language) if held.acknowledged else reply(s, say("volunteer.has_it"))
    return Decision(answer, s.state, (AttachToRequest(held.id, acknowledged=not held.acknowledged),))
