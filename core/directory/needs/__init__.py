"""Which needs a service meets where nobody says so: by its taxonomy terms, by its words, in doubt by a person."""

from core.directory.needs.missing import NeedsReport, find_missing_needs
from core.directory.needs.reading import ReadNeeds

__all__ = ["NeedsReport", "ReadNeeds", "find_missing_needs"]
