"""What we say first: it names no need and no service, for someone else may read it."""

from __future__ import annotations

from core.conversation.phrases import choices
from core.messages import Expects, Reply, Say


def follow_up_question(language: str) -> Reply:
    """Did you get the help?"""
    picks = choices("choice.yes", "choice.partly", "choice.no")
    return Reply((Say("followup.ask"),), language, Expects(picks, person=True))


def emergency_again(language: str) -> Reply:
    """Once more, five minutes after the first answer to danger."""
    return Reply((Say("emergency.again"),), language)
