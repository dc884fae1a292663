"""A need picked from all there are, in the groups of the catalogue."""

from __future__ import annotations

from console.deps import deps


def need_groups() -> dict[str, list[str]]:
    """The codes of all needs by their group, both in the order of the catalogue."""
    groups: dict[str, list[str]] = {}
    for need in deps().catalogue.needs.values():
        groups.setdefault(need.group, []).append(need.code)
    return groups
