"""What is told of a service that others were merged into: field by field its own, or another listing's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.db.models import Redirect, Service

FIELDS = ("name", "alternate_name", "description", "url", "email", "fees_description", "eligibility_description",
          "minimum_age", "maximum_age", "alert")  # fmt: skip
LISTS = ("phones", "schedules", "places", "areas", "languages", "costs", "documents")
CHOOSABLE = (*FIELDS, *LISTS)
"""What a coordinator chooses between when two listings become one. Needs are not among them: those of both count."""

Chosen = Mapping[UUID, Mapping[str, UUID]]
"""{service: {field: the service whose value is told}}; what isn't there is told as the service's own."""


def chosen(session: Session, ids: Iterable[UUID]) -> Chosen:
    """Whose values are told for the services `ids`, through chains of merges."""
    told: dict[UUID, dict[str, UUID]] = {}
    asked = set(ids)
    while asked:
        rows = session.execute(
            sa.select(Redirect.new_id, Redirect.choices)
            .where(Redirect.entity == "service", Redirect.new_id.in_(asked), Redirect.choices.is_not(None))
            .order_by(Redirect.at)
        )  # fmt: skip
        owners: set[UUID] = set()
        for new_id, choices in rows:
            by_field = {field: UUID(owner) for field, owner in (choices or {}).items()}
            told.setdefault(new_id, {}).update(by_field)
            owners.update(by_field.values())
        # An owner may itself tell another's value, where something was merged into it before.
        asked = owners - told.keys()
    return {i: {field: _owner(told, i, field) for field in told[i]} for i in told}


def tell_as_chosen(services: Mapping[UUID, Service], told: Chosen) -> None:
    """Put the chosen values into `services` (detached rows, the owners among them)."""
    values = [
        (services[i], field, getattr(services[owner], field))
        for i, fields in told.items()
        for field, owner in fields.items()
        if {i, owner} <= services.keys() and field not in sa.inspect(services[owner]).unloaded
    ]
    for service, field, value in values:
        set_committed_value(service, field, value)


def _owner(told: Mapping[UUID, Mapping[str, UUID]], service_id: UUID, field: str) -> UUID:
    seen: set[UUID] = set()
    while service_id not in seen and field in told.get(service_id, {}):
        seen.add(service_id)
        service_id = told[service_id][field]
    return service_id
