"""The one entry of this room: what does a message mean?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from intents.catalogue_file import plain
from intents.deciding import Danger, Heard, Verdict, danger, decide, expect
from intents.decompose import Run, decompose, joined, runs
from intents.emergencies import EmergencyKind, find_emergency
from intents.features import LONGEST
from intents.language import detect
from intents.model import Model
from intents.normalise import fold_accents, has_han, normalise
from intents.person import find_age, find_stays_in
from intents.slots import find_choice, find_place, find_when, find_who_for
from intents.spelling import repair, write_out
from intents.understanding import Act, Slots, Understanding

CHOICE = "choice"
"""In `Context.expecting`: the open question can be answered by a digit of its menu."""

PLACE = "place"
"""In `Context.expecting`: the open question asks where."""

_MENDED = 0.7  # vote of the reading with its slips repaired
_SHORT_WORDS = 4  # an answer to a question is short
_SHORT_HAN = 6
_BRIEF_WORDS = 6  # a turn of a talk, in which hardly a danger can be hinted at
_BRIEF_HAN = 12


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
    """A message as the classifier reads it. mended: with its slips repaired; often the same. pieces: what stands
    between its separators, where it may hold several needs; else none.
    """

    written: str
    mended: str
    pieces: tuple[str, ...]

    @property
    def parts(self) -> Mapping[Run, str]:
        """The text of every run of pieces."""
        return {run: joined(self.pieces, run) for run in runs(len(self.pieces))}


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
    spoken = detect(
        start,
        model.language_model,
        model.foreign,
        catalogue.grammars,
        remembered=language,
        offered=catalogue.languages,
    )
    tag = spoken.tag
    reading = read(start, model, tag, vocabulary)
    message = plain(start)[:LONGEST]
    exact = _exact(message, model, (tag, language), context) or _exact(
        fold_accents(reading.mended), model, (tag, language), context
    )
    heard = hear(reading, model) if reading.written else None
    verdict = exact or _classified(reading, heard, model, context)
    found = danger(
        _by_rules(text, reading, model),
        None if exact else heard,
        catalogue.needs,
        all_heard=len(text) <= LONGEST,
        brief=_has_at_most(reading.written, _BRIEF_WORDS, _BRIEF_HAN),
    )
    if found is None and verdict.act == Act.EMERGENCY:
        found = Danger(EmergencyKind.OTHER)
    if found and found.sure:
        verdict = Verdict(Act.EMERGENCY, 1.0, verdict.needs)
    grammar = model.grammar(tag)
    mended = fold_accents(reading.mended)
    person = catalogue.person[grammar.tag]
    slots = Slots(
        who_for=find_who_for(mended, grammar),
        place=None
        if verdict.choice is not None
        else find_place(start, grammar, vocabulary.places, asked=PLACE in context.expecting),
        when=find_when(mended, grammar),
        choice=verdict.choice,
        language=_asked_for(message, model) if verdict.act == Act.LANGUAGE else None,
        age=find_age(mended, person),
        stays_in=find_stays_in(mended, person),
    )
    return Understanding(
        text,
        tag,
        verdict.act,
        verdict.needs,
        found.kind if found and found.sure else None,
        verdict.confidence,
        slots,
        other_language=spoken.other,
        perhaps_urgent=found.kind if found and not found.sure else None,
    )


def read(text: str, model: Model, language: str, vocabulary: Vocabulary) -> Reading:
    """Write the message's shorthand out, repair its slips and split it into parts."""
    grammar = model.grammar(language)
    written = write_out(normalise(text)[:LONGEST], grammar)
    pieces = tuple(
        repair(write_out(piece, grammar), model.words, language, vocabulary.words)
        for piece in decompose(text, model.separators)
    )
    return Reading(
        written=written,
        mended=repair(written, model.words, language, vocabulary.words),
        pieces=pieces,
    )


def hear(reading: Reading, model: Model) -> Heard:
    """What the classifier makes of the whole message and of its parts."""
    wholes = [reading.written] if reading.mended == reading.written else [reading.written, reading.mended]
    parts = reading.parts
    scores = model.classifier.scores([*wholes, *parts.values()], model.encoder)
    # A slip mended wrongly must not hide what the message says as it is, so it keeps a vote beside the mended one.
    whole = scores[:1] if len(wholes) == 1 else (1 - _MENDED) * scores[:1] + _MENDED * scores[1:2]
    return Heard(
        whole=model.classifier.chances(whole)[0],
        parts=dict(zip(parts, model.classifier.chances(scores[len(wholes) :]), strict=True)),
        dangers=model.classifier.dangers(whole)[0],
    )


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


def _classified(reading: Reading, heard: Heard | None, model: Model, context: Context) -> Verdict:
    if heard is None:
        return Verdict(Act.UNKNOWN, 0.0)
    if _has_at_most(reading.written, _SHORT_WORDS, _SHORT_HAN):
        heard = replace(heard, whole=expect(heard.whole, context.expecting))
    return decide(heard, model.catalogue.needs)


def _by_rules(text: str, reading: Reading, model: Model) -> EmergencyKind | None:
    """The emergency in the text as it is, all of it, or in its beginning with the slips mended."""
    found = find_emergency(text, model.catalogue.rules)
    if found is None and reading.mended != reading.written:
        found = find_emergency(reading.mended, model.catalogue.rules)
    return found


def _has_at_most(reading: str, words: int, han: int) -> bool:
    return len(reading) <= han if has_han(reading) else len(reading.split()) <= words


def _asked_for(message: str, model: Model) -> str | None:
    """The language that a message names, in the form of `plain`."""
    padded = f" {message} "
    for tag, names in sorted(model.catalogue.targets.items()):
        if any(name in message if has_han(name) else f" {name} " in padded for name in names):
            return tag
    return None
