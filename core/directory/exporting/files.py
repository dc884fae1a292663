"""The directory into files: HSDS JSON, with side files beside it, or a tabular data package."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Place, ResponsibleBody, Translation
from core.directory.exporting.fitting import Record
from core.directory.exporting.given import PASSED_ON
from core.directory.exporting.records import export_hsds
from core.directory.exporting.tables import Tables
from core.directory.exporting.terms import OURS, taxonomy_term_ids, taxonomy_term_page
from core.directory.importing.beside import PLACES, RESPONSIBLE, TRANSLATIONS
from core.directory.importing.reading import FORMULA_STARTS
from core.directory.standard import FORMS

_RUNS_NOTHING = re.compile("[-+][-+0-9 ().,/]*|-[1-5](MO|TU|WE|TH|FR|SA|SU)(,-?[1-5]?(MO|TU|WE|TH|FR|SA|SU))*")


def export_path(session: Session, path: Path, *, tabular: bool = False) -> int:
    """Write the directory to `path`. Gives how many services.

    A .json file holds the services; a folder the side files too, as `import_path` reads it. A .zip file is the HSDS
    tabular package; with `tabular` a folder is that too.
    """
    if tabular or path.suffix == ".zip":
        return _write_package(session, path)
    if path.suffix == ".json":
        return _write_json(path, export_hsds(session))
    path.mkdir(parents=True, exist_ok=True)
    given: set[str] = set()
    count = _write_json(path / "services.json", _noted(export_hsds(session), given))
    _write_beside(session, path, given)
    return count


def _write_package(session: Session, path: Path) -> int:
    """The 24 CSV files of the tabular package and its datapackage.json, in a folder or a .zip file."""
    tables, count = Tables(), 0
    for record in export_hsds(session):
        tables.add("service", record)
        count += 1
    for record in taxonomy_term_page(session, taxonomy_term_ids(session)):
        # Of our own only those that something bears.
        if record.get("taxonomy") not in OURS or record["id"] in tables.rows["taxonomy_term"]:
            tables.add("taxonomy_term", record)
    tables.drop_dangling()
    files = {form.file: _csv(form.names, tables.rows[kind].values()) for kind, form in FORMS.items()}
    files["datapackage.json"] = json.dumps(tables.descriptor(), indent=1)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, text in files.items():
                package.writestr(name, text)
        return count
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text, "utf-8", newline="")
    return count


def _csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_guarded(row.get(name, "")) for name in names] for row in rows)
    return text.getvalue()


def _noted(records: Iterable[Record], given: set[str]) -> Iterator[Record]:
    for record in records:
        given.update(_ids_in(record))
        yield record


def _ids_in(record: Record) -> Iterator[str]:
    for name, value in record.items():
        if name == "id":
            yield value
        for inside in value if isinstance(value, list) else [value] if isinstance(value, dict) else ():
            yield from _ids_in(inside)


def _write_beside(session: Session, path: Path, given: Container[str]) -> None:
    """What belongs to the objects whose ids are `given`, and the places that may be passed on."""
    translations = session.scalars(sa.select(Translation).order_by(Translation.entity, Translation.id))
    places_given = {str(i) for i in session.scalars(sa.select(Place.id).where(Place.source_id.in_(PASSED_ON)))}
    _write_csv(
        path / TRANSLATIONS,
        ("entity", "entity_id", "field", "language", "text"),
        (
            [t.entity, t.entity_id, t.field, t.language, t.text]
            for t in translations
            if str(t.entity_id) in (places_given if t.entity == "place" else given)
        ),
    )
    in_order = (Place.kind, Place.name, Place.id)
    places = session.scalars(sa.select(Place).where(Place.source_id.in_(PASSED_ON)).order_by(*in_order))
    _write_csv(
        path / PLACES,
        ("name", "alternative_names", "kind", "latitude", "longitude", "neighbourhood", "postcode", "id"),
        ([p.name, "|".join(p.other_names), p.kind, p.latitude, p.longitude, p.area, p.postcode, p.id] for p in places),
    )
    bodies = session.scalars(sa.select(ResponsibleBody).order_by(ResponsibleBody.need_code, ResponsibleBody.area))
    _write_csv(
        path / RESPONSIBLE,
        ("need_code", "area", "organization_id", "service_id"),
        (
            [b.need_code, b.area, b.organization_id, b.service_id if str(b.service_id) in given else None]
            for b in bodies
            if str(b.organization_id) in given
        ),
    )


def _write_json(path: Path, records: Iterator[Mapping[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for record in records:
            file.write(",\n" if count else "\n")
            file.write(json.dumps(record, ensure_ascii=False))
            count += 1
        file.write("\n]\n")
    return count


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([_guarded(cell) for cell in row] for row in rows)


def _guarded(cell: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front; an import takes it off again. A
    number as people write them (+1 202 555 0125) or the last Sunday (-1SU) runs nothing."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS) or _RUNS_NOTHING.fullmatch(cell):
        return cell
    return f"'{cell}"
