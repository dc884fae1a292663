"""A need or an act that was understood: serve the need, do the act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.conversation.ask_again import ask_again
from core.conversation.clarify import as_heard, clarify, offer_a_person
from core.conversation.decision import AttachToRequest, Decision, OpenRequest, SetLanguage, SetSlowSpeech, Start
from core.conversation.needs import serve, start_needs
from core.conversation.people import awaited, bring_a_person, in_danger
from core.conversation.phrases import PACES, aside, choices, person_comes, reply, say
from core.conversation.place import place_shared
from core.conversation.review import also, denied
from core.conversation.situation import Search, Situation
from core.conversation.state import NewQuestion, QuestionKind
from core.db.models.help_request import Reason
from core.messages import Words
from intents.language import UNDETERMINED
from intents.understanding import Act

MOST_NEEDS = 3
"""Needs taken from one message; more than that is a list, and a person reads it better."""
MUST_BE_ANSWERED = frozenset({QuestionKind.PLACE, QuestionKind.POSTCODE, QuestionKind.FOR_WHOM, QuestionKind.PASS_ON})
"""Questions on which help hangs: a word of thanks does not end the talk there."""


def recognised_need_or_act(s: Situation) -> Decision | Search | None:
    """What the message asks for, where that is sure."""
    if s.wordless_media:
        received = say("media.heard" if _only_sound(s) else "media.received")
        if s.on_the_phone and s.requests:  # left after the tone: it belongs to what a person was promised for
            latest = max(s.requests, key=lambda r: r.created_at)
            return Decision(reply(s, received), s.state, (AttachToRequest(latest.id),))
        return bring_a_person(s, Reason.MEDIA, received)
    if s.inbound.location and not s.understanding.text.strip():
        return place_shared(s, None)
    if _in_another_language(s):
        wanted = OpenRequest(Reason.LANGUAGE, language=s.understanding.other_language or s.understanding.language)
        return bring_a_person(s, Reason.LANGUAGE, request=wanted)
    if s.misheard and s.understanding.wanted and not s.only_a_place:
        return offer_a_person(s) if s.state.misses else as_heard(s)
    if s.wanted:
        back = (
            (Start(),) if s.contact.stopped and s.inbound.about else ()
        )  # through a link they come back by themselves
        return also(start_needs(s, s.wanted[:MOST_NEEDS]), (*back, *denied(s)))
    if s.only_a_place:
        return None if s.question or awaited(s) else _place(s)
    if s.act in _COURTESY and in_danger(s):
        return clarify(s)  # "ok" to "call 911" is no end of a talk
    act = _ACTS.get(s.act)
    return act(s) if act else None


def _only_sound(s: Situation) -> bool:
    return all(item.content_type.startswith("audio/") for item in s.inbound.media)


def _in_another_language(s: Situation) -> bool:
    """None of ours: what we would read out of it would be a guess."""
    meant = s.understanding
    return bool(meant.text) and meant.language == UNDETERMINED and (bool(meant.other_language) or s.act is Act.UNKNOWN)


_COURTESY = frozenset({Act.YES, Act.NO, Act.GREETING, Act.THANKS})


def _person(s: Situation) -> Decision:
    return bring_a_person(s, Reason.ASKED_FOR_PERSON)


def _ask_need(s: Situation) -> Decision:
    return Decision(reply(s, say("ask.need"), free="need"), s.state)


def _place(s: Situation) -> Decision | Search | None:
    """A place told without being asked: the matter at hand is looked up there, or it is kept for the next one."""
    search = Search(place_text=s.understanding.slots.place or "")
    if search not in s.findings:
        return search
    place = s.findings[search].place
    if place is None:
        return None
    s = replace(s, state=replace(s.state, place=place, offered=()))
    return serve(s, s.state) if s.state.need else _ask_need(s)


def _yes(s: Situation) -> Decision | Search | None:
    if s.question:
        return None  # it has no yes among its answers: not understood
    return Decision(reply(s, say("ok.any_time")), s.state) if s.requests else _ask_need(s)


def _no(s: Situation) -> Decision | None:
    return None if s.question else Decision(reply(s, say("ok.any_time")), s.state.understood())


def _ask_report(s: Situation) -> Decision:
    return Decision(reply(s, say("ask.report"), free="need"), s.state)


def _greeting(s: Situation) -> Decision | Search:
    if s.question and s.question.kind in MUST_BE_ANSWERED:
        return ask_again(s, s.question, say("greeting.hello"))
    return Decision(reply(s, say("greeting.hello"), say("ask.need"), free="need"), s.state.understood())


def _thanks(s: Situation) -> Decision | Search:
    if s.question and s.question.kind in MUST_BE_ANSWERED:
        return ask_again(s, s.question)
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


def _language(s: Situation) -> Decision | Search:
    wanted = s.understanding.slots.language
    if wanted in s.community.languages:
        s = replace(s, language=wanted)
        if s.question is None:
            return Decision(reply(s, say("language.changed"), say("ask.need")), s.state, (SetLanguage(wanted),))
        again = ask_again(s, s.question, aside("language.changed"))
        return replace(again, effects=(SetLanguage(wanted),)) if isinstance(again, Decision) else again
    picks = choices(*(f"language.{tag}" for tag in s.community.languages[:3]))
    return Decision(reply(s, say("language.ask"), picks=picks), s.state, asks=NewQuestion(QuestionKind.LANGUAGE))


def _repeat(s: Situation) -> Decision:
    # The open question stays the one that is asked: nothing new begins by saying it once more.
    if s.last_reply is None or s.last_reply.silence:
        return _ask_need(s)
    return Decision(replace(s.last_reply, language=s.language), s.state)


def slower(s: Situation) -> Decision:
    """From now on slowly, and what they could not follow once more."""
    if s.on_the_phone and s.last_reply and s.last_reply.say:  # what they could not follow, once more
        told = tuple(line for line in s.last_reply.say if line.key not in PACES)
        again = replace(s.last_reply, say=(say("slower.done"), *told), language=s.language)
        return Decision(again, s.state, (SetSlowSpeech(True),))
    return Decision(reply(s, say("slower.done")), s.state, (SetSlowSpeech(True),))


_ACTS: dict[Act, Callable[[Situation], Decision | Search | None]] = {
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
    Act.SLOWER: slower,
    Act.YES: _yes,
    Act.NO: _no,
}
