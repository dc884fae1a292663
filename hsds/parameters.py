"""What an address asks for: every parameter checked, and every mistake said in one sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from core.directory.exporting import Wanted

PER_PAGE = 25
MOST_PER_PAGE = 200
"""Records a page; whoever wants all of them takes format=ndjson."""
LAST_PAGE = 1_000_000
FARTHEST_M = 500_000
LONGEST = 200
"""Characters of a search or a postcode."""

PAGING = frozenset({"page", "per_page", "format"})
FILTERS = frozenset({"search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "postcode",
                     "proximity"})  # fmt: skip
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Refused(Exception):
    """The address is wrong: which parameter, and what is wrong with it."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter} {reason}")
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list, and in which form."""

    page: int = 1
    per_page: int = PER_PAGE
    lines: bool = False
    """All of it, one JSON object a line."""


class Parameters:
    """The query of one request. Anything that isn't `known` is refused: a filter that is misspelt must not look as if
    it had filtered."""

    def __init__(self, given: Mapping[str, list[str]], known: Collection[str]) -> None:
        self._given = given
        for name, values in given.items():
            if name not in known:
                raise Refused(name[:40] or "?", "is not a parameter of this address.")
            if len(values) > 1:
                raise Refused(name, "is given twice.")

    def text(self, name: str) -> str | None:
        """The text, None where it is missing or empty."""
        value = self._given.get(name, [""])[0].strip()
        if "\x00" in value or len(value) > LONGEST:
            raise Refused(name, f"must be text of at most {LONGEST} characters.")
        return value or None

    def _filled(self, name: str) -> str | None:
        """The text; refused where the parameter is there without any."""
        value = self.text(name)
        if value is None and name in self._given:
            raise Refused(name, "is empty.")
        return value

    def whole_number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        value = self._filled(name)
        if value is None:
            return default
        if not re.fullmatch("[0-9]{1,9}", value) or not 1 <= int(value) <= most:
            raise Refused(name, f"must be a whole number from 1 to {most}.")
        return int(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """true or false."""
        value = self._filled(name)
        if value is None:
            return default
        if value.casefold() not in _FLAGS:
            raise Refused(name, "must be true or false.")
        return _FLAGS[value.casefold()]

    def id(self, name: str) -> UUID | None:
        """A UUID."""
        value = self._filled(name)
        try:
            return UUID(value) if value else None
        except ValueError:
            raise Refused(name, "must be a UUID.") from None

    def moment(self, name: str) -> datetime | None:
        """A date, or a date and time; UTC where no zone is told."""
        value = self._filled(name)
        try:
            moment = datetime.fromisoformat(value) if value else None
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC) if moment else None
        except (ValueError, OverflowError):
            raise Refused(name, "must be a date such as 2026-10-05, or a date and time.") from None

    def paging(self) -> Paging:
        """Page, size and form."""
        form = self._filled("format") or "json"
        if form not in ("json", "ndjson"):
            raise Refused("format", "must be json or ndjson.")
        return Paging(
            page=self.whole_number("page", 1, LAST_PAGE),
            per_page=self.whole_number("per_page", PER_PAGE, MOST_PER_PAGE),
            lines=form == "ndjson",
        )

    def wanted(self, now: datetime) -> Wanted:
        """The filters of services and of places where they are given."""
        postcode, metres = self.text("postcode"), None
        if self._filled("proximity"):
            metres = self.whole_number("proximity", 1, FARTHEST_M)
            if postcode is None:
                raise Refused("proximity", "is told in metres around a postcode: give postcode too.")
        return Wanted(
            now=now,
            search=self.text("search"),
            taxonomy_term_id=self.id("taxonomy_term_id"),
            taxonomy_id=self.id("taxonomy_id"),
            organization_id=self.id("organization_id"),
            modified_after=self.moment("modified_after"),
            postcode=postcode,
            within_m=metres,
        )
