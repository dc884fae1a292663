"""Which language that is none of ours? So that a person who speaks it can be looked for.

A script of its own tells at once. In Latin script each word speaks for the languages in whose lists of usual words it
stands, the more the commoner it is there; our own languages take part, so that a Spanish text full of slips stays
Spanish.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from intents.catalogue_file import Table
from intents.normalise import fold_accents

FOREIGN = Path(__file__).parent / "catalogue" / "foreign" / "words.toml"

_STRANGE = math.log(20_000)  # nats against a language for a word that its list lacks
_KNOWN = 0.5  # nats that any word of a list speaks for its language at least
_RANK = 10.0  # the first ten words of a list weigh the same
_CLEAR = 3.0  # nats by which a foreign language must beat every one of ours
_FEWEST = 2  # words of a foreign language that must be known to say so


@dataclass(frozen=True, slots=True)
class Foreign:
    """What we know of the languages that we don't speak. scripts: letters that show a language. ranks: language = its
    usual words, the commonest with rank 0; ours take part. ours: tags of our own languages.
    """

    scripts: Mapping[str, re.Pattern[str]]
    ranks: Mapping[str, Mapping[str, int]]
    ours: frozenset[str]

    def by_script(self, text: str) -> tuple[str, int]:
        """The language whose letters are most of the foreign ones in a text, and their number; "" and 0 for none."""
        if text.isascii():
            return "", 0
        counts = {tag: len(letters.findall(text)) for tag, letters in self.scripts.items()}
        tag = max(counts, key=lambda name: counts[name], default="")
        return (tag, counts[tag]) if tag and counts[tag] else ("", 0)

    def support(self, text: str) -> tuple[dict[str, float], Counter[str]]:
        """How much the words of a normalised text speak for each language in Latin script (nats more than a word that
        it lacks), and how many of them it has.
        """
        words = [fold_accents(word) for word in text.split()]
        found: dict[str, float] = {}
        known: Counter[str] = Counter()
        for tag, ranks in self.ranks.items():
            own = [ranks[word] for word in words if word in ranks]
            known[tag] = len(own)
            found[tag] = sum(max(_STRANGE - math.log(rank + _RANK), _KNOWN) for rank in own)
        return found, known

    def by_words(self, text: str) -> str | None:
        """The language of a normalised text in Latin script where it is clearly none of ours."""
        found, known = self.support(text)
        best = max(found, key=lambda tag: found[tag], default="")
        own = max((found[tag] for tag in self.ours), default=0.0)
        clear = best not in self.ours and known[best] >= _FEWEST and found[best] - own >= _CLEAR
        return best if clear else None


def read_foreign(file: Path, lists: Mapping[str, Sequence[str]], ours: frozenset[str]) -> Foreign:
    """Put the knowledge together. file: foreign/words.toml. lists: usual words by language, the commonest first."""
    top = Table.read(file)
    scripts, small = top.table("scripts"), top.table("words")
    ranked = {**lists, **{tag: small.texts(tag) for tag in small}}
    ranks = {tag: {word: rank for rank, word in enumerate(words)} for tag, words in ranked.items()}
    return Foreign({tag: _letters(scripts, tag) for tag in scripts}, ranks, ours)


def _letters(scripts: Table, tag: str) -> re.Pattern[str]:
    try:
        spans = [[chr(int(end, 16)) for end in span.split("-")] for span in scripts.texts(tag)]
        return re.compile(f"[{''.join(f'{first}-{last}' for first, last in spans)}]")
    except ValueError as error:
        raise scripts.error(tag, f'must be a list such as "0400-052f" ({error})') from error
