"""The open question once more, where its answer has not come yet."""

from __future__ import annotations

from dataclasses import replace

from core.conversation.decision import Decision
from core.conversation.offers import offer_lines
from core.conversation.phrases import reply
from core.conversation.situation import Search, Situation
from core.conversation.state import OpenQuestion, QuestionKind
from core.messages import Reply, Say

_AFTER_OTHER_LINES = frozenset({QuestionKind.NEXT_NEED, QuestionKind.MENU})
"""Questions that stand last, behind how the last need ended, or behind the greeting of a call."""


def ask_again(s: Situation, question: OpenQuestion, *before: Say, missed: bool = False) -> Decision | Search:
    """`question` in its own words after the lines `before`; it stays the open one. `missed`: we did not understand."""
    state = replace(s.state, misses=s.state.misses + 1) if missed else s.state
    if question.kind is QuestionKind.OFFER:
        search = Search(service=question.subject)
        if search not in s.findings:
            return search
        offer = s.findings[search].service
        if offer:  # anew, for "open now" may have changed, and with all there is to tell of it
            lines = offer_lines(offer, s.now, whole=True)
            return Decision(reply(s, *before, *lines, picks=question.choices), state)
    said = question.asked.say
    if question.kind in _AFTER_OTHER_LINES:
        said = said[-1:]
    return Decision(Reply((*before, *said), s.language, question.asked.expects), state)
