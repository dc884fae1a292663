"""The forms that directory data comes in, told by their files and columns, and read to whole services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from core.directory.importing.hsds_one import OWN_FILES, read_one
from core.directory.importing.mapping import MappingFile, read_mapped
from core.directory.importing.ohana import read_ohana
from core.directory.importing.packed import FeedPath, Folder, folder_in
from core.directory.importing.reading import RawRecord, columns_of, json_records, lines_in
from core.directory.importing.report import ImportFailed, QuarantinedRecord, Repair
from core.directory.importing.shapes import service_records
from core.directory.importing.tabular import PACKAGE, join, read_package

SERVICE_FILES = ("services.json", "services.ndjson", "services.jsonl")
_SERVICES, _ORGANIZATIONS = "services.csv", "organizations.csv"


class Form(StrEnum):
    """What a feed was read as."""

    JSON = "HSDS JSON"
    TABULAR = "an HSDS 3 tabular package"
    ONE = "an HSDS 1.1 package"
    OHANA = "Ohana CSV"
    FLAT = "a flat file with a mapping"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds. `folder`: where its side files lie, if it is one. `expected`: about how many records come.
    `locations`: places no service names."""

    form: Form
    folder: Folder | None
    records: Iterable[RawRecord]
    expected: int
    locations: tuple[RawRecord, ...] = ()
    refused: list[QuarantinedRecord] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


def read_feed(path: FeedPath, mapping: MappingFile | None) -> Feed:
    """What is at `path`, a file or a folder. Raises ImportFailed where its form isn't known or it can't be read."""
    folder = folder_in(path)
    if mapping:
        mapped = read_mapped(_mapped_file(path, mapping), mapping)
        return Feed(Form.FLAT, folder, mapped, len(mapped))
    if folder is None:
        if path.suffix.casefold() == ".csv":
            raise ImportFailed(f"{path.name} is a CSV by itself: a mapping file must say what its columns mean.")
        return _json(path, None)
    for name in SERVICE_FILES:
        if (folder / name).is_file():
            return _json(folder / name, folder)
    return _tables(folder)


def _json(file: FeedPath, folder: Folder | None) -> Feed:
    if lines := lines_in(file):
        return Feed(Form.JSON, folder, service_records(json_records(file)), lines)
    records = [*service_records(json_records(file))]
    return Feed(Form.JSON, folder, records, len(records))


def _mapped_file(path: FeedPath, mapping: MappingFile) -> FeedPath:
    folder = folder_in(path)
    if folder is None:
        return path
    if not mapping.file:
        raise ImportFailed("The mapping names no file, so a file must be given rather than a folder.")
    if not (folder / mapping.file).is_file():
        raise ImportFailed(f"The folder {folder.name} holds no {mapping.file}.")
    return folder / mapping.file


def _tables(folder: Folder) -> Feed:
    refused: list[QuarantinedRecord] = []
    repairs: list[Repair] = []
    match form := _form_of(folder):
        case Form.OHANA:
            tables = read_ohana(folder, refused)
        case Form.ONE:
            tables = read_one(folder, refused, repairs)
        case _:
            tables = read_package(folder, refused)
            if "service" not in tables:
                raise ImportFailed(f"{PACKAGE} names no file of services that is here.")
    joined = join(tables, refused)
    return Feed(form, folder, joined.services, len(joined.services), tuple(joined.locations), joined.refused,
                [*repairs, *joined.repairs])  # fmt: skip


def _form_of(folder: Folder) -> Form:
    """By what the tables hold: HSDS 1 calls an organization's website `url`, Ohana puts a service at one place."""
    if not (folder / _SERVICES).is_file():
        if (folder / PACKAGE).is_file():
            return Form.TABULAR
        raise ImportFailed(f"The folder {folder.name} holds no {', '.join(SERVICE_FILES)} or {_SERVICES}.")
    columns = columns_of(folder / _SERVICES)
    if "id" not in columns or not {"organization_id", "location_id"} & set(columns):
        raise ImportFailed(f"{_SERVICES} is of no form that is known: a mapping file must say what its columns mean.")
    if "organization_id" not in columns:
        return Form.OHANA
    organizations = columns_of(folder / _ORGANIZATIONS) if (folder / _ORGANIZATIONS).is_file() else ()
    if "website" not in organizations and ("url" in organizations or any((folder / n).is_file() for n in OWN_FILES)):
        return Form.ONE
    return Form.TABULAR
