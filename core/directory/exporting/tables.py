"""HSDS records taken apart into the tables of the tabular package (docs.openreferral.org, "serialization")."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from core.directory.exporting.fitting import Record
from core.directory.standard import FORMS, Form, Kind

_BY_THEMSELVES = {
    "organization", "service", "location", "service_at_location", "program", "taxonomy", "taxonomy_term", "unit",
}  # fmt: skip
"""Objects that are one row wherever they are told. The others belong to what they lie in."""

Row = dict[str, Any]


class Tables:
    """The rows of every table by id, filled record by record; all in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Row]] = {kind: {} for kind in FORMS}

    def add(self, kind: str, record: Record) -> None:
        """Take in an object with everything that lies in it."""
        self._put(kind, record, {})

    def drop_dangling(self) -> None:
        """Leave out links to rows that aren't here, and rows that are nothing without such a link."""
        for kind, rows in self.rows.items():
            for name, to, required in _foreign(FORMS[kind]):
                for row_id, row in [*rows.items()]:
                    if row.get(name) is not None and row[name] not in self.rows[to]:
                        del row[name]
                    if required and row.get(name) is None:
                        del rows[row_id]

    def descriptor(self) -> Record:
        """The datapackage.json (Frictionless Data Package v1). A column is declared as required where the standard
        does so and no row lacks it: organizations and addresses may have nothing to tell there."""
        resources = [self._resource(kind, form) for kind, form in FORMS.items()]
        return {"name": "human_services_data", "title": "Human Services Data Specification",
                "profile": "tabular-data-package", "version": "3.2.0", "homepage": "https://docs.openreferral.org",
                "resources": resources}  # fmt: skip

    def _put(self, kind: str, record: Record, links: Row) -> str:
        form, own = FORMS[kind], str(record["id"])
        columns = set(form.names)
        row = {name: record[name] for name in form.names if name in record}
        row |= {name: value for name, value in links.items() if name in columns}
        for nested in form.nested:
            # What is linked from this row's own column has to be there first.
            if not nested.many and nested.name in record:
                column = "taxonomy_id" if nested.object == "taxonomy" else f"{nested.object}_id"
                above = {"organization_id": row.get("organization_id")} if nested.object == "program" else {}
                row[column] = self._put(nested.object, record[nested.name], above)
        own = self._place(kind, own, row)
        below = {f"{kind}_id": own, "link_id": own, "link_entity": kind, "resource_id": own, "resource_type": kind}
        for nested in form.nested:
            for inside in record.get(nested.name, ()) if nested.many else ():
                self._put(nested.object, inside, below)
        return own

    def _place(self, kind: str, own: str, row: Row) -> str:
        """`row` into its table; gives the id that it has there."""
        rows = self.rows[kind]
        there = rows.get(own)
        if there is None:
            rows[own] = row
            return own
        conflict = any(there.get(name) != row.get(name) for name in FORMS[kind].names if not _is_link(kind, name))
        conflict |= any(name in there and there[name] != row[name] for name in row if _is_link(kind, name))
        if conflict and kind not in _BY_THEMSELVES:
            # One id, told of several owners or in different words: the table has one row for each.
            again = str(uuid.uuid5(uuid.UUID(own), "|".join(str(value) for value in row.values())))
            rows[again] = row | {"id": again}
            return again
        rows[own] = row | there
        return own

    def _resource(self, kind: str, form: Form) -> Record:
        rows = self.rows[kind].values()
        fields = []
        for field in form.fields:
            told: Record = {"name": field.name, **_TYPES[field.kind]}
            if field.required and all(row.get(field.name) not in (None, "") for row in rows):
                told["constraints"] = {"required": True, **({"unique": True} if field.kind is Kind.ID else {})}
            fields.append(told)
        schema: Record = {"primaryKey": "id", "fields": fields}
        if foreign := [*_foreign(form)]:
            schema["foreignKeys"] = [
                {"fields": name, "reference": {"resource": to, "fields": "id"}} for name, to, _ in foreign
            ]
        return {"name": kind, "path": form.file, "format": "csv", "mediatype": "text/csv",
                "profile": "tabular-data-resource", "schema": schema}  # fmt: skip


_TYPES: dict[Kind, dict[str, str]] = {
    Kind.TEXT: {"type": "string"},
    Kind.ID: {"type": "string", "format": "uuid"},
    Kind.LINK: {"type": "string", "format": "uuid"},
    Kind.URL: {"type": "string", "format": "uri"},
    Kind.EMAIL: {"type": "string", "format": "email"},
    Kind.NUMBER: {"type": "number"},
    Kind.DATE: {"type": "date"},
    Kind.TIME: {"type": "time"},
    Kind.MOMENT: {"type": "datetime"},
}


def _foreign(form: Form) -> Iterator[tuple[str, str, bool]]:
    """(column, table it points into, whether it must) of the links that the official package declares."""
    return ((f.name, f.to, f.required) for f in form.fields if f.kind is Kind.LINK and f.name == f"{f.to}_id")


def _is_link(kind: str, name: str) -> bool:
    return name == "id" or any(field.name == name and field.kind is Kind.LINK for field in FORMS[kind].fields)
