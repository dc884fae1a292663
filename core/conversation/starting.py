"""What we say first: it names no need and no service, for someone else may read it."""

from __future__ import annotations

from core.conversation.phrases import choices
from core.messages import Expects, Reply, Say

YOU_CALLED = "call.you_called"
"""The first line of a call back to who hung up at once."""


def follow_up_question(language: str) -> Reply:
    """Did you get the help?"""
    picks = choices("choice.yes", "choice.partly", "choice.no")
    return Reply((Say("followup.ask"),), language, Expects(picks, person=True))


def emergency_again(language: str) -> Reply:
    """Once more, five minutes after the first answer to danger."""
    return Reply((Say("emergency.again"),), language)


def call_back(language: str) -> Reply:
    """A call back to who hung up at once: what follows is said as to someone who calls."""
    return Reply((Say(YOU_CALLED),), language)


def is_call_back(reply: Reply) -> bool:
    """Whether `reply` is what `call_back` gives."""
    return any(line.key == YOU_CALLED for line in reply.say)
