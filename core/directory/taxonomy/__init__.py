"""Classifications that many directories use, and which of our needs their terms mean."""

from core.directory.taxonomy.known import KnownTerm, known_terms, needs_of_term

__all__ = ["KnownTerm", "known_terms", "needs_of_term"]
