"""Names compared by what they mean: "12 Mill St." and "mill street", "José" and "jose"."""

from __future__ import annotations

from functools import lru_cache

from intents.normalise import fold_accents, normalise

# What people leave short on an envelope (USPS Publication 28, appendices C1 and C2).
_SHORT = {
    "avenue": "ave", "av": "ave", "boulevard": "blvd", "center": "ctr", "centre": "ctr", "court": "ct",
    "drive": "dr", "east": "e", "fort": "ft", "heights": "hts", "highway": "hwy", "lane": "ln", "mount": "mt",
    "north": "n", "parkway": "pkwy", "place": "pl", "road": "rd", "saint": "st", "south": "s", "square": "sq",
    "street": "st", "str": "st", "terrace": "ter", "west": "w",
}  # fmt: skip


def plain(text: str) -> str:
    """`text` in one plain form for comparing names: normalised, without accents, common words shortened."""
    return " ".join(_SHORT.get(word, word) for word in fold_accents(normalise(text)).split())


@lru_cache(maxsize=65_536)
def plain_name(name: str) -> str:
    """`plain`, remembered: for names of the directory, of which there are so many. Not for residents' words."""
    return plain(name)
