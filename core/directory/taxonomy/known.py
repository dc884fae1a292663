"""Open Eligibility (findhelp), the free classification of services, with the needs that each of its terms means.

The table open-eligibility.csv lies beside this file; README.md there tells where it is from and under which licence.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from core.directory.names import plain_name

TABLE = Path(__file__).with_name("open-eligibility.csv")

_OURS = "openeligibility"
"""A taxonomy with these letters in its name is Open Eligibility: "Open Eligibility", "open-eligibility 2.0"."""


@dataclass(frozen=True, slots=True)
class KnownTerm:
    """A term. `id` is that of version 2.0; `codes` are those of version 1.2 and of Ohana ("102-04").

    needs: codes of the needs that it means; none where it means none of ours, or too many to say. broad: it heads a
    branch ("Health", "Care").
    """

    id: str
    codes: tuple[str, ...]
    name: str
    older_name: str
    situation: bool
    broad: bool
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Index:
    by_name: Mapping[str, tuple[KnownTerm, ...]]
    by_code: Mapping[str, tuple[KnownTerm, ...]]


def needs_of_term(taxonomy: str | None, code: str | None, name: str) -> tuple[str, ...] | None:
    """The needs that a term means; None where we don't know the term.

    A code counts together with its name, for version 1.2 gives some codes twice; alone only where the taxonomy is
    Open Eligibility by its name. The same words in another taxonomy mean the same, unless they head a branch.
    """
    index = _index()
    named = index.by_name.get(_plain(name), ())
    coded = index.by_code.get((code or "").strip(), ())
    ours = taxonomy is not None and _OURS in "".join(filter(str.isalpha, taxonomy.casefold()))
    found = [term for term in named if term in coded]
    if not found and ours:
        found = [*(named or coded)]
    elif not found:
        found = [term for term in named if not term.broad]
    meanings = {term.needs for term in found}
    return meanings.pop() if len(meanings) == 1 else None


@cache
def known_terms() -> tuple[KnownTerm, ...]:
    """All terms, services and situations, in the order of version 2.0."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            KnownTerm(
                id=row["id"],
                codes=_listed(row["codes"]),
                name=row["name"],
                older_name=row["older_name"],
                situation=row["kind"] == "situation",
                broad=not row["parent_id"],
                needs=_listed(row["needs"]),
            )
            for row in csv.DictReader(file)
        )


@cache
def _index() -> _Index:
    """Service terms only: a situation ("Seniors") says for whom a service is, not what it does."""
    by_name, by_code = defaultdict[str, list[KnownTerm]](list), defaultdict[str, list[KnownTerm]](list)
    for term in known_terms():
        if term.situation:
            continue
        for name in {_plain(term.name), _plain(term.older_name)} - {""}:
            by_name[name].append(term)
        for code in (term.id, *term.codes):
            by_code[code].append(term)
    return _Index(_frozen(by_name), _frozen(by_code))


def _frozen(index: Mapping[str, list[KnownTerm]]) -> Mapping[str, tuple[KnownTerm, ...]]:
    return MappingProxyType({key: tuple(terms) for key, terms in index.items()})


def _plain(name: str) -> str:
    return plain_name(name.replace("&", " and "))


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split("|")))
