"""The catalogue: every need, act, number word and language that we understand, read from data files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from intents.catalogue_file import CatalogueError, Shelf, Table
from intents.emergencies import Rules, Shown, load_rules, load_shown
from intents.grammar import Grammar, load_grammar
from intents.groups import Group, load_groups
from intents.person import PersonWords, load_person
from intents.understanding import Act

__all__ = ["ActWords", "Catalogue", "CatalogueError", "Need", "load_catalogue"]

BUILT_IN = Path(__file__).parent / "catalogue"
"""The catalogue that comes with Handrail."""

MENU = range(6)
"""The answers of a menu: 1 to 5, and 0 for a person."""

NOT_LEARNT = ("groups.toml", "person.toml")
"""Files from which no model is made: it stays the same whatever they hold."""

_NEED_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Need:
    """One need a resident can have. names, descriptions and phrases are by language tag.

    place_matters: the answer depends on where the resident is. report: something broken or dirty to report,
    not a service to find. private: nobody should come to know of it by accident.
    """

    code: str
    group: str
    place_matters: bool
    report: bool
    private: bool
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    phrases: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ActWords:
    """One act: the whole messages that mean it for certain, and phrases to learn from, by language tag."""

    act: Act
    words: Mapping[str, frozenset[str]]
    phrases: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Together:
    """A message that tells several needs at once, in this language. needs: their codes."""

    language: str
    needs: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that we understand.

    together: messages of several needs, to learn from. numbers: by language, the whole messages that answer a menu.
    targets: by language, the words for that language in any language. groups: all needs, as they are offered one by
    one. digest: SHA-256 over all files that a model is made of, hexadecimal; another digest means another model.
    """

    needs: Mapping[str, Need]
    groups: tuple[Group, ...]
    together: tuple[Together, ...]
    acts: Mapping[Act, ActWords]
    numbers: Mapping[str, Mapping[str, int]]
    targets: Mapping[str, frozenset[str]]
    grammars: Mapping[str, Grammar]
    person: Mapping[str, PersonWords]
    rules: Rules
    shown: Shown
    digest: str

    @property
    def languages(self) -> tuple[str, ...]:
        """Tags of all languages, in alphabetical order."""
        return tuple(self.grammars)

    def phrases(self, tag: str) -> Iterator[str]:
        """Every message of one language to learn from: of needs, alone and together, of acts, of emergencies and what
        only sounds so.
        """
        for need in self.needs.values():
            yield from need.phrases[tag]
        yield from (message.text for message in self.together if message.language == tag)
        for act in self.acts.values():
            yield from act.phrases[tag]
        yield from (message for language, _, message in self.shown.red_flags if language == tag)
        yield from (message for language, message in self.shown.calm if language == tag)


def load_catalogue(*extra_folders: Path, kept_in: Path | None = None) -> Catalogue:
    """Read the catalogue that comes with Handrail, then a community's own need files.

    Each extra folder holds need files (*.toml); one that carries a known code replaces that need whole. kept_in: a
    folder that keeps what was read for the next start. Raises CatalogueError, which names the file and the field.
    """
    for folder in extra_folders:
        if not folder.is_dir():
            raise CatalogueError(folder, "", "is not a folder")
    built_in = [file for file in BUILT_IN.rglob("*.toml") if file.relative_to(BUILT_IN).as_posix() not in NOT_LEARNT]
    files = [*built_in, *(file for folder in extra_folders for file in _files(folder))]
    digest = _digest(files)
    # Paths are part of what is kept: the same files elsewhere are read anew.
    place = hashlib.sha256("\n".join(map(str, sorted(files))).encode()).hexdigest()
    shelf = Shelf.of(files, kept_in / f"catalogue-{digest[:16]}-{place[:8]}.json" if kept_in else None)
    shorthand = shelf.read(BUILT_IN / "shorthand.toml")
    grammars = {g.tag: g for g in (load_grammar(shelf.read(f), shorthand) for f in _files(BUILT_IN / "languages"))}
    needs = {need.code: need for need in (_need(shelf.read(f), grammars) for f in _files(BUILT_IN / "needs"))}
    for folder in extra_folders:
        needs |= {need.code: need for need in (_need(shelf.read(file), grammars) for file in _files(folder))}
    acts = {words.act: words for words in (_act(shelf.read(file), grammars) for file in _files(BUILT_IN / "acts"))}
    for act in Act:
        if act not in acts:
            raise CatalogueError(BUILT_IN / "acts" / f"{act}.toml", "", "is missing")
    targets = shelf.read(BUILT_IN / "acts" / f"{Act.LANGUAGE}.toml").table("targets")
    return Catalogue(
        needs=dict(sorted(needs.items())),
        groups=load_groups(BUILT_IN, needs, grammars),
        together=tuple(
            message
            for tag in grammars
            for message in _together(shelf.read(BUILT_IN / "together" / f"{tag}.toml"), tag, needs)
        ),
        acts=acts,
        numbers=_numbers(shelf.read(BUILT_IN / "numbers.toml"), grammars),
        targets={tag: targets.words(tag) for tag in grammars},
        grammars=grammars,
        person=load_person(BUILT_IN, grammars),
        rules=load_rules(BUILT_IN / "emergencies", grammars, shelf),
        shown=load_shown(BUILT_IN / "emergencies", grammars, shelf),
        digest=digest,
    )


def _need(top: Table, languages: Iterable[str]) -> Need:
    code, group = top.text("code"), top.text("group")
    if not _NEED_CODE.fullmatch(code):
        raise top.error("code", 'must look like "group.name", in lower case')
    if code.partition(".")[0] != group:
        raise top.error("group", f'must be "{code.partition(".")[0]}", the part of the code before the dot')
    tables = {tag: top.table(tag) for tag in languages}
    for table in tables.values():
        if not table.texts("phrases"):
            raise table.error("phrases", "must hold at least one phrase")
    return Need(
        code=code,
        group=group,
        place_matters=top.flag("place_matters"),
        report=top.flag("report"),
        private=top.flag("private"),
        names={tag: table.text("name") for tag, table in tables.items()},
        descriptions={tag: table.text("description") for tag, table in tables.items()},
        phrases={tag: table.texts("phrases") for tag, table in tables.items()},
    )


def _together(top: Table, tag: str, known: Collection[str]) -> Iterator[Together]:
    for table in top.tables("messages"):
        codes = table.texts("needs")
        if len(set(codes)) < 2 or not set(codes) <= set(known):
            raise table.error("needs", "must hold the codes of two different needs or more")
        yield Together(tag, codes, table.text("text"))


def _act(top: Table, languages: Iterable[str]) -> ActWords:
    code = top.text("code")
    if code not in set(Act):
        raise top.error("code", f"must be one of {', '.join(Act)}")
    tables = {tag: top.table(tag) for tag in languages}
    return ActWords(
        act=Act(code),
        words={tag: table.words("words") for tag, table in tables.items()},
        phrases={tag: table.texts("phrases") for tag, table in tables.items()},
    )


def _numbers(top: Table, languages: Iterable[str]) -> dict[str, dict[str, int]]:
    return {tag: {word: number for number in MENU for word in top.table(tag).words(str(number))} for tag in languages}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def _digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents; where the folders lie makes no difference."""
    total = hashlib.sha256()
    for file in sorted(files, key=lambda path: (path.parent.name, path.name)):
        content = file.read_bytes()
        total.update(f"{file.parent.name}/{file.name}:{len(content)}:".encode())
        total.update(content)
    return total.hexdigest()
