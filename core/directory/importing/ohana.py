"""Ohana's CSV tables (github.com/codeforamerica/ohana-api, docs of its import format) as HSDS 3 tables.

Ohana is an ancestor of HSDS 1: a service lies at one location, and lists stand in one cell with commas between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core.directory.importing.hsds_one import addressed, each, holiday, renamed, weekly
from core.directory.importing.packed import Folder
from core.directory.importing.report import QuarantinedRecord
from core.directory.importing.tabular import TableRow, Tables, read_table

KEYWORDS = "ohana-keywords"
"""The taxonomy of the words by which a service wants to be found."""

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def read_ohana(folder: Folder, refused: list[QuarantinedRecord]) -> Tables:
    """The tables of a folder of Ohana CSV files, in the names of HSDS 3. Raises ImportFailed where one can't be
    read."""

    def rows(name: str) -> list[TableRow]:
        return [*read_table(folder / name, refused)] if (folder / name).is_file() else []

    locations, services = rows("locations.csv"), rows("services.csv")
    organization_of = {row.values.get("id"): row.values.get("organization_id") for row in locations}
    tables: Tables = {
        "organization": [_organization(row) for row in rows("organizations.csv")],
        "program": rows("programs.csv"),
        "location": [_location(row) for row in locations],
        "service": [_service(row, organization_of.get(row.values.get("location_id"))) for row in services],
        "service_at_location": [_at(row) for row in services if "location_id" in row.values],
        "contact": rows("contacts.csv"),
        "phone": [_phone(row) for row in rows("phones.csv")],
        "address": [addressed(row, "physical") for row in rows("addresses.csv")],
        "schedule": [*each(rows("regular_schedules.csv"), weekly, refused),
                     *each(rows("holiday_schedules.csv"), holiday, refused)],
        "taxonomy_term": [renamed(row, {"taxonomy_id": "id"}) for row in rows("taxonomy.csv")],
        "funding": [], "language": [], "required_document": [], "service_area": [], "accessibility": [],
        "attribute": [],
    }  # fmt: skip
    tables["address"] += [addressed(row, "postal") for row in rows("mail_addresses.csv")]
    for row in tables["taxonomy_term"]:
        row.values.setdefault("code", row.values.get("id"))
    _add_lists(tables, rows("organizations.csv"), locations, services)
    return tables


def _add_lists(
    tables: Tables, organizations: list[TableRow], locations: list[TableRow], services: list[TableRow]
) -> None:
    for row in organizations:
        tables["funding"] += _listed(row, "organization_id", "funding_sources", "source")
    for row in locations:
        tables["language"] += _listed(row, "location_id", "languages", "name")
        tables["accessibility"] += [_in_words(made) for made in _listed(row, "location_id", "accessibility", "details")]
        if "email" in row.values:
            tables["contact"].append(replace(row, values={"location_id": row.values["id"],
                                                          "email": row.values["email"]}))  # fmt: skip
    for row in services:
        tables["funding"] += _listed(row, "service_id", "funding_sources", "source")
        tables["language"] += _listed(row, "service_id", "languages", "name")
        tables["required_document"] += _listed(row, "service_id", "required_documents", "document")
        tables["service_area"] += _listed(row, "service_id", "service_areas", "name")
        for name, make in (("taxonomy_ids", _term), ("keywords", _keyword)):
            tables["attribute"] += [replace(made, values=make(made.values["text"], row.values["id"]))
                                    for made in _listed(row, "service_id", name, "text")]  # fmt: skip
    known = {row.values.get("id") for row in tables["taxonomy_term"]}
    words = {row.values["taxonomy_term_id"]: row for row in tables["attribute"]}
    tables["taxonomy_term"] += [
        replace(row, values={"id": term, "name": term.partition(":")[2], "taxonomy": KEYWORDS})
        for term, row in words.items()
        if term.startswith(f"{KEYWORDS}:") and term not in known
    ]


def _listed(row: TableRow, owner: str, column: str, field: str) -> Iterator[TableRow]:
    """One row for each item of a cell with commas between."""
    for text in str(row.values.get(column, "")).split(","):
        if text.strip() and "id" in row.values:
            yield replace(row, values={owner: row.values["id"], field: text.strip()})


def _in_words(row: TableRow) -> TableRow:
    """A code such as "disabled_parking" in words too."""
    return replace(row, values={**row.values, "description": row.values["details"].replace("_", " ")})


def _term(own_id: str, service_id: str) -> dict[str, Any]:
    return {"link_entity": "service", "link_id": service_id, "taxonomy_term_id": own_id}


def _keyword(word: str, service_id: str) -> dict[str, Any]:
    return _term(f"{KEYWORDS}:{word}", service_id)


def _organization(row: TableRow) -> TableRow:
    year = _YEAR.search(row.values.get("date_incorporated", ""))
    values = _only(row, "id", "name", "alternate_name", "description", "email", "website", "legal_status", "tax_id",
                   "tax_status")  # fmt: skip
    return replace(row, values=values | ({"year_incorporated": year[0]} if year else {}))


def _location(row: TableRow) -> TableRow:
    values = _only(row, "id", "organization_id", "name", "alternate_name", "description", "transportation", "latitude",
                   "longitude")  # fmt: skip
    if "description" not in values and "short_desc" in row.values:
        values["description"] = row.values["short_desc"]
    if "website" in row.values:
        values["url"] = row.values["website"]
    virtual = row.values.get("virtual", "").casefold() == "true"
    return replace(row, values={**values, "location_type": "virtual" if virtual else "physical"})


def _service(row: TableRow, organization_id: str | None) -> TableRow:
    values = _only(row, "id", "program_id", "name", "alternate_name", "application_process", "description", "email",
                   "interpretation_services", "status", "wait_time")  # fmt: skip
    values |= {"organization_id": organization_id, "url": row.values.get("website"),
               "fees_description": "; ".join(_texts(row, "fees", "accepted_payments")),
               "eligibility_description": "; ".join(_texts(row, "audience", "eligibility"))}  # fmt: skip
    return replace(row, values={name: value for name, value in values.items() if value})


def _at(row: TableRow) -> TableRow:
    return replace(row, values={"service_id": row.values.get("id"), "location_id": row.values["location_id"]})


def _phone(row: TableRow) -> TableRow:
    values = _only(row, "id", "contact_id", "location_id", "organization_id", "service_id", "extension")
    number, prefix = row.values.get("number", ""), row.values.get("country_prefix", "")
    values |= {"number": f"{prefix} {number}" if prefix.startswith("+") and not number.startswith("+") else number,
               "type": row.values.get("number_type"), "description": row.values.get("department")}  # fmt: skip
    return replace(row, values={name: value for name, value in values.items() if value})


def _only(row: TableRow, *names: str) -> dict[str, Any]:
    return {name: row.values[name] for name in names if name in row.values}


def _texts(row: TableRow, *names: str) -> list[str]:
    return [row.values[name] for name in names if name in row.values]
