"""Words of the languages beyond the catalogue's own: which are right as they are, and how characters sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from intents.catalogue import Catalogue
from intents.catalogue_file import plain
from intents.foreign import FOREIGN, Foreign, read_foreign
from intents.grammar import Grammar, Script
from intents.normalise import has_han
from intents.sound import sound_of, syllables_of
from intents.spelling import HanWords, LatinWords, Words, is_near

_SHORTEST_TARGET = 3  # letters of a word that a slip may have meant
_OFTEN = 2  # times a word must be in the catalogue to be meant by a slip
_HAN_SIZES = (2, 3, 4)
_OFTEN_HAN = 3  # times a run of characters must be in the catalogue to count as a word
_OFTEN_ALONE = 60  # times a character must be there to be right by itself
_RIGHT = 25_000  # common words that are right for sure; among the rarer there are slips
_VERY_USUAL = 1_000  # common words for which others are often mistaken
_HEARD = 20_000  # common words that a spelling by ear may mean; rarer ones would only get in the way


@dataclass(frozen=True, slots=True)
class Lexicon:
    """common: the usual words of each of our languages, without accents, the most frequent first. heard: fewer of
    languages that we don't speak.

    syllables: Chinese character = its pinyin without tone, blurred (see sound.py).
    """

    common: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    heard: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    syllables: Mapping[str, str] = field(default_factory=dict)


def collect_words(catalogue: Catalogue, lexicon: Lexicon) -> Words:
    """Gather what spelling repair compares a message with."""
    latin, han = {}, HanWords(frozenset(), {}, lexicon.syllables)
    for tag, grammar in catalogue.grammars.items():
        common = lexicon.common.get(tag, ())
        if grammar.script == Script.LATIN:
            latin[tag] = _latin_words(catalogue, grammar, common)
        else:
            han = _han_words(catalogue.phrases(tag), common, lexicon.syllables)
    return Words(latin, han)


def collect_foreign(catalogue: Catalogue, lexicon: Lexicon) -> Foreign:
    """Gather what tells the languages that we don't speak from ours."""
    latin = {tag for tag, grammar in catalogue.grammars.items() if grammar.script == Script.LATIN}
    # More words of ours than of theirs, and those of the catalogue: they are what people write to us.
    ours = {tag: [*lexicon.common.get(tag, ())[:_HEARD]] for tag in latin}
    for tag in latin:
        usual = ours[tag]
        ours[tag] += sorted({w for phrase in catalogue.phrases(tag) for w in plain(phrase).split()} - set(usual))
    return read_foreign(FOREIGN, {**lexicon.heard, **ours}, frozenset(latin))


def _latin_words(catalogue: Catalogue, grammar: Grammar, common: tuple[str, ...]) -> LatinWords:
    counts = Counter(word for phrase in catalogue.phrases(grammar.tag) for word in plain(phrase).split())
    usual = dict.fromkeys(common[:_RIGHT])
    own = {word for words in (grammar.function_words, grammar.kinds_of_place) for word in words}
    own |= {word for word, count in counts.items() if count >= _OFTEN}
    # Some phrases are written badly on purpose, and word lists have the commonest slips too: what sounds like a usual
    # word is one of them; for a word of the list it must be a very usual one ("kiero", but not "commode": comedy).
    slips = _sounding_like(own - usual.keys() - set(common), usual, grammar)
    slips |= _sounding_like({*own, *common[_RIGHT:]} - usual.keys(), common[:_VERY_USUAL], grammar)
    own -= slips
    targets = sorted(word for word in own if len(word) >= _SHORTEST_TARGET and word.isalpha())
    heard = dict.fromkeys([*sorted(targets, key=lambda word: (-counts[word], word)), *common[:_HEARD]])
    return LatinWords(
        right=frozenset({*own, *common, *grammar.shorthand} - slips),
        rare=frozenset(slips & set(common)),
        targets=tuple(targets),
        by_sound={sound: " ".join(words) for sound, words in _by_sound(heard, grammar).items()},
        small=grammar.function_words,
        rewrites=grammar.sounds,
    )


def _by_sound(words: Iterable[str], grammar: Grammar) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(sound_of(word, grammar.sounds), []).append(word)
    return found


def _sounding_like(words: Iterable[str], usual: Iterable[str], grammar: Grammar) -> set[str]:
    sounds = _by_sound(usual, grammar)
    return {w for w in words if any(is_near(w, same) for same in sounds.get(sound_of(w, grammar.sounds), ()))}


def _han_words(phrases: Iterable[str], common: tuple[str, ...], syllables: Mapping[str, str]) -> HanWords:
    counts = Counter(
        token[start : start + size]
        for phrase in phrases
        for token in plain(phrase).split()
        if has_han(token)
        for size in (1, *_HAN_SIZES)
        for start in range(len(token) - size + 1)
    )
    words = {word for word in common if len(word) > 1}
    singles = {word for word, count in counts.items() if len(word) == 1 and count >= _OFTEN_ALONE}
    by_sound: dict[str, str] = {}
    for word in sorted(words & counts.keys(), key=lambda word: (-counts[word], word)):
        by_sound.setdefault(" ".join(syllables_of(word, syllables)), word)
    often = (word for word, count in counts.items() if len(word) > 1 and count >= _OFTEN_HAN)
    return HanWords(frozenset({*often, *words, *singles}), by_sound, syllables)
