"""Where: the answer to our question, and a place that was told without being asked."""

from __future__ import annotations

from dataclasses import replace

from core.conversation.ask_again import ask_again
from core.conversation.clarify import clarify
from core.conversation.decision import Decision
from core.conversation.needs import serve, serve_alone
from core.conversation.phrases import say
from core.conversation.situation import Search, Situation
from core.conversation.state import OpenQuestion, QuestionKind
from core.directory.places import PlaceRef
from intents.understanding import Act, WhoFor

LONGEST_STREET = 4
"""Words; a report of something broken takes more to say than the name of a street."""


def place_not_known(s: Situation) -> Decision | Search:
    """They can't or won't say where: then the whole town is looked through."""
    return serve(s, s.state.understood(), answered=True)


def place_in_words(s: Situation, question: OpenQuestion) -> Decision | Search | None:
    """The answer to "where are you?", other than "not sure"; None where it speaks of something else."""
    if s.inbound.location:
        spot = s.inbound.location
        return serve(s, replace(s.state, place=PlaceRef("", spot.latitude, spot.longitude, None, None)), answered=True)
    text = s.understanding.slots.place or s.understanding.text
    search = Search(place_text=text)
    if search not in s.findings:
        return search
    place = s.findings[search].place
    if place is None:
        if s.act in (Act.YES, Act.NO):
            return place_not_known(s)  # no place in it, and asking once more would not bring one
        if s.only_a_number or (s.wordless and not any(c.isdigit() for c in text)):
            return clarify(s)
        if s.understanding.slots.who_for is WhoFor.OTHER and s.state.for_whom != WhoFor.OTHER and not s.wanted:
            return ask_again(replace(s, state=replace(s.state, for_whom=WhoFor.OTHER.value)), question)
        if _speaks_of_something_else(s):
            return None
    note = None if place else say("place.unknown")
    unknown = PlaceRef(text[:80], None, None, None, None)
    return serve(s, replace(s.state, place=place or unknown), answered=True, note=note)


def _speaks_of_something_else(s: Situation) -> bool:
    """Whether words that are no known place are a change of mind rather than a place we don't know."""
    if s.wanted:
        # "calle larga" looks like a report of a broken street, and is an answer to "where are you?"
        only_street = all(s.community.catalogue.needs[code].report for code in s.wanted)
        short = len(s.understanding.text.split()) <= LONGEST_STREET
        return not (only_street and (short or s.understanding.slots.place))
    return s.act not in (Act.UNKNOWN, Act.FIND_HELP, Act.REPORT_PROBLEM)


def elsewhere(s: Situation, question: OpenQuestion) -> Decision | Search | None:
    """A place told where we asked something else: the same need, looked up there."""
    search = Search(place_text=s.understanding.slots.place or "")
    if search not in s.findings:
        return search
    place = s.findings[search].place
    if place is None:
        return None
    s = replace(s, state=replace(s.state, place=place))
    if question.kind is QuestionKind.WHICH_NEED:
        return ask_again(s, question)
    if question.kind is QuestionKind.TWO_NEEDS:
        return serve(s, s.state, answered=True)
    return serve_alone(s, replace(s.state, need=question.needs[0], offered=()))
