"""An object as HSDS 3.2 wants it: its fields in the official order, in the official forms, the demanded ones there.

What the standard demands and nobody told is filled so that it can be told from what was told: text is empty; a status
or a kind of place, for which the standard has no word for "unknown", gets the value by which Handrail itself goes, and
an attribute of the taxonomy `handrail-assumed` names the field, with what was really told there as its value. An
import takes both out again. An object that lacks a number, a moment or an address of the web that is demanded is left
out: such a thing can't be filled.
"""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import quote

from core.directory.identity import ASSUMED, HANDRAIL, child_id
from core.directory.standard import ENUMS, FORMS, Field, Kind

Record = dict[str, Any]

_SCHEME = re.compile("[a-zA-Z][a-zA-Z0-9+.-]{0,20}:")
_OF_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"
"""What may stand in a web address besides letters and digits (RFC 3986); all else is percent-encoded."""


def fitted(kind: str, record: Record) -> Record | None:
    """`record`, an object of `kind`, ready to be given; None where something is missing that can't be filled."""
    form, whole = FORMS[kind], Record()
    assumed: list[Record] = []
    for field in form.fields:
        told = record.get(field.name)
        value = _in_form(kind, field, told)
        if value is None and field.required and field.kind is not Kind.LINK:
            if field.kind in (Kind.NUMBER, Kind.MOMENT, Kind.URL, Kind.ID):
                return None
            value = _filled(kind, field, told)
            if value:
                assumed.append(_assumed(uuid.UUID(record["id"]), field.name, told))
        if value is not None:
            whole[field.name] = value
    for nested in form.nested:
        told = record.get(nested.name) or []
        inside = [*(told if nested.many else [told]), *(assumed if nested.name == "attributes" else ())]
        objects = [*filter(None, (fitted(nested.object, _borne_by(kind, nested.object, o)) for o in inside if o))]
        if objects:
            whole[nested.name] = objects if nested.many else objects[0]
    return None if kind == "service_capacity" and "unit" not in whole else whole


def listed(kind: str, record: Record) -> Record:
    """The short form of a fitted object for lists: without its own lists, as the official examples have it."""
    form = FORMS.get(kind)
    single = {nested.name: nested.object for nested in form.nested if not nested.many} if form else {}
    single |= {"service": "service"} if kind == "service_at_location" else {}
    return {
        name: listed(single[name], value) if name in single else value
        for name, value in record.items()
        if not isinstance(value, list)
    }


def term(taxonomy: str, code: str) -> Record:
    """A term of a taxonomy of our own."""
    return {"id": str(uuid.uuid5(HANDRAIL, f"{taxonomy}:{code}")), "code": code, "name": code, "description": code,
            "taxonomy": taxonomy}  # fmt: skip


def _borne_by(kind: str, inside: str, record: Record) -> Record:
    """What the tables demand to know of an attribute or a change: of which object it is."""
    match inside:
        case "attribute":
            return {"link_entity": kind, **record}
        case "metadata":
            return {"resource_type": kind, **record}
        case _:
            return record


def _in_form(kind: str, field: Field, value: Any) -> Any:
    """`value` if it has the form that the standard wants, put right where that changes no meaning; else None."""
    if value is None or value == "":
        return None
    match field.kind:
        case Kind.NUMBER:
            return value if isinstance(value, int | float) and not isinstance(value, bool) else None
        case Kind.URL:
            return quote(value, safe=_OF_ADDRESSES) if _SCHEME.match(value) else None
        case Kind.EMAIL:
            return value if "@" in value and " " not in value else None
        case _:
            allowed = ENUMS.get((kind, field.name))
            return None if allowed and value not in allowed else value


def _filled(kind: str, field: Field, told: Any) -> str:
    match (kind, field.name):
        case ("service", "status"):
            # As candidates.ACTIVE goes: unknown is active, any other word is not.
            return "inactive" if told else "active"
        case ("location", "location_type") | ("address", "address_type"):
            return "physical"
        case _:
            return ""


def _assumed(own: uuid.UUID, name: str, told: str | None) -> Record:
    attribute = {"id": str(child_id(own, f"assumed:{name}")), "taxonomy_term": term(ASSUMED, name)}
    return attribute | ({"value": told} if told else {})
