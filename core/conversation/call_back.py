"""When a person can't come to the telephone now: whether, when and at which number they call back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.conversation.ask_again import ask_again
from core.conversation.decision import (
    AnswerFollowUp,
    AttachToRequest,
    Decision,
    Effect,
    OpenRequest,
    SetCallBack,
    SetCallNumber,
    SetSafeToCall,
)
from core.conversation.people import in_danger
from core.conversation.phrases import choices, reply, say
from core.conversation.situation import RequestView, Search, Situation
from core.conversation.state import ABOUT_CALLING_BACK, NewQuestion, OpenQuestion, QuestionKind
from core.db.models.help_request import CallBack, Reason
from core.messages import CallEvent, Expects, Phone, Reply, Say, Words
from core.phone_numbers import number_to_call
from intents.emergencies import EmergencyKind
from intents.understanding import Act

PROMISES = frozenset({"person.at", "person.soon"})
_WINDOWS = (CallBack.ANY, CallBack.MORNING, CallBack.AFTERNOON)
_TRIES = 2
"""A number that we did not get twice is said after the tone."""
_ABOUT_A_NUMBER = frozenset({QuestionKind.NUMBER, QuestionKind.NUMBER_RIGHT})
_SOMETHING_ELSE = frozenset({Act.REPEAT, Act.SLOWER, Act.LANGUAGE, Act.CANCEL, Act.STATUS})

Outcome = Decision | Search | None


@dataclass(frozen=True, slots=True)
class _Promised:
    """The request for which a person was promised. asked: they have told when to call."""

    reference: str
    private: bool = False
    asked: bool = False


def promise_kept(s: Situation, decision: Decision) -> Decision:
    """`decision` with what has to be known before a call back, where it promises a person who can't come now.

    Nobody is promised a call whose number we don't see, or which somebody else might pick up (techsafety.org).
    """
    answer = decision.reply
    if answer.connect or answer.expects.choices or not any(line.key in PROMISES for line in answer.say):
        return decision
    promised = _promised(s, decision)
    if s.number_withheld:
        return _to_whom_we_can_not_see(s, decision, promised)
    if _may_be_unsafe(s, promised):
        return _where_it_may_be_unsafe(s, decision, promised)
    if promised is None or promised.asked or _is_gas(s):
        return decision
    return _asked(decision, QuestionKind.CALL_BACK, promised.reference, *answer.say, _when_line())


def about_calling_back(s: Situation, question: OpenQuestion) -> Outcome:
    """What they answer to one of `ABOUT_CALLING_BACK`; None for another matter. 0 and silence are answers too."""
    elsewhere = s.picked is None and (bool(s.wanted) or s.act in _SOMETHING_ELSE)
    if elsewhere and not (question.kind in _ABOUT_A_NUMBER and _number_told(s)):
        return None
    return _ANSWERS[question.kind](s, question)


def _promised(s: Situation, decision: Decision) -> _Promised | None:
    """None where there is nothing to ask: they were silent, or don't speak our languages."""
    if s.inbound.call is CallEvent.SILENT or (s.question and s.question.kind in ABOUT_CALLING_BACK):
        return None
    if s.inbound.call is CallEvent.NOT_TAKEN:
        return _of_view(told_last(s))
    for effect in decision.effects:
        match effect:
            case OpenRequest(reason=Reason.LANGUAGE):
                return None
            case OpenRequest(private=private):
                return _Promised(s.fresh_reference, private)
            case AttachToRequest(request_id):
                return _of_view(next((r for r in s.requests if r.id == request_id), None))
            case AnswerFollowUp(reopen=True) if s.question:
                return _Promised(s.question.reference)
    return None


def told_last(s: Situation) -> RequestView | None:
    """The request whose number we said last."""
    lines = s.last_reply.say if s.last_reply else ()
    told = {line.params["reference"] for line in lines if line.key == "person.reference"}
    return next((r for r in s.requests if Words(r.reference) in told), None)


def _of_view(request: RequestView | None) -> _Promised | None:
    return _Promised(request.reference, request.private, request.call_back is not None) if request else None


def _may_be_unsafe(s: Situation, promised: _Promised | None) -> bool:
    if s.contact.safe_to_call is not None:
        return not s.contact.safe_to_call
    private = any(r.private for r in s.requests) or (promised is not None and promised.private)
    return private or (in_danger(s) is not None and not _is_gas(s))


def _is_gas(s: Situation) -> bool:
    danger = in_danger(s)
    return danger is not None and danger.emergency_kind == EmergencyKind.GAS


def _where_it_may_be_unsafe(s: Situation, decision: Decision, promised: _Promised | None) -> Decision:
    if promised is None or s.contact.safe_to_call is not None:
        return _no_call(decision)
    lines = _without_promise(decision.reply, say("call_back.with_person"))
    return _asked(decision, QuestionKind.MAY_CALL, promised.reference, *lines, say("may_call.ask"))


def _to_whom_we_can_not_see(s: Situation, decision: Decision, promised: _Promised | None) -> Decision:
    if _may_be_unsafe(s, promised):
        return _no_call(decision)
    lines = _without_promise(decision.reply, say("number.withheld"))
    if promised is None or promised.asked or _is_gas(s):
        return replace(decision, reply=replace(decision.reply, say=(*lines, say("number.after_tone"))))
    return _asked(decision, QuestionKind.NUMBER, promised.reference, *lines, say("number.ask"))


def _no_call(decision: Decision) -> Decision:
    lines = _without_promise(decision.reply, say("call_back.with_person"))
    return replace(decision, reply=replace(decision.reply, say=(*lines, say("call_back.call_again"))))


def _asked(decision: Decision, kind: QuestionKind, reference: str, *lines: Say) -> Decision:
    """`decision` with a question at its end; the request may be opened by it, so it is known by its reference."""
    answer = replace(decision.reply, say=lines, expects=_EXPECTS[kind])
    return replace(decision, reply=answer, asks=NewQuestion(kind, reference=reference))


def _when_line() -> Say:
    return say("call_back.ask")


def _without_promise(answer: Reply, instead: Say) -> tuple[Say, ...]:
    return tuple(instead if line.key in PROMISES else line for line in answer.say)


def _window(s: Situation, question: OpenQuestion) -> Outcome:
    if s.picked is None and s.act is Act.NO:
        return Decision(reply(s, say("ok.any_time")), s.state.understood(), answered=True)
    window = _WINDOWS[s.picked - 1] if s.picked else CallBack.ANY
    request = _request(s, question)
    effects = (SetCallBack(request.id, window),) if request else ()
    return Decision(reply(s, say(f"call_back.{window.value}")), s.state.understood(), effects, answered=True)


def _may_call(s: Situation, question: OpenQuestion) -> Outcome:
    if s.picked == 1 and s.misheard and not s.state.misses:
        return ask_again(s, question, say("call.low"), missed=True)
    if s.picked == 1 and not s.misheard:
        return _ask_when(s, question, SetSafeToCall(True))
    told = (SetSafeToCall(False),) if s.picked == 2 else ()
    lines = (say("call_back.with_person"), say("call_back.call_again"))
    return Decision(reply(s, *lines), s.state.understood(), told, answered=True)


def _number(s: Situation, question: OpenQuestion) -> Outcome:
    number = _number_told(s)
    if number is None:
        return _missed(s, question)
    right = Decision(reply(s), s.state, answered=True)
    return _asked(right, QuestionKind.NUMBER_RIGHT, question.reference, say("number.right", number=Phone(number)))


def _number_right(s: Situation, question: OpenQuestion) -> Outcome:
    if _number_told(s):  # "no, it is 202 555 0123"
        return _number(s, question)
    if s.picked != 1:
        return _missed(s, question)
    request = _request(s, question)
    number = question.asked.say[-1].params["number"]
    kept = (SetCallNumber(request.id, number.number),) if request and isinstance(number, Phone) else ()
    return _ask_when(s, question, *kept)


def _missed(s: Situation, question: OpenQuestion) -> Decision:
    if s.state.misses + 1 >= _TRIES or s.understanding.slots.choice == 0:
        return Decision(reply(s, say("number.after_tone")), s.state.understood(), answered=True)
    again = Decision(reply(s), replace(s.state, misses=s.state.misses + 1), answered=True)
    return _asked(again, QuestionKind.NUMBER, question.reference, say("number.again"), say("number.ask"))


def _ask_when(s: Situation, question: OpenQuestion, *effects: Effect) -> Decision:
    when = Decision(reply(s), s.state.understood(), effects, answered=True)
    return _asked(when, QuestionKind.CALL_BACK, question.reference, _when_line())


def _number_told(s: Situation) -> str | None:
    return number_to_call(s.inbound.words, s.community.country)


def _request(s: Situation, question: OpenQuestion) -> RequestView | None:
    """The one it is about; None where it was closed meanwhile."""
    return next((r for r in s.requests if r.reference == question.reference), None)


_YES_OR_NO = Expects(choices("choice.yes", "choice.no"), optional=True)
_EXPECTS = {
    QuestionKind.CALL_BACK: Expects(choices(*(f"choice.call_{window.value}" for window in _WINDOWS)), optional=True),
    QuestionKind.MAY_CALL: _YES_OR_NO,
    QuestionKind.NUMBER: Expects(free="phone", optional=True),
    QuestionKind.NUMBER_RIGHT: _YES_OR_NO,
}
_ANSWERS: dict[QuestionKind, Callable[[Situation, OpenQuestion], Outcome]] = {
    QuestionKind.CALL_BACK: _window,
    QuestionKind.MAY_CALL: _may_call,
    QuestionKind.NUMBER: _number,
    QuestionKind.NUMBER_RIGHT: _number_right,
}
