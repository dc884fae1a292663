"""Files to raw records: JSON in its several wrappings, and CSV. The limits are kept here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from core.directory.importing.report import ImportFailed

LARGEST_FILE = 200_000_000
"""Bytes of one file; a state's whole 211 directory is under a quarter of that."""
LARGEST_RECORD = 1_000_000
"""Characters of one record as JSON; real ones stay under 50,000."""
DEEPEST = 40
"""Levels of nesting in one record; HSDS needs nine."""
MOST_ROWS = 1_000_000

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run as a formula by spreadsheets (OWASP, CSV injection)."""
SERVICE_FILES = ("services.json", "services.ndjson", "services.jsonl")


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as the file has it. `fault` says why `value` could not be read, else it is empty."""

    file: str
    row: int
    value: Any
    fault: str = ""


def read_json(path: Path) -> list[RawRecord]:
    """The records of a JSON file: an array, a page {"contents": [...]}, one object, or one object a line.

    Raises ImportFailed where the file can't be read or breaks a limit.
    """
    text = _text_of(path, "utf-8-sig")
    if _one_object_a_line(text):
        return _limited(path.name, _lines(path.name, text))
    try:
        document = _parse(text)
    except ValueError:
        raise ImportFailed(f"{path.name} is not JSON.") from None
    if isinstance(document, dict):
        contents = document.get("contents")
        document = contents if isinstance(contents, list) else [document]
    if not isinstance(document, list):
        raise ImportFailed(f"{path.name} holds no records.")
    return _limited(path.name, (RawRecord(path.name, row, value) for row, value in enumerate(document, 1)))


def read_csv(path: Path, columns: Iterable[str], encoding: str = "utf-8-sig") -> list[RawRecord]:
    """The rows of a CSV file with a header, each as {column: text}.

    Raises ImportFailed where the file can't be read, lacks one of `columns`, or breaks a limit.
    """
    text = _text_of(path, "utf-8-sig" if encoding == "utf-8" else encoding)
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [name.strip() for name in next(rows, [])]
        missing = [name for name in columns if name not in header]
        if missing:
            raise ImportFailed(f'{path.name} has no column "{missing[0]}".')
        return _limited(path.name, (_csv_record(path.name, rows.line_num, header, row) for row in rows if any(row)))
    except csv.Error:
        raise ImportFailed(f"{path.name} is not a readable CSV file (line {rows.line_num}).") from None


def canonical(value: Any) -> str:
    """`value` as JSON in one fixed form, for digests. Raises ValueError for numbers that JSON doesn't have."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _text_of(path: Path, encoding: str) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ImportFailed(f"{path.name} is larger than {LARGEST_FILE // 1_000_000} MB.")
        text = path.read_bytes().decode(encoding)
    except OSError as error:
        raise ImportFailed(f"{path.name} can't be read: {error.strerror or 'unknown error'}.") from None
    except (UnicodeDecodeError, LookupError):
        raise ImportFailed(f"{path.name} is not text in {encoding.removesuffix('-sig').upper()}.") from None
    if not text.strip():
        raise ImportFailed(f"{path.name} is empty.")
    return text


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_such_number)
    except RecursionError:
        raise ImportFailed(f"A record is nested more than {DEEPEST} levels deep.") from None


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")


def _one_object_a_line(text: str) -> bool:
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.strip():
        return False
    try:
        _parse(first)
    except ValueError:
        return False
    return True


def _lines(file: str, text: str) -> Iterator[RawRecord]:
    for row, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield RawRecord(file, row, _parse(line))
        except ValueError:
            yield RawRecord(file, row, None, "this line is not JSON")


def _csv_record(file: str, row: int, header: list[str], cells: list[str]) -> RawRecord:
    value = {name: _without_guard(cell) for name, cell in zip(header, cells, strict=False)}
    if len(cells) == len(header):
        return RawRecord(file, row, value)
    return RawRecord(file, row, value, f"has {len(cells)} cells, the header has {len(header)}")


def _without_guard(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell


def _limited(file: str, records: Iterable[RawRecord]) -> list[RawRecord]:
    """All of `records`. Raises ImportFailed at the first that breaks a limit."""
    taken: list[RawRecord] = []
    for record in records:
        if len(taken) == MOST_ROWS:
            raise ImportFailed(f"{file} has more than {MOST_ROWS:,} records.")
        if _deeper(record.value, DEEPEST):
            raise ImportFailed(f"Record {record.row} of {file} is nested more than {DEEPEST} levels deep.")
        if len(json.dumps(record.value)) > LARGEST_RECORD:
            raise ImportFailed(f"Record {record.row} of {file} is larger than {LARGEST_RECORD // 1_000_000} MB.")
        taken.append(record)
    return taken


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
