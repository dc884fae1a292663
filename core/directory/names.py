"""Names compared by what they mean: "12 Mill St." and "mill street", "José" and "jose"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from intents.normalise import fold_accents, normalise

# What people leave short on an envelope (USPS Publication 28, appendices C1 and C2).
SHORT = {
    "avenue": "ave", "av": "ave", "boulevard": "blvd", "center": "ctr", "centre": "ctr", "court": "ct",
    "drive": "dr", "east": "e", "fort": "ft", "heights": "hts", "highway": "hwy", "lane": "ln", "mount": "mt",
    "north": "n", "parkway": "pkwy", "place": "pl", "road": "rd", "saint": "st", "south": "s", "square": "sq",
    "street": "st", "str": "st", "terrace": "ter", "west": "w",
}  # fmt: skip


def plain(text: str) -> str:
    """`text` in one plain form for comparing names: normalised, without accents, common words shortened."""
    return " ".join(SHORT.get(word, word) for word in fold_accents(normalise(text)).split())


@lru_cache(maxsize=65_536)
def plain_name(name: str) -> str:
    """`plain`, remembered: for names of the directory, of which there are so many. Not for residents' words."""
    return plain(name)


_CAPITAL = re.compile(r"[^\W\d_]+")
_LEFT_OUT = frozenset({"of", "the", "and", "for", "in", "at", "on", "de", "del", "la", "los", "y"})
SHORTEST_INITIALS, LONGEST_INITIALS = 3, 6


def initials(name: str) -> Iterator[str]:
    """What a name may be called for short: "kcs" and "kcsf" for Korean Community Services of Flushing; "mj" is too
    short to tell anything, but "mfj" is Mobilization for Justice with its small word."""
    words = [word.casefold() for word in _CAPITAL.findall(name)]
    for chosen in (words, [word for word in words if word not in _LEFT_OUT]):
        letters = "".join(word[0] for word in chosen)[:LONGEST_INITIALS]
        yield from (letters[:length] for length in range(SHORTEST_INITIALS, len(letters) + 1))


def joined(name: str) -> Iterator[str]:
    """Neighbouring words of a plain name as one: people write "bayridge" too."""
    words = name.split()
    return (left + right for left, right in pairwise(words))


_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("^es(?=[tpck])", "s"), ("e?igh", "ai"), ("isl", "ail"), ("a(?=[^aeiou]e)", "ei"), ("nd$", "n"),
        ("ng(?=[tk])", "n"), ("v", "b"), ("ll(?=[aou].)", "y"),
        ("sch|sk|sc(?![ei])", "sk"), ("ph", "f"), ("tch|sh|ch", "x"), ("ck|q|c(?![ei])|k", "k"), ("c|z", "s"),
        ("j(?=[aeiou])|h", ""), ("ng$", "n"), ("ee|ea|ie|y", "i"), ("oo|ou|u", "o"), ("w", "o"), ("e$", ""),
        (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


@lru_cache(maxsize=65_536)
def by_ear(word: str) -> str:
    """About how a plain word sounds to someone who writes English by an English or Spanish ear: "krakus" and "crackus"
    are one, as are "queens" and "quins". Rougher than Metaphone, and keeps vowels. Words in other scripts stay."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word
