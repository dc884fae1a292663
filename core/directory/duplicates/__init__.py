"""Two listings, one service: found by what they share, judged by likeness, decided by people. Merging is undone as
easily."""

from core.directory.duplicates.finding import AUTOMATIC, FoundPairs, find_duplicates
from core.directory.duplicates.likeness import Evidence, Likeness, likeness
from core.directory.duplicates.listings import Listing, load_listings

__all__ = [
    "AUTOMATIC",
    "Evidence",
    "FoundPairs",
    "Likeness",
    "Listing",
    "find_duplicates",
    "likeness",
    "load_listings",
]
