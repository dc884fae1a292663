"""What only a telephone brings: a call begins, stays silent, ends; a key that goes back; all questions by the keys."""

from __future__ import annotations

from dataclasses import replace

from core.conversation.acts import slower
from core.conversation.ask_again import ask_again
from core.conversation.call_back import about_calling_back, promise_kept, told_last
from core.conversation.decision import AttachToRequest, CallThemBack, Decision, OpenRequest, SetSlowSpeech
from core.conversation.menu import up
from core.conversation.people import bring_a_person, in_danger
from core.conversation.phrases import PACES, choices, person_comes, reply, say
from core.conversation.safety import without_an_answer
from core.conversation.situation import Search, Situation
from core.conversation.starting import YOU_CALLED
from core.conversation.state import ABOUT_CALLING_BACK, NewQuestion, QuestionKind, TalkState
from core.db.models.help_request import Reason
from core.messages import CallEvent, Expects, Reply, Say, Silence, Words
from core.phone_numbers import number_to_call

BACK = "#"
_UNFINISHED = frozenset(
    {
        QuestionKind.PLACE,
        QuestionKind.POSTCODE,
        QuestionKind.WHICH_NEED,
        QuestionKind.FOR_WHOM,
        QuestionKind.PRIVATE_PHONE,
        QuestionKind.PASS_ON,
        QuestionKind.PERSON,
        QuestionKind.DANGER,
    }
)
"""Questions on which help hangs: who hangs up before the answer still needs it. After an offer they have the number."""


def on_the_telephone(s: Situation) -> Decision | Search | None:
    """The step of the ladder for what no text message can be; None for a call in which something was said."""
    match s.inbound.call:
        case CallEvent.STARTED | CallEvent.CALLED_BACK:
            return _answer_the_phone(s)
        case CallEvent.SILENT:
            return _still_silent(s)
        case CallEvent.NOT_TAKEN:
            return _not_taken(s)
        case CallEvent.ENDED | CallEvent.MISSED:
            return _hung_up(s)
    if s.understanding.urgent:
        return None  # "i can't breathe" is near "i can't hear"
    if s.usual_pace:
        return _at_the_usual_pace(s)
    if s.hears_badly:
        return slower(s)
    return _back(s) if s.inbound.digits == BACK else None


def for_the_ear(s: Situation, decision: Decision) -> Decision:
    """The same decision for someone who hears it: what they need can also be chosen by the keys, danger can stay on the
    line, who is promised a person says when to call, and there is no silence.
    """
    decision = promise_kept(s, decision)
    answer = decision.reply
    if answer.silence is Silence.WITH_VOLUNTEER:
        return replace(decision, reply=reply(s, say("volunteer.has_it")))
    if answer.expects.free == "need" and not answer.expects.choices and decision.asks is None:
        expects = replace(answer.expects, choices=choices("choice.menu"), person=True)
        asks = NewQuestion(QuestionKind.MENU)
        return replace(decision, reply=replace(answer, expects=expects), asks=asks)
    if answer.expects.choices and answer.say[-1].key == "language.ask":
        return replace(decision, reply=replace(answer, say=(*answer.say, *_languages(s))))
    if answer.say and answer.say[0].key.startswith("emergency.") and answer.say[0].key != "emergency.gas":
        return replace(decision, reply=replace(answer, expects=Expects(person=True)))
    return decision


def _answer_the_phone(s: Situation) -> Decision | Search:
    by_us = s.inbound.call is CallEvent.CALLED_BACK
    first = (say(YOU_CALLED if by_us else "call.greeting"), say("call.zero"), say("call.emergency"))
    if s.question and s.question.kind is QuestionKind.FOLLOW_UP:
        return ask_again(s, s.question, *first)
    state = TalkState(place=s.state.place)  # a new call is a new matter
    if not s.first_time:
        hello = say(YOU_CALLED if by_us else "call.welcome_back")
        lines = (hello, say("call.emergency"), say("call.ask_need"))
        return Decision(reply(s, *lines, free="need"), state)
    picks = choices(*(f"language.{tag}" for tag in s.community.languages[:3]))
    answer = Reply((*first, *_languages(s)), s.language, Expects(picks))
    return Decision(answer, state, asks=NewQuestion(QuestionKind.LANGUAGE))


def _still_silent(s: Situation) -> Decision | Search | None:
    """Three silences: a person comes; to someone in danger the number once more, and their request stays the one.
    Where we ask about calling back, one silence is answer enough."""
    if s.question and s.question.kind in ABOUT_CALLING_BACK:
        return about_calling_back(s, s.question)
    danger = in_danger(s)
    if danger is None and s.question and s.question.kind is QuestionKind.DANGER:
        return bring_a_person(s, Reason.MAYBE_DANGER, say("ask.gave_up"), request=without_an_answer(s.question))
    if danger is None:
        return bring_a_person(s, Reason.NOT_UNDERSTOOD, say("ask.gave_up"))
    lines = (say("emergency.again"), *person_comes(s, danger.reference))
    return Decision(reply(s, *lines), s.state, (AttachToRequest(danger.id),))


def _not_taken(s: Situation) -> Decision:
    request = told_last(s)
    promise = person_comes(s, request.reference)[:1] if request else ()
    return Decision(reply(s, say("call.nobody"), *promise), s.state)


def _at_the_usual_pace(s: Situation) -> Decision:
    told = tuple(line for line in s.last_reply.say if line.key not in PACES) if s.last_reply else ()
    before = s.last_reply or reply(s)
    again = replace(before, say=(say("slower.off"), *told), language=s.language)
    return Decision(again, s.state, (SetSlowSpeech(False),))


def _languages(s: Situation) -> tuple[Say, ...]:
    """Each language offered in its own words; the choices are then not read out once more."""
    tags = s.community.languages[:3]
    return tuple(Say("call.language", {"number": Words(str(n))}, language=tag) for n, tag in enumerate(tags, 1))


def _back(s: Situation) -> Decision | Search:
    if s.question and s.question.kind is QuestionKind.LANGUAGE:
        return ask_again(s, s.question)  # before it there is nothing
    if s.question and s.question.kind is QuestionKind.MENU:
        level = up(s, s.question)
        if level:
            return level
    return Decision(reply(s, say("call.ask_need"), free="need"), replace(s.state, need=None, waiting=(), perhaps=None))


def _hung_up(s: Situation) -> Decision:
    """An unfinished need is not lost with the call: a person sees that they hung up, and over what."""
    silent = Reply.none(Silence.CALL_ENDED, s.language)
    asked = s.question
    unfinished = (asked is not None and asked.kind in _UNFINISHED) or s.state.misses > 0
    need = s.state.need or next(iter(asked.needs if asked and asked.kind is QuestionKind.WHICH_NEED else ()), None)
    if not unfinished or any(r.need in (None, need) for r in s.requests):
        effects = (CallThemBack(),) if _to_be_called_back(s) else ()
        closed = asked is not None and asked.kind is not QuestionKind.FOLLOW_UP
        return Decision(silent, s.state, effects, answered=closed)
    # Asked whether the phone is private, they may have told abuse, sure or only guessed at.
    private = s.is_private(need) or (asked is not None and asked.kind is QuestionKind.PRIVATE_PHONE)
    wanted = OpenRequest(Reason.HUNG_UP, need=need, private=private)
    if asked is not None and asked.kind is QuestionKind.DANGER:
        wanted = without_an_answer(asked)
    return Decision(silent, s.state.understood(), (wanted,), answered=True)


def _to_be_called_back(s: Situation) -> bool:
    """They hung up before a word. Not where somebody else may pick up, people see to it already, or it could cost."""
    if s.inbound.call is not CallEvent.MISSED or not s.community.calls_back_missed:
        return False
    unwanted = s.contact.stopped or s.contact.shared or s.contact.safe_to_call is False
    theirs = s.held_request is not None or in_danger(s) is not None
    may_be_called = number_to_call(s.inbound.address, s.community.country) == s.inbound.address
    return may_be_called and not unwanted and not theirs
