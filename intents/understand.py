"""The one entry of this room: what does a message mean?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intents.catalogue_file import plain
from intents.deciding import Chances, Verdict, decide, expect
from intents.decompose import decompose
from intents.emergencies import EmergencyKind, find_emergency
from intents.features import LONGEST
from intents.language import detect
from intents.model import Model
from intents.normalise import fold_accents, has_han, normalise
from intents.slots import find_choice, find_place, find_when, find_who_for
from intents.spelling import repair, write_out
from intents.understanding import Act, Slots, Understanding

CHOICE = "choice"
"""In `Context.expecting`: the open question can be answered by a digit of its menu."""

_SHORT_WORDS = 4  # an answer to a question is short
_SHORT_HAN = 6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The directory's words. words: right in any message. places: names as the directory spells them."""

    words: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """What the open question expects: codes of acts, and "choice" for a digit of a menu."""

    expecting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as the classifier reads it. mended: with its slips repaired; often the same. parts: of a message
    that may hold several needs, else none.
    """

    written: str
    mended: str
    parts: tuple[str, ...]


def understand(
    text: str,
    model: Model,
    *,
    language: str | None = None,
    vocabulary: Vocabulary = Vocabulary(),
    context: Context = Context(),
) -> Understanding:
    """Say what a message means. Any str is fine; the same arguments give the same answer.

    language is the resident's remembered language, if any: it decides where the message is too short to tell.
    Emergencies come first, by rules; then whole messages that are known; then the classifier, which may still
    tell an emergency that no rule describes.
    """
    catalogue = model.catalogue
    start = text[:LONGEST]
    tag = detect(start, model.language_model, catalogue.grammars, remembered=language, offered=catalogue.languages)
    reading = read(start, model, tag, vocabulary)
    message = plain(start)[:LONGEST]
    verdict = (
        _exact(message, model, (tag, language), context)
        or _exact(fold_accents(reading.mended), model, (tag, language), context)
        or _classified(reading, model, context)
    )
    urgent = _by_rules(text, reading, model)
    if urgent is not None:
        verdict = Verdict(Act.EMERGENCY, 1.0, verdict.needs)
    elif verdict.act == Act.EMERGENCY:
        urgent = EmergencyKind.OTHER
    grammar = model.grammar(tag)
    mended = fold_accents(reading.mended)
    slots = Slots(
        who_for=find_who_for(mended, grammar),
        place=None if verdict.choice is not None else find_place(start, grammar, vocabulary.places),
        when=find_when(mended, grammar),
        choice=verdict.choice,
        language=_asked_for(message, model) if verdict.act == Act.LANGUAGE else None,
    )
    return Understanding(text, tag, verdict.act, verdict.needs, urgent, verdict.confidence, slots)


def read(text: str, model: Model, language: str, vocabulary: Vocabulary) -> Reading:
    """Write the message's shorthand out, repair its slips and split it into parts."""
    grammar = model.grammar(language)
    written = write_out(normalise(text)[:LONGEST], grammar)
    return Reading(
        written=written,
        mended=repair(written, model.words, language, vocabulary.words),
        parts=tuple(
            repair(write_out(part, grammar), model.words, language, vocabulary.words)
            for part in decompose(text, model.separators)
        ),
    )


def chances(reading: Reading, model: Model) -> tuple[Chances, list[Chances]]:
    """Give the probability of every label for the whole message, and for each of its parts."""
    wholes = [reading.written] if reading.mended == reading.written else [reading.written, reading.mended]
    scores = model.classifier.scores([*wholes, *reading.parts], model.encoder)
    # A slip mended wrongly must not hide what the message says as it is, so both readings have half a vote.
    whole = scores[: len(wholes)].mean(axis=0, keepdims=True)
    rows = model.classifier.probabilities(np.concatenate([whole, scores[len(wholes) :]]))
    found: list[Chances] = [dict(zip(model.classifier.labels, row.tolist(), strict=True)) for row in rows]
    return found[0], found[1:]


def _exact(message: str, model: Model, languages: Sequence[str | None], context: Context) -> Verdict | None:
    """The meaning of a message that is, as a whole, one of an act's words or an answer of a menu."""
    choice = find_choice(message, model.catalogue.numbers)
    tags = sorted(model.catalogue.languages, key=lambda tag: tag not in languages)
    acts = [
        words.act
        for tag in tags
        for words in model.catalogue.acts.values()
        if message in words.words.get(tag, frozenset())
    ]
    expected = [act for act in acts if act in context.expecting]
    if choice is not None and not expected and (CHOICE in context.expecting or not acts):
        # 0 always means a person, and nothing else.
        return Verdict(Act.PERSON if choice == 0 else Act.UNKNOWN, 1.0, choice=choice)
    return Verdict((expected or acts)[0], 1.0) if acts else None


def _classified(reading: Reading, model: Model, context: Context) -> Verdict:
    if not reading.written:
        return Verdict(Act.UNKNOWN, 0.0)
    whole, parts = chances(reading, model)
    if _is_short(reading.written):
        whole = expect(whole, context.expecting)
    return decide(whole, parts, model.catalogue.needs)


def _by_rules(text: str, reading: Reading, model: Model) -> EmergencyKind | None:
    """The emergency in the text as it is, all of it, or in its beginning with the slips mended."""
    found = find_emergency(text, model.catalogue.rules)
    if found is None and reading.mended != reading.written:
        found = find_emergency(reading.mended, model.catalogue.rules)
    return found


def _is_short(reading: str) -> bool:
    return len(reading) <= _SHORT_HAN if has_han(reading) else len(reading.split()) <= _SHORT_WORDS


def _asked_for(message: str, model: Model) -> str | None:
    """The language that a message names, in the form of `plain`."""
    padded = f" {message} "
    for tag, names in sorted(model.catalogue.targets.items()):
        if any(name in message if has_han(name) else f" {name} " in padded for name in names):
            return tag
    return None
