"""HSDS 1.0 and 1.1 tables as HSDS 3 tables (docs.openreferral.org, "Changelog", names what became of what)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from core.directory.importing.hours import weekday_of
from core.directory.importing.packed import Folder
from core.directory.importing.report import QuarantinedRecord, Repair
from core.directory.importing.tabular import TableRow, Tables, read_table

OWN_FILES = (
    "services_at_location.csv", "regular_schedules.csv", "holiday_schedules.csv", "physical_addresses.csv",
    "postal_addresses.csv", "accessibility_for_disabilities.csv", "payments_accepted.csv", "eligibility.csv",
    "service_taxonomy.csv", "taxonomy.csv",
)  # fmt: skip
"""Files that HSDS 3 doesn't have."""

_RENAMED = {
    "organizations.csv": ("organization", {"url": "website"}),
    "programs.csv": ("program", {}),
    "services.csv": ("service", {"fees": "fees_description"}),
    "services_at_location.csv": ("service_at_location", {}),
    "service_at_locations.csv": ("service_at_location", {}),
    "locations.csv": ("location", {}),
    "contacts.csv": ("contact", {}),
    "phones.csv": ("phone", {}),
    "schedules.csv": ("schedule", {}),
    "funding.csv": ("funding", {}),
    "service_areas.csv": ("service_area", {"service_area": "name"}),
    "required_documents.csv": ("required_document", {}),
    "languages.csv": ("language", {"language": "name"}),
    "accessibility_for_disabilities.csv": (
        "accessibility", {"accessibility": "description"}),
    "taxonomy.csv": ("taxonomy_term", {"vocabulary": "taxonomy"}),
    "metadata.csv": ("metadata", {}),
}  # fmt: skip
"""{file: (object of HSDS 3, {its column: the field of HSDS 3})}"""


def read_one(folder: Folder, refused: list[QuarantinedRecord], repairs: list[Repair]) -> Tables:
    """The tables of a folder of HSDS 1.1 CSV files, in the names of HSDS 3. Raises ImportFailed where one can't be
    read."""

    def rows(name: str) -> list[TableRow]:
        return [*read_table(folder / name, refused)] if (folder / name).is_file() else []

    tables: Tables = {}
    for name, (kind, columns) in _RENAMED.items():
        tables.setdefault(kind, []).extend(renamed(row, columns) for row in rows(name))
    tables["schedule"] += each(rows("regular_schedules.csv"), weekly, refused)
    tables["schedule"] += each(rows("holiday_schedules.csv"), holiday, refused)
    tables["address"] = [addressed(row, "physical") for row in rows("physical_addresses.csv")]
    for row in rows("postal_addresses.csv"):
        tables["address"].append(addressed(row, "postal"))
        tables["location"] += _place_of(row)
    tables["attribute"] = [bearing(row, "service_id", "taxonomy_id") for row in rows("service_taxonomy.csv")]
    for phone in tables["phone"]:
        if language := phone.values.pop("language", None):
            phone.values["languages"] = [{"name": language}]
    _add_to_services(tables, rows("eligibility.csv"), "eligibility", "eligibility_description")
    _add_to_services(tables, rows("payments_accepted.csv"), "payment", "fees_description")
    _name_the_unnamed(tables, repairs)
    return tables


def renamed(row: TableRow, columns: dict[str, str]) -> TableRow:
    """The row with its columns called by the names of HSDS 3."""
    return replace(row, values={columns.get(name, name): value for name, value in row.values.items()})


def each(
    rows: Iterable[TableRow], make: Callable[[dict[str, Any]], dict[str, Any]], refused: list[QuarantinedRecord]
) -> Iterator[TableRow]:
    """`rows` made into others; one that can't be is refused by itself with the reason that `make` raises."""
    for row in rows:
        try:
            yield replace(row, values=make(row.values))
        except ValueError as error:
            refused.append(QuarantinedRecord(row.file, row.row, "weekday", str(error)))


def weekly(values: dict[str, Any]) -> dict[str, Any]:
    """A regular schedule, one day of the week. Without times the hours of that day are unknown."""
    told = str(values.get("weekday", ""))
    day = weekday_of(told)
    if not day:
        raise ValueError(f'must be a day of the week, not "{told[:20]}"')
    return {**_without(values, "weekday"), "freq": "WEEKLY", "byday": day}


def holiday(values: dict[str, Any]) -> dict[str, Any]:
    """A holiday as a schedule in words: HSDS 3 has none for days on which nothing is open."""
    first, last = values.get("start_date", ""), values.get("end_date", "")
    days = first if first == last or not last else f"{first} - {last}"
    hours = " - ".join(filter(None, (values.get("opens_at"), values.get("closes_at"))))
    closed = str(values.get("closed", "")).casefold() in ("true", "t", "yes", "1", "y")
    links = _only(values, "service_id", "location_id", "service_at_location_id")
    # Holidays are counted by themselves, the days of the week too.
    own_id = {"id": f"holiday:{values['id']}"} if "id" in values else {}
    return {**own_id, **links, "description": f"{days}: {'closed' if closed else hours or 'other hours'}"}


def addressed(row: TableRow, kind: str) -> TableRow:
    """An address of this kind. One of an organization lies at a place made for it (`_place_of`)."""
    values = {"address_type": kind, **row.values}
    if "location_id" not in values and "organization_id" in values:
        values["location_id"] = f"postal:{values['organization_id']}"
    # Physical and postal addresses are counted each by themselves.
    own_id = {"id": f"{kind}:{values['id']}"} if "id" in values else {}
    return replace(row, values={**_without(values, "organization_id"), **own_id})


def bearing(row: TableRow, owner: str, term: str) -> TableRow:
    """A term that a service bears, as an attribute."""
    values = {"link_entity": "service", "link_id": row.values.get(owner), "taxonomy_term_id": row.values.get(term)}
    return replace(row, values={name: value for name, value in values.items() if value})


def _place_of(row: TableRow) -> Iterator[TableRow]:
    """HSDS 3 knows addresses of places only, and places that are only a postal address."""
    if "location_id" not in row.values and (organization := row.values.get("organization_id")):
        values = {"id": f"postal:{organization}", "location_type": "postal", "organization_id": organization}
        yield replace(row, values=values)


def _add_to_services(tables: Tables, rows: Iterable[TableRow], column: str, field: str) -> None:
    services = {row.values["id"]: row.values for row in tables["service"] if "id" in row.values}
    for row in rows:
        if (service := services.get(row.values.get("service_id", ""))) is not None and column in row.values:
            service[field] = "; ".join(filter(None, (service.get(field), row.values[column])))


def _name_the_unnamed(tables: Tables, repairs: list[Repair]) -> None:
    """Lists of one kind of help often name organizations that they don't hold. Such a service goes by its own name,
    as one does that stands in a list without organizations."""
    known = {row.values.get("id") for row in tables["organization"]}
    for row in tables["service"]:
        told = row.values.get("organization_id")
        if told and told not in known and "id" in row.values and "name" in row.values:
            stand_in = f"{told}:{row.values['id']}"
            row.values["organization_id"] = stand_in
            tables["organization"].append(replace(row, values={"id": stand_in, "name": row.values["name"]}))
            repairs.append(Repair(row.file, row.row, "organization_id",
                                  "names no organization that is here; the service's own name stands in"))  # fmt: skip


def _only(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
