"""What a turn teaches: words that were not understood, or that turned out to mean something else.

Nothing is learnt here. The words go, without anything that says whose they are, to a list from which a coordinator
picks. What must stay between the resident and us does not go there at all.
"""

from __future__ import annotations

from dataclasses import replace

from core.conversation.decision import Decision, Effect, KeepForReview
from core.conversation.situation import TOPIC_KEPT_BACK, Search, Situation
from core.conversation.state import ABOUT_A_PLACE, QuestionKind
from core.db.models.help_request import Reason
from core.db.models.review import Cause
from core.review.deidentify import anonymous
from intents.catalogue_file import plain
from intents.thresholds import ASK_BACK, CONFIDENT
from intents.understanding import Act, Understanding

_ABOUT_A_NEED = frozenset({Act.FIND_HELP, Act.REPORT_PROBLEM, Act.UNKNOWN})


def unknown(s: Situation) -> tuple[Effect, ...]:
    """The message, where it is one of words that we could make nothing of."""
    asked_where = s.question is not None and s.question.kind in ABOUT_A_PLACE
    other_language = s.understanding.language != s.language  # nobody here could label it
    if s.act is not Act.UNKNOWN or s.only_a_place or asked_where or other_language:
        return ()
    return _keep(s, s.understanding.text, Cause.UNKNOWN, None, None)


def corrected(s: Situation, guessed: str, meant: str | None) -> tuple[Effect, ...]:
    """The words of the need at hand, which we took for `guessed`; `meant`: the need named instead, if any was."""
    return _keep(s, s.state.words, Cause.CORRECTED, guessed, meant)


def denied(s: Situation) -> tuple[Effect, ...]:
    """ "no i need a dentist", where we asked "do you mean this?" or had just offered something else."""
    question = s.question
    if question is None or len(s.wanted) != 1 or not question.needs or question.needs[0] == s.wanted[0]:
        return ()
    first = {QuestionKind.OFFER: 1, QuestionKind.LIST: len(question.services)}.get(question.kind)
    at_once = s.state.need == question.needs[0] and len(s.state.offered) == first
    if question.kind is QuestionKind.WHICH_NEED or (at_once and _begins_with_no(s)):
        return corrected(s, question.needs[0], s.wanted[0])
    return ()


def also(outcome: Decision | Search, effects: tuple[Effect, ...]) -> Decision | Search:
    """`outcome` with `effects` too, once it is a decision."""
    return replace(outcome, effects=(*outcome.effects, *effects)) if isinstance(outcome, Decision) else outcome


def may_be_read(meant: Understanding) -> bool:
    """Whether others may ever read such a message: no danger in it, and no hint of what is kept back."""
    hinted = {need.code for need in meant.needs if need.wanted or need.confidence >= ASK_BACK}
    return meant.urgent is None and meant.act is not Act.EMERGENCY and TOPIC_KEPT_BACK.isdisjoint(hinted)


def tells_a_need(meant: Understanding) -> bool:
    """Whether the message is neither a menu's answer nor surely something else than a need: a yes, a STOP, a thanks."""
    sure_of_another = meant.act not in _ABOUT_A_NEED and meant.confidence >= CONFIDENT
    return meant.slots.choice is None and not sure_of_another


def _keep(s: Situation, text: str, cause: Cause, guessed: str | None, meant: str | None) -> tuple[Effect, ...]:
    if not _open_to_others(s):
        return ()
    words = anonymous(text, s.known)
    return (KeepForReview(words, cause, guessed, meant),) if words else ()


def _open_to_others(s: Situation) -> bool:
    state = s.state
    talked_of = {state.need, *state.waiting, *(s.question.needs if s.question else ())}
    grave = any(r.reason is Reason.EMERGENCY or r.need in TOPIC_KEPT_BACK for r in s.requests)
    kept_back = state.private_phone is not None or not TOPIC_KEPT_BACK.isdisjoint(talked_of)
    return not grave and not kept_back and may_be_read(s.understanding)


def _begins_with_no(s: Situation) -> bool:
    words = plain(s.understanding.text).split(maxsplit=1)
    return bool(words) and any(words[0] in known for known in s.community.catalogue.acts[Act.NO].words.values())
