"""A need or an act that was understood: serve the need, do the act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.conversation.decision import Decision, OpenRequest, SetLanguage, SetSlowSpeech
from core.conversation.needs import start_needs
from core.conversation.people import bring_a_person
from core.conversation.phrases import choices, person_comes, reply, say
from core.conversation.situation import Search, Situation
from core.conversation.state import NewQuestion, QuestionKind
from core.db.models.help_request import Reason
from core.messages import Words
from intents.understanding import Act

MOST_NEEDS = 3
"""Needs taken from one message; more than that is a list, and a person reads it better."""


def recognised_need_or_act(s: Situation) -> Decision | Search | None:
    """What the message asks for, where that is sure."""
    if s.inbound.media and not s.understanding.text.strip():
        return bring_a_person(s, Reason.MEDIA, say("media.received"))
    wanted = tuple(need.code for need in s.understanding.wanted)[:MOST_NEEDS]
    if wanted:
        return start_needs(s, wanted)
    if s.understanding.language == "und" and s.act is Act.UNKNOWN and s.understanding.text:
        return bring_a_person(s, Reason.LANGUAGE)
    act = _ACTS.get(s.act)
    return act(s) if act else None


def _person(s: Situation) -> Decision:
    return bring_a_person(s, Reason.ASKED_FOR_PERSON)


def _ask_need(s: Situation) -> Decision:
    return Decision(reply(s, say("ask.need"), free="need"), s.state)


def _ask_report(s: Situation) -> Decision:
    return Decision(reply(s, say("ask.report"), free="need"), s.state)


def _greeting(s: Situation) -> Decision:
    return Decision(reply(s, say("greeting.hello"), say("ask.need"), free="need"), s.state.understood())


def _thanks(s: Situation) -> Decision:
    return Decision(reply(s, say("thanks.welcome")), s.state.understood())


def _status(s: Situation) -> Decision:
    if not s.requests:
        return Decision(reply(s, say("status.none"), free="need"), s.state)
    latest = max(s.requests, key=lambda r: r.created_at)
    key = "status.held" if latest.held else "status.waiting"
    lines = [say(key, reference=Words(latest.reference))]
    if not latest.held and s.promise:
        lines.append(say("person.at", when=s.promise))
    return Decision(reply(s, *lines), s.state)


def _cancel(s: Situation) -> Decision:
    if not s.requests:
        return Decision(reply(s, say("status.none"), free="need"), s.state)
    latest = max(s.requests, key=lambda r: r.created_at)
    question = NewQuestion(QuestionKind.CANCEL, subject=latest.id, reference=latest.reference)
    line = say("cancel.ask", reference=Words(latest.reference))
    return Decision(reply(s, line, picks=choices("choice.yes", "choice.no")), s.state, asks=question)


def _offer_help(s: Situation) -> Decision:
    lines = (say("offer.thanks"), *person_comes(s, s.fresh_reference))
    return Decision(reply(s, *lines), s.state, (OpenRequest(Reason.OFFER),))


def _feedback(s: Situation) -> Decision:
    return Decision(reply(s, say("feedback.thanks")), s.state, (OpenRequest(Reason.FEEDBACK),))


def _language(s: Situation) -> Decision:
    wanted = s.understanding.slots.language
    if wanted in s.community.languages:
        s = replace(s, language=wanted)
        return Decision(reply(s, say("language.changed"), say("ask.need")), s.state, (SetLanguage(wanted),))
    picks = choices(*(f"language.{tag}" for tag in s.community.languages[:3]))
    return Decision(reply(s, say("language.ask"), picks=picks), s.state, asks=NewQuestion(QuestionKind.LANGUAGE))


def _repeat(s: Situation) -> Decision:
    # The open question stays the one that is asked: nothing new begins by saying it once more.
    if s.last_reply is None:
        return _ask_need(s)
    return Decision(replace(s.last_reply, language=s.language), s.state)


def _slower(s: Situation) -> Decision:
    return Decision(reply(s, say("slower.done")), s.state, (SetSlowSpeech(),))


_ACTS: dict[Act, Callable[[Situation], Decision]] = {
    Act.PERSON: _person,
    Act.FIND_HELP: _ask_need,
    Act.REPORT_PROBLEM: _ask_report,
    Act.GREETING: _greeting,
    Act.THANKS: _thanks,
    Act.STATUS: _status,
    Act.CANCEL: _cancel,
    Act.OFFER_HELP: _offer_help,
    Act.FEEDBACK: _feedback,
    Act.LANGUAGE: _language,
    Act.REPEAT: _repeat,
    Act.SLOWER: _slower,
    Act.YES: _ask_need,
    Act.NO: _thanks,
}
