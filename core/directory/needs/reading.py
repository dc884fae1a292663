"""From what a service says of itself to the needs it meets. All judgement about how sure is sure enough is here.

The thresholds were chosen by scripts/evaluate_need_mapping.py; docs/measurements.md has its figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.directory.taxonomy import needs_of_term
from intents.understanding import NeedGuess

ReadNeeds = Callable[[str], Sequence[NeedGuess]]
"""The needs that a text tells: `intents.understand` with the community's model."""

WHOLE = 0.65
"""Name and description, read as one text, must tell a need at this confidence or above ..."""

EACH = 0.30
"""... and each of them by itself at this: then it is taken without a look. One of them alone misleads: a pantry is
called after the apartments where it stands."""

WORTH_ASKING = 0.50
"""From here on a coordinator is asked."""

MOST_ASKED = 2
"""Proposals for one service; of third guesses worth asking, 2 of 18 were right."""

ALWAYS_ASKED = frozenset({"safety.abuse"})
"""Whoever is in danger at home is sent nowhere on the strength of words that a machine read."""

_LONGEST_WORDS = 300
"""Characters of a service's words that a coordinator is shown."""


class Origin(StrEnum):
    """Who decided that a service meets a need: `core.db.models.ServiceNeed.origin`."""

    TERMS = "terms"
    WORDS = "words"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Term:
    """A taxonomy term that a service bears. `taxonomy` is its name."""

    taxonomy: str | None
    code: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Described:
    """A service as it says what it does."""

    service_id: UUID
    name: str
    description: str = ""
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """A need for a coordinator to decide on. `words`: what was read."""

    need_code: str
    confidence: float
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is taken without a look (`origin` says by what), and what a coordinator is to look at."""

    needs: tuple[str, ...] = ()
    origin: Origin = Origin.TERMS
    proposals: tuple[Proposed, ...] = ()


def find_needs(service: Described, read: ReadNeeds | None) -> Found:
    """The needs of one service. Without `read` only known terms count.

    Terms that we know are believed. A term that we don't know is read as words and never believed by itself: of its
    surest readings three in ten were wrong. The service's own words are read where its terms tell nothing.
    """
    meant = [needs_of_term(term.taxonomy, term.code, term.name) for term in service.terms]
    known = tuple(dict.fromkeys(code for codes in meant for code in codes or ()))
    if known or read is None:
        return Found(known)
    strange = [term.name for term, codes in zip(service.terms, meant, strict=True) if codes is None]
    sure, guesses = _by_words(service, read)
    if sure:
        return Found((sure,), Origin.WORDS)
    named = [Proposed(guess.code, guess.confidence, name) for name in strange for guess in read(name)[:1]]
    # Its own words first: many sources hang whole lists of keywords on a service.
    return Found(proposals=tuple(_worth_asking([*_surest_first(guesses), *_surest_first(named)])))


def words_of(service: Described) -> str:
    """Name and description as one text."""
    return ". ".join(filter(None, (service.name.strip(), service.description.strip())))


def _by_words(service: Described, read: ReadNeeds) -> tuple[str | None, list[Proposed]]:
    """(the need that name and description tell surely, what they may tell)."""
    words = words_of(service)
    guesses = read(words)
    if not guesses:
        return None, []
    best = guesses[0]
    if service.description.strip() and best.confidence >= WHOLE and best.code not in ALWAYS_ASKED:
        apart = (_chances(read(text)) for text in (service.name, service.description))
        if all(chances.get(best.code, 0.0) >= EACH for chances in apart):
            return best.code, []
    return None, [Proposed(guess.code, guess.confidence, words[:_LONGEST_WORDS]) for guess in guesses]


def _chances(guesses: Sequence[NeedGuess]) -> Mapping[str, float]:
    return {guess.code: guess.confidence for guess in guesses}


def _surest_first(guesses: Sequence[Proposed]) -> list[Proposed]:
    return sorted(guesses, key=lambda guess: (-guess.confidence, guess.need_code))


def _worth_asking(guesses: Sequence[Proposed]) -> Iterator[Proposed]:
    seen: set[str] = set()
    for guess in guesses:
        if guess.confidence >= WORTH_ASKING and guess.need_code not in seen and len(seen) < MOST_ASKED:
            seen.add(guess.need_code)
            yield guess
