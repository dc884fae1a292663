"""What two listings are compared by."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import (
    Address,
    Location,
    Organization,
    PhoneNumber,
    Redirect,
    Service,
    ServiceAtLocation,
)
from core.directory.candidates import ACTIVE
from core.directory.names import plain_name

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Site:
    """One place where a service is given. `street`: the first line of its address in plain form; degrees, WGS 84."""

    street: str
    city: str
    postcode: str
    latitude: float | None
    longitude: float | None

    @property
    def house_number(self) -> str:
        """The first number of the street line; "" where there is none."""
        found = _NUMBER.search(self.street)
        return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A service as its source tells it, in the plain form of names."""

    id: UUID
    source_id: UUID
    name: str
    organization: str
    sites: tuple[Site, ...] = ()
    phones: frozenset[str] = frozenset()
    website: str = ""
    """Host and path, without "www."."""
    email: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that it may go by: some sources name the programme, some who runs it."""
        return tuple(filter(None, dict.fromkeys((self.name, self.organization))))


def load_listings(session: Session) -> list[Listing]:
    """All active services that aren't merged away."""
    columns = (Service.id, Service.source_id, Service.organization_id, Service.name, Organization.name, Service.url,
               Service.email)  # fmt: skip
    merged = sa.select(Redirect.old_id).where(Redirect.entity == "service")
    wanted = sa.select(*columns).join(Organization, Organization.id == Service.organization_id)
    rows = session.execute(wanted.where(ACTIVE, Service.id.not_in(merged)).order_by(Service.id)).all()
    sites, phones = _sites(session), _phones(session)
    return [
        Listing(
            id=service_id,
            source_id=source_id,
            name=plain_name(name),
            organization=plain_name(organization),
            sites=tuple(sites.get(service_id, ())),
            # The head office's number says nothing where the service has one of its own.
            phones=frozenset(phones.get(service_id) or phones.get(organization_id) or ()),
            website=plain_website(url or ""),
            email=(email or "").strip().casefold(),
        )
        for service_id, source_id, organization_id, name, organization, url, email in rows
    ]


def plain_website(url: str) -> str:
    """Host and path of a web address; "" where there is none."""
    parts = urlsplit(url.strip().casefold())
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}" if parts.hostname else ""


def plain_site(street: str | None, city: str | None, postcode: str | None,
               latitude: float | None, longitude: float | None) -> Site:  # fmt: skip
    """A site from the words of an address."""
    # Nine-digit codes and "02138-1234" lie in the same place as the first five.
    return Site(plain_name(street or ""), plain_name(city or ""), plain_name(postcode or "")[:5], latitude, longitude)


def _sites(session: Session) -> dict[UUID, list[Site]]:
    addresses: dict[UUID, tuple[str | None, str | None, str | None]] = {}
    postal = Address.address_type == "postal"
    order = (sa.case((postal, 0), else_=1), Address.id)
    columns = (Address.location_id, Address.address_1, Address.city, Address.postal_code)
    for location_id, street, city, postcode in session.execute(sa.select(*columns).order_by(*order)):
        addresses[location_id] = (street, city, postcode)
    sites: dict[UUID, list[Site]] = defaultdict(list)
    places = (ServiceAtLocation.service_id, Location.id, Location.latitude, Location.longitude)
    for service_id, location_id, latitude, longitude in session.execute(sa.select(*places).join(Location)):
        street, city, postcode = addresses.get(location_id, (None, None, None))
        sites[service_id].append(plain_site(street, city, postcode, latitude, longitude))
    return sites


def _phones(session: Session) -> dict[UUID, set[str]]:
    """Numbers by the service, or else by the organization."""
    owner = sa.func.coalesce(PhoneNumber.service_id, PhoneNumber.organization_id)
    rows = sa.select(owner, PhoneNumber.number).where(owner.is_not(None))
    found: dict[UUID, set[str]] = defaultdict(set)
    for owner_id, number in session.execute(rows):
        if number:
            found[owner_id].add(number)
    return found
