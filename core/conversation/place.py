"""Where: the answer to our question, and a place that was told without being asked."""

from __future__ import annotations

from dataclasses import replace

from core.conversation.ask_again import ask_again
from core.conversation.clarify import clarify
from core.conversation.decision import Decision
from core.conversation.needs import serve, serve_alone, with_place
from core.conversation.people import awaited
from core.conversation.phrases import reply, say
from core.conversation.situation import Search, Situation
from core.conversation.state import ABOUT_A_PLACE, NewQuestion, OpenQuestion, QuestionKind
from core.directory.person import NOBODY_KNOWN
from core.directory.places import PlaceRef
from intents.understanding import Act, WhoFor

MORE_IS_TOLD = frozenset({QuestionKind.OFFER, QuestionKind.LIST, QuestionKind.TWO_NEEDS, QuestionKind.WHICH_NEED})
"""Questions whose needs are looked up anew where a place, or more of the person, is told instead of an answer."""
LONGEST_STREET = 4
"""Words; a report of something broken takes more to say than the name of a street."""


def place_not_known(s: Situation) -> Decision | Search:
    """They can't or won't say where: then the whole town is looked through."""
    return serve(s, s.state.understood(), answered=True)


def ask_postcode(s: Situation) -> Decision:
    """Where they are, by the keys."""
    return Decision(reply(s, say("place.postcode"), free="postcode"), s.state, asks=NewQuestion(QuestionKind.POSTCODE))


def place_in_words(s: Situation, question: OpenQuestion) -> Decision | Search | None:
    """The answer to "where are you?", other than "not sure"; None where it speaks of something else."""
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
            return ask_again(replace(s, state=s.state.about(WhoFor.OTHER.value, s.person_told)), question)
        if _speaks_of_something_else(s):
            return None
    note = None if place else say("place.unknown")
    unknown = PlaceRef(text[:80], None, None, None, None)
    return serve(s, replace(s.state, place=place or unknown), answered=True, note=note)


def place_shared(s: Situation, question: OpenQuestion | None) -> Decision | Search | None:
    """A position that they shared: the need at hand is looked up there, or it is kept for the next one."""
    placed = with_place(s)
    if isinstance(placed, Search):
        return placed
    s = placed
    if question is None and awaited(s):
        return clarify(s)
    if question is None and s.state.need:
        return serve(s, replace(s.state, offered=()))
    if question is None:
        return Decision(reply(s, say("place.thanks"), say("ask.need"), free="need"), s.state)
    if question.kind in ABOUT_A_PLACE:
        return serve(s, s.state.understood(), answered=True)
    if question.kind in MORE_IS_TOLD:
        return _looked_up_anew(s, question)
    return ask_again(s, question, say("place.thanks"))


def _speaks_of_something_else(s: Situation) -> bool:
    """Whether words that are no known place are a change of mind rather than a place we don't know."""
    if s.wanted:
        # "calle larga" looks like a report of a broken street, and is an answer to "where are you?"
        only_street = all(s.community.catalogue.needs[code].report for code in s.wanted)
        short = len(s.understanding.text.split()) <= LONGEST_STREET
        return not (only_street and (short or s.understanding.slots.place))
    return s.act not in (Act.UNKNOWN, Act.FIND_HELP, Act.REPORT_PROBLEM)


def more_told(s: Situation, question: OpenQuestion) -> Decision | Search | None:
    """A place, or more of the person, told where we asked something else: the same need, looked up with that."""
    text = s.understanding.slots.place or ""
    search = Search(place_text=text)
    if text and search not in s.findings:
        return search
    place = s.findings[search].place if text else None
    if place is None and s.person_told == NOBODY_KNOWN:
        return None
    return _looked_up_anew(replace(s, state=replace(s.state, place=place or s.state.place)), question)


def _looked_up_anew(s: Situation, question: OpenQuestion) -> Decision | Search:
    if question.kind is QuestionKind.WHICH_NEED:
        return ask_again(s, question)
    if question.kind is QuestionKind.TWO_NEEDS:
        return serve(s, s.state, answered=True)
    return serve_alone(s, replace(s.state, need=question.needs[0], offered=()))
