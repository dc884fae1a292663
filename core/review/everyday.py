"""The words of the catalogue: whatever stands there in small letters is the name of no person."""

from __future__ import annotations

import re

from intents.catalogue import Catalogue
from intents.catalogue_file import plain

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def everyday_words(catalogue: Catalogue) -> frozenset[str]:
    """The words of all phrases in the form of `plain`, but those with a capital: a phrase may say "Maria"."""
    # Not those of emergencies: fewer eyes have been on their names, and "the fever rose" must not print a Rose.
    told = [*(need.phrases for need in catalogue.needs.values()), *(act.phrases for act in catalogue.acts.values())]
    phrases = (phrase for by_language in told for own in by_language.values() for phrase in own)
    small = {word for phrase in phrases for word in _WORD.findall(phrase) if word.islower()}
    own = {word for grammar in catalogue.grammars.values() for word in grammar.function_words}
    return frozenset({plain(word) for word in small} | own)
