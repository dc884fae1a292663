"""The shapes in which HSDS nests a service: all of them become service_full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from core.directory.importing.reading import RawRecord


def service_records(records: Iterable[RawRecord]) -> Iterator[RawRecord]:
    """`records` with those told from another side turned round: an organization with its services becomes a record a
    service; places at which one service is given (service_at_location) become one record of that service."""
    at_places: dict[str, RawRecord] = {}
    for raw in records:
        value = raw.value
        if not isinstance(value, dict):
            yield raw
        elif isinstance(value.get("service"), dict) and "service_at_locations" not in value:
            _gather_place(at_places, raw, value)
        elif isinstance(value.get("services"), list) and "organization" not in value:
            yield from _of_organization(raw, value)
        else:
            yield raw
    yield from at_places.values()


def _of_organization(raw: RawRecord, value: dict[str, Any]) -> Iterator[RawRecord]:
    organization = {name: inside for name, inside in value.items() if name != "services"}
    if not value["services"]:
        yield replace(raw, fault="is an organization without services; only services are listed")
    for service in value["services"]:
        yield replace(raw, value={**service, "organization": organization} if isinstance(service, dict) else service)


def _gather_place(at_places: dict[str, RawRecord], raw: RawRecord, value: dict[str, Any]) -> None:
    service = value["service"]
    place = {name: inside for name, inside in value.items() if name != "service"}
    key = str(service.get("id", raw.row))
    if key in at_places:
        at_places[key].value["service_at_locations"].append(place)
    else:
        at_places[key] = replace(raw, value={**service, "service_at_locations": [place]})
