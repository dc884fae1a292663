"""Groups of needs: how all needs are offered to someone who chooses by the keys of a telephone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from intents.catalogue_file import Table

OTHER = "other"
"""The group of needs that the file puts in none: those a community has added."""


@dataclass(frozen=True, slots=True)
class Group:
    """Needs that are offered together, the one asked for most often first. names are by language tag."""

    code: str
    names: Mapping[str, str]
    needs: tuple[str, ...]


def load_groups(folder: Path, needs: Collection[str], languages: Iterable[str]) -> tuple[Group, ...]:
    """The groups of groups.toml in `folder`, in its order; every one of `needs` is in exactly one of them.

    Needs that the file does not name make the group OTHER, which comes last and only if there are any. Raises
    CatalogueError for a need that is unknown or in two groups, a group without needs, and a name that is missing.
    """
    top, tags = Table.read(folder / "groups.toml"), tuple(languages)
    if OTHER not in top:
        raise top.error(OTHER, "is missing")
    seen: dict[str, str] = {}
    groups = [_group(top.table(code), code, needs, tags, seen) for code in top if code != OTHER]
    left = tuple(sorted(code for code in needs if code not in seen))
    if left:
        groups.append(Group(OTHER, _names(top.table(OTHER), tags), left))
    return tuple(groups)


def _group(table: Table, code: str, known: Collection[str], tags: Iterable[str], seen: dict[str, str]) -> Group:
    needs = table.texts("needs")
    if not needs:
        raise table.error("needs", "must name at least one need")
    for need in needs:
        if need not in known:
            raise table.error("needs", f"{need} is not a need")
        if need in seen:
            raise table.error("needs", f"{need} is already in {seen[need]}")
        seen[need] = code
    return Group(code, _names(table, tags), needs)


def _names(table: Table, tags: Iterable[str]) -> dict[str, str]:
    return {tag: table.text(tag) for tag in tags}
