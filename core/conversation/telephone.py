"""What only a telephone brings: a call begins, stays silent, ends; a key that goes back; all questions by the keys."""

from __future__ import annotations

from dataclasses import replace

from core.conversation.ask_again import ask_again
from core.conversation.decision import AttachToRequest, Decision, OpenRequest
from core.conversation.menu import up
from core.conversation.people import bring_a_person, in_danger
from core.conversation.phrases import choices, person_comes, reply, say
from core.conversation.situation import Search, Situation
from core.conversation.state import NewQuestion, QuestionKind, TalkState
from core.db.models.help_request import Reason
from core.messages import CallEvent, Expects, Reply, Say, Silence, Words

BACK = "#"
_UNFINISHED = frozenset(
    {
        QuestionKind.PLACE,
        QuestionKind.WHICH_NEED,
        QuestionKind.FOR_WHOM,
        QuestionKind.PRIVATE_PHONE,
        QuestionKind.PASS_ON,
        QuestionKind.PERSON,
    }
)
"""Questions on which help hangs: who hangs up before the answer still needs it. After an offer they have the number."""


def on_the_telephone(s: Situation) -> Decision | Search | None:
    """The step of the ladder for what no text message can be; None for a call in which something was said."""
    match s.inbound.call:
        case CallEvent.STARTED:
            return _answer_the_phone(s)
        case CallEvent.SILENT:
            return _still_silent(s)
        case CallEvent.ENDED:
            return _hung_up(s)
    return _back(s) if s.inbound.digits == BACK else None


def for_the_ear(s: Situation, decision: Decision) -> Decision:
    """The same decision for someone who hears it: what they need can also be chosen by the keys, danger can stay on the
    line, and there is no silence.
    """
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
    first = (say("call.greeting"), say("call.zero"), say("call.emergency"))
    if s.question and s.question.kind is QuestionKind.FOLLOW_UP:
        return ask_again(s, s.question, *first)
    state = TalkState(place=s.state.place)  # a new call is a new matter
    if not s.first_time:
        lines = (say("call.welcome_back"), say("call.emergency"), say("call.ask_need"))
        return Decision(reply(s, *lines, free="need"), state)
    picks = choices(*(f"language.{tag}" for tag in s.community.languages[:3]))
    answer = Reply((*first, *_languages(s)), s.language, Expects(picks))
    return Decision(answer, state, asks=NewQuestion(QuestionKind.LANGUAGE))


def _still_silent(s: Situation) -> Decision:
    """Three silences: a person comes; to someone in danger the number once more, and their request stays the one."""
    danger = in_danger(s)
    if danger is None:
        return bring_a_person(s, Reason.NOT_UNDERSTOOD, say("ask.gave_up"))
    lines = (say("emergency.again"), *person_comes(s, danger.reference))
    return Decision(reply(s, *lines), s.state, (AttachToRequest(danger.id),))


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
        return Decision(silent, s.state, answered=asked is not None and asked.kind is not QuestionKind.FOLLOW_UP)
    # Asked whether the phone is private, they may have told abuse, sure or only guessed at.
    private = s.is_private(need) or (asked is not None and asked.kind is QuestionKind.PRIVATE_PHONE)
    wanted = OpenRequest(Reason.HUNG_UP, need=need, private=private)
    return Decision(silent, s.state.understood(), (wanted,), answered=True)
