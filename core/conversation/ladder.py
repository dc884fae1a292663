"""The ladder: the first step with an answer wins, read from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.conversation.acts import recognised_need_or_act
from core.conversation.answers import answer_to_question
from core.conversation.clarify import clarify, offer_a_person
from core.conversation.consent import consent
from core.conversation.corrections import new_wording
from core.conversation.decision import Decision, ReachedUs
from core.conversation.linking import linking
from core.conversation.listening import listening
from core.conversation.safety import nobody_in_danger, safety
from core.conversation.situation import Search, Situation
from core.conversation.still_right import still_right
from core.conversation.telephone import for_the_ear, on_the_telephone
from core.conversation.with_volunteer import with_volunteer
from core.directory.person import NOBODY_KNOWN
from core.messages import CallEvent

Step = Callable[[Situation], Decision | Search | None]

LADDER: tuple[Step, ...] = (
    on_the_telephone,
    safety,
    consent,
    linking,
    with_volunteer,
    listening,
    new_wording,
    still_right,
    answer_to_question,
    recognised_need_or_act,
    clarify,
)


def decide(situation: Situation) -> Decision | Search:
    """What to do about one message; or the Search without which that can't be said yet."""
    at_hand = nobody_in_danger(situation)
    outcome = _first(_person_told(at_hand))
    if isinstance(outcome, Decision) and at_hand is not situation:
        outcome = replace(outcome, answered=True)
    return _heard(situation, outcome)


def _person_told(situation: Situation) -> Situation:
    """The situation with what the message tells of the person, whatever else it is about."""
    told, who_for = situation.person_told, situation.understanding.slots.who_for
    if told == NOBODY_KNOWN:
        return situation
    state = situation.state.about(who_for.value if who_for else None, told)
    if situation.question:  # whether it answers for whom, the question's own step says
        state = replace(state, for_whom=situation.state.for_whom)
    return replace(situation, state=state)


def _first(situation: Situation) -> Decision | Search:
    for step in LADDER:
        outcome = step(situation)
        if outcome is not None:
            return outcome
    return offer_a_person(situation)


def _heard(situation: Situation, outcome: Decision | Search) -> Decision | Search:
    if isinstance(outcome, Search):
        return outcome
    decision = for_the_ear(situation, outcome) if situation.on_the_phone else outcome
    if situation.community.calls_back_missed and situation.inbound.call is not CallEvent.MISSED:
        return replace(decision, effects=(*decision.effects, ReachedUs()))
    return decision
