"""The ladder: the first step with an answer wins, read from top to bottom."""

from __future__ import annotations

from collections.abc import Callable

from core.conversation.acts import recognised_need_or_act
from core.conversation.answers import answer_to_question
from core.conversation.clarify import clarify, offer_a_person
from core.conversation.consent import consent
from core.conversation.decision import Decision
from core.conversation.safety import safety
from core.conversation.situation import Search, Situation
from core.conversation.telephone import for_the_ear, on_the_telephone
from core.conversation.with_volunteer import with_volunteer

Step = Callable[[Situation], Decision | Search | None]

LADDER: tuple[Step, ...] = (
    on_the_telephone,
    safety,
    consent,
    with_volunteer,
    answer_to_question,
    recognised_need_or_act,
    clarify,
)


def decide(situation: Situation) -> Decision | Search:
    """What to do about one message; or the Search without which that can't be said yet."""
    for step in LADDER:
        outcome = step(situation)
        if outcome is not None:
            return _heard(situation, outcome)
    return _heard(situation, offer_a_person(situation))


def _heard(situation: Situation, outcome: Decision | Search) -> Decision | Search:
    if situation.on_the_phone and isinstance(outcome, Decision):
        return for_the_ear(situation, outcome)
    return outcome
