"""Reads the gettext catalogues below locales/<tag>/. Keys are symbolic ("place.ask"); en is one of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel.messages.pofile import PoFileError, read_po

LOCALES = Path(__file__).parent / "locales"


class CatalogueError(Exception):
    """A locale is missing or its file can't be read."""


def offered_locales() -> tuple[str, ...]:
    """The tags of all locale folders, in alphabetical order."""
    return tuple(sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir()))


@cache
def load_domain(domain: str, language: str) -> Mapping[str, str]:
    """Key -> text, read once, of one `domain` ("messages" for residents, "console" for volunteers,
    "simulator" for the demo's phones) in one language."""
    path = LOCALES / language / "LC_MESSAGES" / f"{domain}.po"
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
    except (OSError, PoFileError) as error:
        raise CatalogueError(f"the locale file {path} can't be read: {error}") from None
    return MappingProxyType({str(m.id): str(m.string) for m in catalogue if m.id and m.string})
