"""The simulator's own words, in the languages of the community. Which one a page speaks is part of its address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel import Locale
from flask import Blueprint, request
from markupsafe import Markup, escape

from core.i18n.catalogues import CatalogueError, load_domain

PICKED = "language"
"""The parameter of an address that holds the tag of the language that was picked."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages say in one language. language: its tag."""

    language: str
    messages: Mapping[str, str]

    def t(self, key: str, **values: object) -> Markup:
        """The text of `key` with `values` filled in, safe in HTML. Raises CatalogueError for an unknown key."""
        text = self.messages.get(key)
        if text is None:
            raise CatalogueError(f"no text of the simulator for {key!r} in {self.language!r}")
        return Markup(escape(text)).format(**values)  # noqa: S704  (escaped just before)


@dataclass(frozen=True, slots=True)
class Texts:
    """The words by the tag of their language; the community's first language comes first."""

    by_language: Mapping[str, Words]

    @classmethod
    def of(cls, languages: Iterable[str]) -> Texts:
        """Reads the locale files. Raises CatalogueError."""
        return cls({tag: Words(tag, load_domain("simulator", tag)) for tag in languages})

    def picked(self) -> str | None:
        """The language that the address of this request asks for."""
        tag = request.args.get(PICKED, "")
        return tag if tag in self.by_language else None

    def here(self) -> Words:
        """The words of this request: in the language picked, else the browser's, else the community's first."""
        offered = list(self.by_language)
        return self.by_language[self.picked() or request.accept_languages.best_match(offered, offered[0])]

    def serve(self, blueprint: Blueprint) -> None:
        """Gives the words to the templates of `blueprint`, and the language picked to the addresses below it."""

        @blueprint.context_processor
        def words() -> dict[str, object]:
            here = self.here()
            own_names = {tag: _own_name(tag) for tag in self.by_language}
            return {"t": here.t, "language": here.language, "picked": self.picked(), "own_names": own_names}

        @blueprint.url_defaults
        def keep_language(endpoint: str, values: dict[str, object]) -> None:
            if not endpoint.endswith("static") and (picked := self.picked()):
                values.setdefault(PICKED, picked)


def _own_name(tag: str) -> str:
    name = Locale.parse(tag, sep="-").get_display_name() or tag
    return name[:1].upper() + name[1:]
