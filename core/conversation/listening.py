"""A voice note, where there is a recogniser: it is listened to first; what can't be made out goes to a person."""

from __future__ import annotations

from core.conversation.decision import Decision
from core.conversation.people import bring_a_person
from core.conversation.phrases import reply, say
from core.conversation.situation import Situation
from core.db.models.help_request import Reason


def listening(s: Situation) -> Decision | None:
    """The step of the ladder for a voice note, and for one that was listened to in vain."""
    if s.not_made_out:
        return bring_a_person(s, Reason.MEDIA, say("media.heard"))
    return Decision(reply(s, say("media.listening")), s.state) if s.to_be_listened_to else None
