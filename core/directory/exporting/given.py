"""What may be given back: nothing of a source that may not be passed on, nothing that was merged into another."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from core.db.models import Location, Organization, Redirect, Service, ServiceAtLocation, Source

PASSED_ON = sa.select(Source.id).where(Source.redistributable)
"""The sources whose data may be given to others."""

Ids = sa.Select[UUID]


def given_services() -> Ids:
    """The ids of the services to give back; to be narrowed, ordered and paged by whoever asks."""
    merged = sa.select(Redirect.old_id).where(Redirect.entity == "service")
    return (
        sa.select(Service.id)
        .join(Organization, Organization.id == Service.organization_id)
        .where(Service.source_id.in_(PASSED_ON), Organization.source_id.in_(PASSED_ON), Service.id.not_in(merged))
    )


def given_organizations() -> Ids:
    """The ids of the organizations of those services."""
    services = given_services().with_only_columns(Service.organization_id)
    return sa.select(Organization.id).where(Organization.id.in_(services))


def given_service_at_locations() -> Ids:
    """The ids of the places at which those services are given."""
    return (
        sa.select(ServiceAtLocation.id)
        .join(Location, Location.id == ServiceAtLocation.location_id)
        .where(ServiceAtLocation.service_id.in_(given_services()), Location.source_id.in_(PASSED_ON))
    )
