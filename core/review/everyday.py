"""The words of the catalogue: what stands there in small letters is hardly the name of a person."""

from __future__ import annotations

import re
from collections import Counter

from intents.catalogue import Catalogue
from intents.catalogue_file import plain

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_MID_PHRASE = re.compile(r"(?<=[^\W\d_A-Z][ ]|,[ ])[A-ZÁÉÍÓÚÑ][^\W\d_A-Z]+")
"""A word with a capital that begins no sentence: mostly a name."""

_MORE_OFTEN = 2  # times as often in small letters as with a capital: "a rose" stands beside "my neighbour Rose"


def everyday_words(catalogue: Catalogue) -> frozenset[str]:
    """The words of all phrases in the form of `plain`, but those with a capital: a phrase may say "Maria", and, where
    people write as they please, "maria". What is a name about as often as it is a word counts as a name.
    """
    # Not those of emergencies: fewer eyes have been on their names, and "the fever rose" must not print a Rose.
    told = [*(need.phrases for need in catalogue.needs.values()), *(act.phrases for act in catalogue.acts.values())]
    phrases = [phrase for by_language in told for own in by_language.values() for phrase in own]
    small = Counter(plain(word) for phrase in phrases for word in _WORD.findall(phrase) if word.islower())
    every = (phrase for tag in catalogue.languages for phrase in catalogue.phrases(tag))
    names = Counter(plain(name) for phrase in every for name in _MID_PHRASE.findall(phrase))
    own = {word for grammar in catalogue.grammars.values() for word in grammar.function_words}
    return frozenset({word for word, times in small.items() if times > _MORE_OFTEN * names[word]} | own)
