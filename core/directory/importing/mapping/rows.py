"""Rows to map: columns by name or path, the files that are joined, and columns made of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.directory.importing.mapping.rules import PLACEHOLDER, Join, MappingFile, Tidy, columns_in
from core.directory.importing.packed import FeedPath, Folder, beside
from core.directory.importing.reading import RawRecord, read_csv, read_json
from core.directory.importing.report import ImportFailed


@dataclass(frozen=True, slots=True)
class MappedRow:
    """A row as the mapping sees it. A column is a name, or a path such as "location.latitude"; a path through a list
    gives what all its items have."""

    value: Mapping[str, Any]
    tidy: Mapping[str, Tidy]

    def texts(self, *columns: str) -> list[str]:
        """All texts of the columns, put right, without empty ones."""
        found: list[str] = []
        for column in columns:
            tidy = self.tidy.get(column)
            texts = (" ".join(text.split()) for text in _texts(_at(self.value, column)))
            found += filter(None, map(tidy, texts) if tidy else texts)
        return found

    def text(self, *columns: str) -> str:
        """The text of the first column that has any, put right; several with commas between."""
        return next((", ".join(dict.fromkeys(texts)) for column in columns if (texts := self.texts(column))), "")

    def lines(self, *columns: str) -> str:
        """The same with its line ends, not put right."""
        return next((text for column in columns if (text := "\n".join(_texts(_at(self.value, column))).strip())), "")

    def each(self, path: str) -> Iterator[MappedRow]:
        """The row once for each item of the list at `path`, with only that item there."""
        for value in _one_at_a_time(self.value, path):
            yield replace(self, value=value)


def row_of(mapping: MappingFile, value: Mapping[str, Any]) -> MappedRow:
    """The row of a record, with the columns that the mapping makes."""
    own = dict(value)
    row = MappedRow(own, mapping.tidy)
    for parts in mapping.parts:
        text = _filled(parts.column, row) if columns_in(parts.column) else row.lines(parts.column)
        match = parts.pattern.search(" ".join(text.split()))
        own |= match.groupdict("") if match else dict.fromkeys(parts.pattern.groupindex, "")
    own |= {name: _filled(template, row) for name, template in mapping.combined.items()}
    return row


def _filled(template: str, row: MappedRow) -> str:
    """The template with the texts of its columns; nothing where one of them is empty that may not be."""
    texts = {optional + column: row.text(column) for optional, column in PLACEHOLDER.findall(template)}
    if not all(text or name.startswith("?") for name, text in texts.items()):
        return ""
    return PLACEHOLDER.sub(lambda match: texts[match[1] + match[2]], template).strip()


def read_mapped(path: FeedPath, mapping: MappingFile) -> list[RawRecord]:
    """The records of a CSV or JSON file that a mapping is for, with the rows of other files that belong to them.

    Raises ImportFailed where a file can't be read or lacks a column.
    """
    if path.suffix.casefold() != ".csv":
        return read_json(path)
    joined = {join.name: _by_key(beside(path, join.file), join, mapping) for join in mapping.joins}
    made, names = mapping.made_columns(), tuple(f"{name}." for name in joined)
    own = {column for column in mapping.columns() if column not in made and not column.startswith(names)}
    records = read_csv(path, sorted(own | {join.by for join in mapping.joins if not join.by.startswith(names)}),
                       mapping.encoding)  # fmt: skip
    return [replace(record, value=_joined(record.value, joined, mapping)) for record in records]


def _joined(value: Mapping[str, Any], joined: Mapping[str, Mapping[str, Any]], mapping: MappingFile) -> dict[str, Any]:
    whole = dict(value)
    for join in mapping.joins:
        whole[join.name] = joined[join.name].get(" ".join(_texts(_at(whole, join.by))), {})
    return whole


def _by_key(path: Folder, join: Join, mapping: MappingFile) -> dict[str, Any]:
    if not path.is_file():
        raise ImportFailed(f"The mapping joins {join.file}, which is not beside {mapping.file or 'the file'}.")
    start = f"{join.name}."
    columns = {column.removeprefix(start) for column in mapping.columns() if column.startswith(start)}
    rows = read_csv(path, sorted(columns | {join.key}), mapping.encoding)
    found: dict[str, list[Any]] = {}
    for record in rows:
        found.setdefault(record.value.get(join.key, ""), []).append(record.value)
    return {key: values if join.all else values[0] for key, values in found.items() if key}


def _at(value: Any, path: str) -> Any:
    """What stands at `path`: a key that is written so, or else key after key at the dots."""
    if isinstance(value, list):
        return [found for item in value if (found := _at(item, path)) is not None]
    if not isinstance(value, Mapping):
        return None
    if path in value:
        return value[path]
    head, dot, rest = path.partition(".")
    return _at(value.get(head), rest) if dot else None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, bool):
        yield str(value).casefold()
    elif isinstance(value, str | int | float):
        yield str(value)


def _one_at_a_time(value: Any, path: str) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _one_at_a_time(item, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        head, _, rest = path.partition(".")
        for item in _one_at_a_time(value.get(head, []), rest):
            yield {**value, head: item}
