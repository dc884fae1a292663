"""Read the TOML files of the catalogue field by field, and say plainly which file and field is wrong."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from intents.normalise import fold_accents, normalise


class CatalogueError(Exception):
    """A catalogue file cannot be used. The message names the file and the field."""

    def __init__(self, file: Path, field: str, problem: str) -> None:
        self.file = file
        self.field = field
        super().__init__(f"{file.name}: {field}: {problem}" if field else f"{file.name}: {problem}")


class Table:
    """A table of one TOML file, with typed access. Every getter raises CatalogueError for a missing or
    wrong value.
    """

    __slots__ = ("_file", "_path", "_values")

    def __init__(self, file: Path, values: Mapping[str, object], path: str = "") -> None:
        self._file = file
        self._values = values
        self._path = path

    @classmethod
    def read(cls, file: Path) -> Table:
        """Read the file's top table."""
        try:
            return cls(file, tomllib.loads(file.read_text("utf-8")))
        except OSError as error:
            raise CatalogueError(file, "", f"cannot be read ({error.strerror})") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CatalogueError(file, "", f"is not valid TOML in UTF-8 ({error})") from error

    @property
    def values(self) -> Mapping[str, object]:
        """All fields as they are."""
        return self._values

    def error(self, field: str, problem: str) -> CatalogueError:
        """The error that names this file and this field."""
        return CatalogueError(self._file, f"{self._path}{field}", problem)

    def __iter__(self) -> Iterator[str]:
        """Names of all fields, in the order of the file."""
        return iter(self._values)

    def keys(self) -> tuple[str, ...]:
        """Names of all fields, in the order of the file."""
        return tuple(self._values)

    def text(self, field: str) -> str:
        """A string that is not empty."""
        value = self._value(field)
        if not isinstance(value, str) or not value.strip():
            raise self.error(field, "must be a text that is not empty")
        return value

    def optional_text(self, field: str) -> str:
        """A string, or "" where the field is absent."""
        value = self._values.get(field, "")
        if not isinstance(value, str):
            raise self.error(field, "must be a text")
        return value

    def flag(self, field: str) -> bool:
        """true or false."""
        value = self._value(field)
        if not isinstance(value, bool):
            raise self.error(field, "must be true or false")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of strings; the list may be empty or absent, its strings not."""
        value = self._values.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.error(field, "must be a list of texts that are not empty")
        return tuple(value)

    def words(self, field: str) -> frozenset[str]:
        """A list of words or short messages, in the form in which messages are compared (`plain`)."""
        return frozenset(plain(text) for text in self.texts(field))

    def patterns(self, field: str) -> re.Pattern[str] | None:
        """A list of regular expressions, compiled into one; None where there are none."""
        parts = self.texts(field)
        try:
            return re.compile("|".join(f"(?:{part})" for part in parts)) if parts else None
        except re.error as error:
            raise self.error(field, f"is not a regular expression ({error})") from error

    def table(self, field: str) -> Table:
        """A table inside this one; it must be there."""
        value = self._value(field)
        if not isinstance(value, dict):
            raise self.error(field, "must be a table")
        return Table(self._file, value, f"{self._path}{field}.")

    def tables(self, field: str) -> tuple[Table, ...]:
        """A list of tables; it must be there."""
        value = self._value(field)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(field, "must be a list of tables")
        return tuple(Table(self._file, item, f"{self._path}{field}[{place}].") for place, item in enumerate(value))

    def _value(self, field: str) -> object:
        if field not in self._values:
            raise self.error(field, "is missing")
        return self._values[field]


def plain(text: str) -> str:
    """The form in which words and whole messages are compared: normalised, without accents."""
    return fold_accents(normalise(text))


class Shelf:
    """Many TOML files, parsed once. They are kept as JSON for the next start, which reads that ten times as fast."""

    def __init__(self, parsed: Mapping[str, Mapping[str, object]]) -> None:
        self._parsed = parsed

    @classmethod
    def of(cls, files: Iterable[Path], kept: Path | None) -> Shelf:
        """Parse the files, or read `kept`, where an earlier call has kept the same files. Raises CatalogueError."""
        if kept is not None and kept.exists():
            try:
                return cls(json.loads(kept.read_bytes()))
            except ValueError:
                pass  # cut short: parse anew
        parsed = {str(file): Table.read(file).values for file in files}
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_name(f"{kept.name}.{os.getpid()}.part")
            part.write_text(json.dumps(parsed, ensure_ascii=False), "utf-8")
            os.replace(part, kept)
        return cls(parsed)

    def read(self, file: Path) -> Table:
        """The top table of a file. Raises CatalogueError."""
        values = self._parsed.get(str(file))
        return Table.read(file) if values is None else Table(file, values)
