"""STOP, START and HELP: at once, once, and never undone by another word. Floods are stored but not answered."""

from __future__ import annotations

from core.conversation.decision import Decision, Effect, OpenRequest, Start, Stop
from core.conversation.phrases import reply, say
from core.conversation.situation import Situation, Wish
from core.conversation.state import ABOUT_A_SERVICE
from core.db.models.help_request import Reason
from core.db.models.outgoing import Purpose
from core.messages import OptOut, Reply, Say, Silence
from intents.understanding import Act

ANSWERED_AN_HOUR = 60
"""More messages than this from one number in an hour are stored and shown, but no longer answered."""
_WORTH_A_PERSON = (Act.FIND_HELP, Act.REPORT_PROBLEM, Act.PERSON, Act.STATUS, Act.UNKNOWN, Act.FEEDBACK)


def consent(s: Situation) -> Decision | None:
    """The answer to a consent word, or to anything else from someone who opted out."""
    if s.wish is Wish.PRIVACY and not s.inbound.opt_out and not s.contact.stopped and not _flooding(s):
        return Decision(reply(s, say("privacy.text")), s.state)
    match s.inbound.opt_out or _consent_word(s):
        case OptOut.STOP:
            return _answer(s, say("consent.stopped"), (Stop(),))
        case OptOut.START if _has_only_come(s):
            return Decision(reply(s, say("greeting.hello"), say("ask.need"), free="need"), s.state.understood())
        case OptOut.START if s.contact.stopped or s.act is Act.START:
            return _answer(s, say("consent.started"), (Start(),))
        case OptOut.HELP if s.on_the_phone:
            return Decision(reply(s, say("help.text"), free="need"), s.state.understood())
        case OptOut.HELP:
            return _answer(s, say("help.text"), ())
    if s.contact.stopped and not s.on_the_phone and not s.inbound.about:  # STOP ends texts; who calls wants to be heard
        return _after_stop(s)
    if _flooding(s):
        return Decision(Reply.none(Silence.FLOODING, s.language), s.state)
    return None


def _has_only_come(s: Situation) -> bool:
    """START is their very first word, as in a chat with a bot, where no other word comes first: nothing was stopped."""
    return s.first_time and not s.contact.stopped and not s.inbound.opt_out and not s.on_the_phone


def _consent_word(s: Situation) -> OptOut | None:
    if s.act is Act.HELP and s.question and s.question.kind in ABOUT_A_SERVICE and s.understanding.confidence < 1:
        return None  # "what does it cost" is about that service; the bare word HELP is never doubtful
    by_act = {Act.STOP: OptOut.STOP, Act.START: OptOut.START, Act.HELP: OptOut.HELP}
    return by_act.get(s.act)


def _answer(s: Situation, line: Say, effects: tuple[Effect, ...]) -> Decision:
    # Where the provider has answered by itself, a second answer would only confuse (and be refused after STOP).
    if s.inbound.opt_out:
        answer = Reply.none(Silence.PROVIDER_ANSWERED, s.language)
    elif _flooding(s):
        answer = Reply.none(Silence.FLOODING, s.language)  # two machines could thank each other for ever
    else:
        answer = reply(s, line)
    return Decision(answer, s.state.understood(), effects, purpose=Purpose.CONSENT)


def _flooding(s: Situation) -> bool:
    if s.on_the_phone:
        return False  # each step costs the caller a breath, and hanging up on them helps nobody
    return s.contact.messages_this_hour > ANSWERED_AN_HOUR


def _after_stop(s: Situation) -> Decision:
    # We may not answer, but a person can see that they wrote, and go and knock.
    wants = s.act in _WORTH_A_PERSON and not s.requests
    effects = (OpenRequest(Reason.WROTE_AFTER_STOP, need=_need(s)),) if wants else ()
    return Decision(Reply.none(Silence.STOPPED, s.language), s.state, effects)


def _need(s: Situation) -> str | None:
    return next((n.code for n in s.understanding.needs if n.wanted), None)
