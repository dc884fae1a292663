"""A provider who was asked by text whether a listing is still right: by digit, or in words."""

from __future__ import annotations

from core.conversation.decision import AnswerVerification, Decision
from core.conversation.phrases import reply, say
from core.conversation.situation import Situation
from core.conversation.state import ABOUT_A_LISTING, NewQuestion, OpenQuestion, QuestionKind
from core.db.models.freshness import Verified

_ANSWERS = {1: Verified.RIGHT, 2: Verified.CHANGED, 3: Verified.CLOSED}
_THANKS = {Verified.RIGHT: "provider.thanks_right", Verified.CLOSED: "provider.thanks_ended"}


def still_right(s: Situation) -> Decision | None:
    """What they say of it. Whoever runs a lunch club may need a ride as anybody does: a need that is told for sure goes
    on down the ladder, unless we have just asked what has changed. So does 0, which is a person.
    """
    question = s.question
    if question is None or question.kind not in ABOUT_A_LISTING or s.understanding.slots.choice == 0:
        return None
    if s.wordless_media:
        return None
    words = s.understanding.text.strip()
    if question.kind is QuestionKind.VERIFY_WORDS:
        return _answered(s, question, Verified.CHANGED, words) if words else None
    if s.picked is not None:
        return _answered(s, question, _ANSWERS[s.picked], "")
    if s.wanted or s.only_a_number:
        return None
    return _answered(s, question, Verified.CHANGED, words)


def _answered(s: Situation, question: OpenQuestion, state: Verified, words: str) -> Decision:
    effects = (AnswerVerification(question.subject, state, words),) if question.subject else ()
    if state is Verified.CHANGED and not words:
        asked = reply(s, say("provider.what_changed"), free="text")
        more = NewQuestion(QuestionKind.VERIFY_WORDS, subject=question.subject)
        return Decision(asked, s.state, effects, asks=more, answered=True)
    return Decision(reply(s, say(_THANKS.get(state, "provider.thanks_changed"))), s.state, effects, answered=True)
