"""A chat and a phone of one person: linked by a code that reached the phone, never by a guess; undone by a word."""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import replace

from core.conversation.ask_again import ask_again
from core.conversation.decision import Decision, Link, SendCode, Unlink
from core.conversation.people import bring_a_person
from core.conversation.phrases import reply, say
from core.conversation.situation import NumberStanding, Search, Situation, Wish
from core.conversation.state import NewQuestion, OpenQuestion, QuestionKind
from core.db.models.help_request import Reason
from core.messages import Channel
from core.phone_numbers import number_to_call, takes_texts
from intents.understanding import Act

TRIES = 3
"""After so many wrong codes the question is over; a new code must be asked for."""


def linking(s: Situation) -> Decision | Search | None:
    """The step of the ladder for a number that is shared, the code typed back, and the wish to link or unlink."""
    if s.inbound.contact:
        return _number_shared(s)
    if s.question and s.question.kind is QuestionKind.LINK_CODE:
        typed = _code_typed(s, s.question)
        if typed:
            return typed
    match s.wish:
        case Wish.UNLINK if s.linked:
            return Decision(reply(s, say("link.undone")), s.state, (Unlink(),))
        case Wish.UNLINK:
            return Decision(reply(s, say("link.none")), s.state)
        case Wish.LINK if s.inbound.channel is Channel.TELEGRAM:
            return Decision(reply(s, say("link.how"), free="contact", person=False), s.state)
    return None


def _number_shared(s: Situation) -> Decision:
    number = s.inbound.contact
    may_be_texted = number_to_call(number, s.community.country) == number and takes_texts(number)
    if not may_be_texted or s.number is NumberStanding.SILENT:
        return Decision(reply(s, say("link.no_code")), s.state)
    match s.number:
        case NumberStanding.LINKED:
            return Decision(reply(s, say("link.done_already")), s.state)
        case NumberStanding.SHARED:
            return bring_a_person(s, Reason.ASKED_FOR_PERSON, say("link.shared"))
        case NumberStanding.TOO_OFTEN:
            return Decision(reply(s, say("link.too_often")), s.state)
    state = replace(s.state, codes_wrong=0)
    asks = NewQuestion(QuestionKind.LINK_CODE, reference=s.fresh_code)
    answer = reply(s, say("link.code_sent"), free="code", person=False)
    return Decision(answer, state, (SendCode(number, s.fresh_code),), asks=asks)


def _code_typed(s: Situation, asked: OpenQuestion) -> Decision | Search | None:
    """None for a message that is no code, right or wrong."""
    if s.act in (Act.NO, Act.CANCEL):
        return Decision(reply(s, say("ok.any_time")), s.state.understood(), answered=True)
    text = unicodedata.normalize("NFKC", s.inbound.words)
    digits = "".join(c for c in text if c.isdecimal())
    if not digits or digits == "0" or any(c.isalpha() for c in text):
        return None
    if hmac.compare_digest(digits.encode(), asked.reference.encode()):
        return Decision(reply(s, say("link.done")), s.state.understood(), (Link(),), answered=True)
    state = replace(s.state, codes_wrong=s.state.codes_wrong + 1)
    if state.codes_wrong >= TRIES:
        return Decision(reply(s, say("link.failed")), state, answered=True)
    return ask_again(replace(s, state=state), asked, say("link.wrong"))
