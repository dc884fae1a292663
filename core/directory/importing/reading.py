"""Files to raw records: JSON in its several wrappings, and CSV. The limits are kept here."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

from core.directory.importing.packed import LARGEST_FILE, FeedPath, opened
from core.directory.importing.report import ImportFailed

__all__ = ["LARGEST_FILE", "RawRecord", "canonical", "csv_records", "json_records", "read_csv", "read_json"]

LARGEST_DOCUMENT = 500_000_000
"""Characters of one JSON array or page, which must be read whole; a state's whole 211 directory is a tenth of it."""
LARGEST_RECORD = 1_000_000
"""Characters of one record as JSON, or of one line of CSV; real ones stay under 50,000."""
DEEPEST = 40
"""Levels of nesting in one record; HSDS needs nine."""
MOST_ROWS = 1_000_000
LARGEST_CELL = 131_072
"""Characters of one cell of a CSV file: a quotation mark that is never closed must not swallow the rest of it."""
MOST_COLUMNS = 1_000
"""Of a CSV file; the widest known has 59."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run as a formula by spreadsheets (OWASP, CSV injection)."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as the file has it. `fault` says why `value` could not be read, else it is empty."""

    file: str
    row: int
    value: Any
    fault: str = ""


def read_json(path: FeedPath) -> list[RawRecord]:
    """All of `json_records`, at once."""
    return [*json_records(path)]


def json_records(file: FeedPath) -> Iterator[RawRecord]:
    """The records of a JSON file: an array, a page {"contents": [...]}, one object, or one object a line.

    Raises ImportFailed, at the latest when it comes to it, where the file can't be read or breaks a limit.
    """
    with opened(file, "utf-8", newline="\n") as text:
        yield from _limited(file.name, _records_in(file.name, text))


def lines_in(file: FeedPath) -> int:
    """About how many records a file has that gives one object a line; 0 for other JSON, which is read whole anyway."""
    with opened(file, "utf-8", newline="\n") as text:
        try:
            alone = _parse(text.readline(LARGEST_RECORD))
        except ValueError:
            return 0
        return 1 + sum(1 for _ in text) if isinstance(alone, dict) else 0


def _records_in(name: str, text: TextIO) -> Iterator[RawRecord]:
    """One object a line is told by its first line, an object by itself with more behind it."""
    blank, first = 0, text.readline(LARGEST_DOCUMENT)
    while first.isspace():
        blank, first = blank + 1, text.readline(LARGEST_DOCUMENT)
    if not first:
        raise ImportFailed(f"{name} is empty.")
    try:
        alone = _parse(first) if first.startswith("{") else None
    except ValueError:
        alone = None
    if isinstance(alone, dict) and (second := _line_with_text(text)):
        yield RawRecord(name, blank + 1, alone)
        yield from _lines(name, text, blank + 1 + second[0], second[1])
        return
    yield from _document(name, alone if alone is not None else _whole(name, first, text))


def _whole(name: str, first: str, text: TextIO) -> Any:
    rest = text.read(LARGEST_DOCUMENT)
    if len(first) + len(rest) >= LARGEST_DOCUMENT:
        raise ImportFailed(f"{name} is larger than {LARGEST_DOCUMENT // 1_000_000} MB; give one record a line instead.")
    try:
        return _parse(first + rest)
    except ValueError:
        raise ImportFailed(f"{name} is not JSON.") from None


def _document(name: str, document: Any) -> Iterator[RawRecord]:
    if isinstance(document, dict):
        contents = document.get("contents")
        document = contents if isinstance(contents, list) else [document]
    if not isinstance(document, list):
        raise ImportFailed(f"{name} holds no records.")
    document.reverse()
    # Taken out as we go, so that no record is held longer than it is needed.
    for row in range(1, len(document) + 1):
        yield RawRecord(name, row, document.pop())


def read_csv(path: FeedPath, columns: Iterable[str], encoding: str = "utf-8") -> list[RawRecord]:
    """All of `csv_records`, at once."""
    return [*csv_records(path, columns, encoding)]


def csv_records(file: FeedPath, columns: Iterable[str] = (), encoding: str = "utf-8") -> Iterator[RawRecord]:
    """The rows of a CSV file with a header, each as {column: text}.

    Raises ImportFailed, at the latest when it comes to it, where the file can't be read, lacks one of `columns`, or
    breaks a limit.
    """
    with opened(file, encoding) as text:
        rows = csv.reader(_short_lines(file.name, text))
        try:
            header = _header(file.name, rows)
            missing = [name for name in columns if name not in header]
            if missing:
                raise ImportFailed(f'{file.name} has no column "{missing[0]}".')
            found = (_csv_record(file.name, rows.line_num, header, row) for row in rows if any(row))
            yield from _limited(file.name, found)
        except csv.Error:
            raise ImportFailed(f"{file.name} is not a readable CSV file (line {rows.line_num}).") from None


def columns_of(file: FeedPath) -> tuple[str, ...]:
    """The header of a CSV file. Raises ImportFailed."""
    with opened(file, "utf-8") as text:
        try:
            return tuple(_header(file.name, csv.reader(_short_lines(file.name, text))))
        except csv.Error:
            raise ImportFailed(f"{file.name} is not a readable CSV file (line 1).") from None


def _header(name: str, rows: Iterator[list[str]]) -> list[str]:
    header = [column.strip() for column in next(rows, [])]
    if not any(header):
        raise ImportFailed(f"{name} is empty.")
    if len(header) > MOST_COLUMNS:
        raise ImportFailed(f"{name} has more than {MOST_COLUMNS:,} columns.")
    return header


def _short_lines(name: str, text: TextIO) -> Iterator[str]:
    """The lines of a CSV file, each of a bearable length."""
    csv.field_size_limit(LARGEST_CELL)  # one number for the whole process, which libraries are known to raise
    number = 0
    while line := text.readline(LARGEST_RECORD + 1):
        number += 1
        if len(line) > LARGEST_RECORD:
            raise ImportFailed(f"Line {number} of {name} is longer than {LARGEST_RECORD:,} characters.")
        yield line


def canonical(value: Any) -> str:
    """`value` as JSON in one fixed form, for digests. Raises ValueError for numbers that JSON doesn't have."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_such_number)
    except RecursionError:
        raise ImportFailed(f"A record is nested more than {DEEPEST} levels deep.") from None


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")


def _line_with_text(text: TextIO) -> tuple[int, str] | None:
    """The next line that isn't blank, and how many lines further it stands."""
    number = 0
    while line := text.readline(LARGEST_RECORD * 2):
        number += 1
        if not line.isspace():
            return number, line
    return None


def _lines(name: str, text: TextIO, row: int, line: str) -> Iterator[RawRecord]:
    while True:
        try:
            yield RawRecord(name, row, _parse(line))
        except ValueError:
            yield RawRecord(name, row, None, "this line is not JSON")
        following = _line_with_text(text)
        if following is None:
            return
        row, line = row + following[0], following[1]


def _csv_record(file: str, row: int, header: list[str], cells: list[str]) -> RawRecord:
    value = {name: _without_guard(cell) for name, cell in zip(header, cells, strict=False)}
    if any("\0" in cell for cell in cells):
        return RawRecord(file, row, value, "holds a NUL character; the file may be damaged")
    if len(cells) == len(header):
        return RawRecord(file, row, value)
    return RawRecord(file, row, value, f"has {len(cells)} cells, the header has {len(header)}")


def _without_guard(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell


def _limited(file: str, records: Iterable[RawRecord]) -> Iterator[RawRecord]:
    """All of `records`. Raises ImportFailed at the first that breaks a limit."""
    for number, record in enumerate(records):
        if number == MOST_ROWS:
            raise ImportFailed(f"{file} has more than {MOST_ROWS:,} records.")
        if _deeper(record.value, DEEPEST):
            raise ImportFailed(f"Record {record.row} of {file} is nested more than {DEEPEST} levels deep.")
        if len(json.dumps(record.value)) > LARGEST_RECORD:
            raise ImportFailed(f"Record {record.row} of {file} is larger than {LARGEST_RECORD // 1_000_000} MB.")
        yield record


def _deeper(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [inner for outer in layer for inner in _inside(outer)]
        if not layer:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
