"""Handrail knows every field that the standard knows, and no other."""

from __future__ import annotations

import json

import pytest

from core.directory.standard import ENUMS, FORMS, Kind

from .official import SCHEMAS, examples


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_every_object_has_the_fields_of_the_official_schema(kind: str) -> None:
    schema, form = SCHEMAS[kind], FORMS[kind]
    inside = {name: told["items"]["$ref"] if told["type"] == "array" else told["$ref"]
              for name, told in ((n, {"type": "object", **t}) for n, t in schema["properties"].items())
              if told["type"] == "array" or "$ref" in told}  # fmt: skip

    assert {f.name for f in form.fields} == schema["properties"].keys() - inside.keys()
    assert {n.name: f"{n.object}.json" for n in form.nested} == inside
    demanded = {*schema["required"], *(schema.get("tabular_required") or ())}
    assert {f.name for f in form.fields if f.required} == demanded - inside.keys()
    enums = {name: tuple(told["enum"]) for name, told in schema["properties"].items() if "enum" in told}
    assert {name: values for (of, name), values in ENUMS.items() if of == kind} == enums
    numbers = {name for name, told in schema["properties"].items() if told.get("type") == "number"}
    assert {f.name for f in form.fields if f.kind is Kind.NUMBER} == numbers


def test_the_tables_are_those_of_the_official_package() -> None:
    package = json.loads((examples() / "csv" / "datapackage.json").read_text("utf-8"))
    assert {r["name"]: (r["path"], tuple(f["name"] for f in r["schema"]["fields"])) for r in package["resources"]} == {
        kind: (form.file, form.names) for kind, form in FORMS.items()
    }
    links = {(r["name"], key["fields"], key["reference"]["resource"])
             for r in package["resources"] for key in r["schema"].get("foreignKeys", ())}  # fmt: skip
    assert links <= {(kind, f.name, f.to) for kind, form in FORMS.items() for f in form.fields}
