"""When the machine isn't sure: one short question, then a person. A wrong guess costs more than either."""

from __future__ import annotations

from dataclasses import replace

from core.conversation.decision import Decision
from core.conversation.needs import ask_whether_private
from core.conversation.people import bring_a_person
from core.conversation.phrases import choices, need_label, reply, say
from core.conversation.situation import TOPIC_KEPT_BACK, Situation
from core.conversation.state import NewQuestion, QuestionKind, TalkState
from core.db.models.help_request import Reason
from intents.thresholds import ASK_BACK

MISSES_BEFORE_A_PERSON = 2


def clarify(s: Situation) -> Decision | None:
    """A choice between what they may have meant, or a plain "tell us in a few words"; once."""
    misses = s.state.misses + 1
    if misses >= MISSES_BEFORE_A_PERSON:
        return None
    state = replace(s.state, misses=misses, words=s.state.words or s.understanding.text)
    likely = tuple(n.code for n in s.understanding.needs if n.confidence >= ASK_BACK)[:3]
    if not likely:
        return Decision(reply(s, say("ask.again"), free="need"), state)
    if state.private_phone is None and not TOPIC_KEPT_BACK.isdisjoint(likely):
        return ask_whether_private(s, state, likely)
    return which_need(s, state, likely)


def which_need(s: Situation, state: TalkState, likely: tuple[str, ...]) -> Decision:
    """A choice between needs, in one short question."""
    picks = choices(*(need_label(code) for code in likely))
    question = NewQuestion(QuestionKind.WHICH_NEED, needs=likely)
    return Decision(reply(s, say("ask.which"), picks=picks), state, asks=question)


def offer_a_person(s: Situation) -> Decision:
    """Two misses in a row: a person, without asking further."""
    return bring_a_person(s, Reason.NOT_UNDERSTOOD, say("ask.gave_up"))
