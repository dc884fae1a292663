"""The official HSDS schemas (a copy with its licence is in hsds_schema/) and worked examples."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .conftest import TEST_DATA

SCHEMAS = {
    file.stem: json.loads(file.read_text("utf-8")) for file in (Path(__file__).parent / "hsds_schema").glob("*.json")
}


@cache
def _validator(kind: str) -> Draft202012Validator:
    resources = {name: Resource.from_contents(schema, DRAFT202012) for name, schema in SCHEMAS.items()}
    known = [(f"{name}.json", resource) for name, resource in resources.items()]
    known += [(SCHEMAS[name]["$id"], resource) for name, resource in resources.items() if "$id" in SCHEMAS[name]]
    return Draft202012Validator(
        SCHEMAS[kind], registry=Registry().with_resources(known), format_checker=FormatChecker()
    )


def faults(kind: str, record: Any) -> list[str]:
    """What the official schema of `kind` finds wrong with `record`."""
    return [f"{e.json_path}: {e.message}" for e in _validator(kind).iter_errors(json.loads(json.dumps(record)))]


def examples() -> Path:
    """The folder of the official worked examples of version 3.2.3."""
    folder = TEST_DATA / "hsds-spec" / "v3.2.3-examples"
    if not folder.is_dir():
        pytest.skip(f"THE OFFICIAL EXAMPLES ARE MISSING: no {folder}. Set HANDRAIL_TEST_DATA.")
    return folder
