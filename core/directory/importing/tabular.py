"""The tables of an HSDS 3 package joined to whole services (service_full), and what in them leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.directory.importing.packed import FeedPath, Folder
from core.directory.importing.reading import RawRecord, csv_records, json_records
from core.directory.importing.report import ImportFailed, QuarantinedRecord, Repair
from core.directory.standard import FORMS, Kind

PACKAGE = "datapackage.json"
_OTHER_NAMES = {"service_at_location": "service_at_locations.csv", "service_capacity": "service_capacities.csv",
                "url": "urls.csv"}  # fmt: skip
"""Files whose official names are no plurals are often called as if they were."""

_OWNERS_FIRST = (
    "organization", "program", "taxonomy", "taxonomy_term", "unit", "service", "location", "service_at_location",
    "contact", "phone",
)  # fmt: skip
"""Each before what links to it, so that a row whose owner is refused is seen to lead nowhere."""
_NAMED = ("organization", "location", "service")
"""What the source must have an id for."""
_BY_THEMSELVES = _OWNERS_FIRST[:7]
"""What need not belong to anything."""
_OF_ANY = {"attribute": ("link_id", "link_entity", "attributes"),
           "metadata": ("resource_id", "resource_type", "metadata")}  # fmt: skip
"""What any object may have: its link, the field that says to what kind, the list in which it lies."""
_TELLS_OF_TABLES = "meta_table_description"
_ORDER = (*_OWNERS_FIRST, *(k for k in FORMS if k not in {*_OWNERS_FIRST, *_OF_ANY, _TELLS_OF_TABLES}), *_OF_ANY)
_NOT_NESTED = {("organization", "locations")}
"""A place would be told again with every service of its organization; it names its organization instead."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table: where it stands, its cells that aren't empty, by HSDS 3 names."""

    file: str
    row: int
    values: dict[str, Any]


Tables = dict[str, list[TableRow]]
"""{HSDS object: its rows}"""


@dataclass(slots=True)
class Joined:
    """Services with all that belongs to them, places that no service names, and what was refused or left out."""

    services: list[RawRecord] = field(default_factory=list)
    locations: list[RawRecord] = field(default_factory=list)
    refused: list[QuarantinedRecord] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


def read_package(folder: Folder, refused: list[QuarantinedRecord]) -> Tables:
    """The tables of a folder of HSDS 3 CSV files, under the names that its datapackage.json gives or the official
    ones. Raises ImportFailed where one can't be read."""
    names = _names_in(folder)
    tables: Tables = {}
    for kind, form in FORMS.items():
        for name in (names.get(kind, form.file), form.file, _OTHER_NAMES.get(kind, form.file)):
            if (folder / name).is_file():
                tables[kind] = [*read_table(folder / name, refused)]
                break
    return tables


def read_table(file: FeedPath, refused: list[QuarantinedRecord]) -> Iterator[TableRow]:
    """The rows of one file, without empty cells; unreadable ones go to `refused`."""
    for raw in csv_records(file):
        if raw.fault:
            refused.append(QuarantinedRecord(raw.file, raw.row, "row", raw.fault))
        else:
            yield TableRow(raw.file, raw.row, {name: text for name, text in raw.value.items() if text.strip()})


def join(tables: Tables, refused: Iterable[QuarantinedRecord] = ()) -> Joined:
    """`tables` as whole services. A row whose link leads nowhere is refused by itself where it can't be without it,
    or belongs to nothing then; otherwise it loses that link. Changes the rows."""
    joined = Joined(refused=[*refused])
    by_id: dict[str, dict[str, TableRow]] = {}
    for kind in _ORDER:
        known = by_id[kind] = {}
        for row in tables.get(kind, ()):
            if _Links(kind, row, by_id, joined).tie() and "id" in row.values:
                known.setdefault(row.values["id"], row)
            if kind == "service":
                joined.services.append(RawRecord(row.file, row.row, row.values))
    left_out = {(q.file, q.row) for q in joined.refused}
    joined.services = [raw for raw in joined.services if (raw.file, raw.row) not in left_out]
    used = {place["location"]["id"] for raw in joined.services for place in raw.value.get("service_at_locations", ())}
    joined.locations = [RawRecord(r.file, r.row, r.values) for i, r in by_id["location"].items() if i not in used]
    return joined


@dataclass(frozen=True, slots=True)
class _Links:
    """The links of one row to what was read before it."""

    kind: str
    row: TableRow
    by_id: Mapping[str, Mapping[str, TableRow]]
    joined: Joined

    def tie(self) -> bool:
        """Nest the row in what it belongs to, and in it what it names. False where it was refused."""
        own_id = self.row.values.get("id")
        if self.kind in _NAMED and own_id is None:
            return self._refuse("id", "is missing")
        if own_id in self.by_id[self.kind]:
            return self._refuse("id", "stands twice; the first one counts")
        if self.kind in _OF_ANY:
            return self._tie_to_any(*_OF_ANY[self.kind])
        return self._tie_to_owners()

    def _tie_to_any(self, link: str, entity: str, name: str) -> bool:
        own_id, kind = self.row.values.get(link, ""), self.row.values.get(entity, "")
        kinds = (kind,) if kind in self.by_id else tuple(self.by_id)
        owner = next((found for k in kinds if (found := self.by_id[k].get(own_id))), None)
        if owner is None:
            return self._refuse(link, f"names no {kind if kind in FORMS else 'object'} that is here")
        if not self._tie_to_owners():
            return False
        owner.values.setdefault(name, []).append(self.row.values)
        return True

    def _tie_to_owners(self) -> bool:
        values, links = self.row.values, [f for f in FORMS[self.kind].fields if f.kind is Kind.LINK and f.to]
        found: list[tuple[str, str, TableRow]] = []
        lost: list[str] = []
        for told in (f for f in links if f.name in values and f.to != self.kind):
            there = self.by_id.get(told.to, {}).get(values[told.name])
            if there is not None:
                found.append((told.name, told.to, there))
            elif told.required:
                return self._refuse(told.name, f"names no {told.to} that is here")
            else:
                lost.append(told.name)
        missing = next((f.name for f in links if f.required and f.name not in values), None)
        if missing and self.kind != "service":
            return self._refuse(missing, "is missing")
        owned = [(to, there) for _, to, there in found if _lists_for(to, self.kind)]
        if not owned and self.kind not in (*_BY_THEMSELVES, *_OF_ANY):
            return self._refuse(lost[0] if lost else "row", "names nothing that is here" if lost else "names no owner")
        for name in lost:
            values.pop(name)
            self.joined.repairs.append(
                Repair(self.row.file, self.row.row, name, "names nothing that is here, left out")
            )
        for name, to, there in found:
            self._nest(name, to, there)
        return True

    def _nest(self, name: str, to: str, there: TableRow) -> None:
        for inside in _lists_for(to, self.kind):
            there.values.setdefault(inside, []).append(self.row.values)
        single = next((n.name for n in FORMS[self.kind].nested if n.object == to and not n.many), None)
        if single:
            self.row.values[single] = there.values
        if single or _lists_for(to, self.kind):
            self.row.values.pop(name)

    def _refuse(self, name: str, reason: str) -> bool:
        self.joined.refused.append(QuarantinedRecord(self.row.file, self.row.row, name, reason))
        return False


def _lists_for(owner: str, kind: str) -> tuple[str, ...]:
    """The lists of an `owner` in which objects of `kind` lie; attributes and metadata are told apart by their link."""
    if kind in _OF_ANY:
        return ()
    lists = (nested.name for nested in FORMS[owner].nested if nested.object == kind and nested.many)
    return tuple(name for name in lists if (owner, name) not in _NOT_NESTED)


def _names_in(folder: Folder) -> dict[str, str]:
    """{object: file} as datapackage.json tells it."""
    if not (folder / PACKAGE).is_file():
        return {}
    try:
        resources = next(iter(json_records(folder / PACKAGE))).value["resources"]
        told = {resource["name"]: resource["path"] for resource in resources}
    except (KeyError, TypeError, StopIteration):
        raise ImportFailed(f"{PACKAGE} is no data package: it must list resources with name and path.") from None
    return {kind: path for kind, path in told.items() if isinstance(path, str) and "/" not in path and "\\" not in path}
