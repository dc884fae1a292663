"""A message that they put in other words after it was sent: nothing is done twice for it."""

from __future__ import annotations

from core.conversation.decision import AttachToRequest, Decision
from core.conversation.phrases import reply, say
from core.conversation.situation import Situation


def new_wording(s: Situation) -> Decision | None:
    """To the request that the first wording belongs to; None where the new one is to be read in its place.

    A yes, a no or a number has been acted upon, and so has what lies further back: the new words are kept, and we say
    how to tell us of a change.
    """
    if s.earlier is None or s.earlier.open_to_change:
        return None
    request = next((r for r in s.requests if r.id == s.earlier.request_id), None)
    if request:
        return Decision(reply(s, say("volunteer.has_it")), s.state, (AttachToRequest(request.id),))
    return Decision(reply(s, say("edited.too_late")), s.state)
