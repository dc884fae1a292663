"""When the machine isn't sure: one short question, then a person. A wrong guess costs more than either."""

from __future__ import annotations

from dataclasses import replace

from core.conversation.ask_again import ask_again
from core.conversation.decision import AttachToRequest, Decision
from core.conversation.needs import ask_whether_private, with_place
from core.conversation.people import awaited, bring_a_person
from core.conversation.phrases import choices, need_label, reply, say
from core.conversation.review import also, unknown
from core.conversation.situation import TOPIC_KEPT_BACK, Search, Situation
from core.conversation.state import ABOUT_A_SERVICE, NewQuestion, QuestionKind, TalkState
from core.db.models.help_request import Reason
from core.messages import NeedName
from intents.thresholds import ASK_BACK

MISSES_BEFORE_A_PERSON = 2
MORE_THAN_A_REMARK = 0.45
"""While a question is open, a doubtful need below this is more likely a remark on what we asked."""
_AWAITS_A_NEED = frozenset({QuestionKind.MENU, QuestionKind.LANGUAGE})
"""Questions of a call into which the need itself is said."""


def clarify(s: Situation) -> Decision | Search | None:
    """The open question once more, a choice between what they may have meant, or a plain "tell us"; once."""
    waiting = awaited(s)
    if waiting:
        line = say("emergency.again") if waiting.reason is Reason.EMERGENCY else say("volunteer.has_it")
        return Decision(reply(s, line), s.state, (AttachToRequest(waiting.id),))
    misses = s.state.misses + 1
    if misses >= MISSES_BEFORE_A_PERSON:
        return None
    at_least = ASK_BACK if s.question and s.question.kind in _AWAITS_A_NEED else MORE_THAN_A_REMARK
    if s.question and (s.question.kind in ABOUT_A_SERVICE or not _likely(s, at_least)):
        offered = s.question.kind is QuestionKind.OFFER
        again = ask_again(s, s.question, say("offer.known" if offered else "ask.sorry"), missed=True)
        return also(again, unknown(s))
    placed = with_place(s)
    if isinstance(placed, Search):
        return placed
    likely = _likely(s, ASK_BACK)
    # A choice of needs is about this message; so is whatever follows where the last need is done with.
    new = bool(likely) or s.state.need is None
    words = s.understanding.text if new else s.state.words
    state = replace(placed.state, misses=misses, words=words)
    if not likely and state.place != s.state.place:
        return Decision(reply(s, say("ask.need"), free="need"), placed.state)  # they told us where: the rest follows
    if not likely:
        return Decision(reply(s, say("ask.again"), free="need"), state, unknown(s))
    if state.private_phone is None and not TOPIC_KEPT_BACK.isdisjoint(likely):
        return ask_whether_private(s, state, likely)
    return which_need(s, state, likely)


def which_need(s: Situation, state: TalkState, likely: tuple[str, ...]) -> Decision:
    """A choice between needs, in one short question; of one need, whether it is that."""
    question = NewQuestion(QuestionKind.WHICH_NEED, needs=likely)
    if len(likely) == 1:
        line, picks = say("ask.one", need=NeedName(likely[0])), choices("choice.yes", "choice.no")
    else:
        line, picks = say("ask.which"), choices(*(need_label(code) for code in likely))
    return Decision(reply(s, line, picks=picks), state, asks=question)


def as_heard(s: Situation) -> Decision | Search:
    """The needs in words that the speech recogniser doubts: said back before anything is done about them."""
    placed = with_place(s)
    if isinstance(placed, Search):
        return placed
    told = tuple(need.code for need in s.understanding.wanted)[:2]
    state = replace(placed.state, words=s.understanding.text, misses=s.state.misses + 1)
    if state.private_phone is None and not TOPIC_KEPT_BACK.isdisjoint(told):
        return ask_whether_private(s, state, told)
    asked = which_need(s, state, told)
    return replace(asked, reply=replace(asked.reply, say=(say("call.low"), *asked.reply.say)))


def _likely(s: Situation, at_least: float) -> tuple[str, ...]:
    """The needs that the message may hold, the likeliest first; at most as many as can be asked at once."""
    if s.wordless or s.only_a_place:
        return ()
    return tuple(n.code for n in s.understanding.needs if n.confidence >= at_least)[:3]


def offer_a_person(s: Situation) -> Decision:
    """Two misses in a row: a person, without asking further."""
    return bring_a_person(s, Reason.NOT_UNDERSTOOD, say("ask.gave_up"), effects=unknown(s))
