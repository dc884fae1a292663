"""The directory, in the names of HSDS 3.2 (docs.openreferral.org). Null means unknown, everywhere."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Keyed


class Organization(Keyed):
    """A provider: an authority, company, association or group of neighbours (`kind`)."""

    __tablename__ = "organization"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    name: Mapped[str]
    description: Mapped[str | None]
    email: Mapped[str | None]
    website: Mapped[str | None]
    kind: Mapped[str | None] = mapped_column(sa.String(32))


class Service(Keyed):
    """Something an organization does for people. `assured_date` is never made up by us."""

    __tablename__ = "service"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    organization_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    alternate_name: Mapped[str | None]
    description: Mapped[str | None]
    url: Mapped[str | None]
    email: Mapped[str | None]
    status: Mapped[str | None] = mapped_column(sa.String(32))
    fees_description: Mapped[str | None]
    eligibility_description: Mapped[str | None]
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    assured_date: Mapped[date | None]
    last_modified: Mapped[datetime | None]
    alert: Mapped[str | None]

    organization: Mapped[Organization] = relationship(lazy="raise")
    needs: Mapped[list[ServiceNeed]] = relationship(lazy="raise", cascade="all, delete-orphan")
    phones: Mapped[list[PhoneNumber]] = relationship(
        lazy="raise", cascade="all, delete-orphan", foreign_keys="PhoneNumber.service_id"
    )
    schedules: Mapped[list[Schedule]] = relationship(
        lazy="raise", cascade="all, delete-orphan", foreign_keys="Schedule.service_id"
    )
    areas: Mapped[list[ServiceArea]] = relationship(lazy="raise", cascade="all, delete-orphan")
    languages: Mapped[list[Language]] = relationship(lazy="raise", cascade="all, delete-orphan")
    costs: Mapped[list[CostOption]] = relationship(lazy="raise", cascade="all, delete-orphan")
    documents: Mapped[list[RequiredDocument]] = relationship(lazy="raise", cascade="all, delete-orphan")
    places: Mapped[list[ServiceAtLocation]] = relationship(lazy="raise", cascade="all, delete-orphan")


class ServiceNeed(Keyed):
    """A need that a service meets; `origin` says who decided so ("source", "mapping", "human")."""

    __tablename__ = "service_need"
    __table_args__ = (sa.UniqueConstraint("service_id", "need_code"), sa.Index("ix_service_need_code", "need_code"))

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"))
    need_code: Mapped[str] = mapped_column(sa.String(64))
    origin: Mapped[str] = mapped_column(sa.String(16))


class TaxonomyTerm(Keyed):
    """A term of a classification that a source uses."""

    __tablename__ = "taxonomy_term"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    taxonomy: Mapped[str] = mapped_column(sa.String(128))
    code: Mapped[str] = mapped_column(sa.String(128))
    name: Mapped[str]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("taxonomy_term.id"))


class Location(Keyed):
    """A place where services are given. Degrees, WGS 84."""

    __tablename__ = "location"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    name: Mapped[str | None]
    location_type: Mapped[str | None] = mapped_column(sa.String(32))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    transportation: Mapped[str | None]

    addresses: Mapped[list[Address]] = relationship(lazy="raise", cascade="all, delete-orphan")


class Address(Keyed):
    """A postal address of a location."""

    __tablename__ = "address"

    location_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("location.id"), index=True)
    address_1: Mapped[str | None]
    address_2: Mapped[str | None]
    city: Mapped[str | None]
    region: Mapped[str | None]
    """The borough or neighbourhood."""
    state_province: Mapped[str | None]
    postal_code: Mapped[str | None] = mapped_column(sa.String(16), index=True)
    country: Mapped[str | None] = mapped_column(sa.String(2))
    address_type: Mapped[str | None] = mapped_column(sa.String(16))


class ServiceAtLocation(Keyed):
    """A service given at a location."""

    __tablename__ = "service_at_location"
    __table_args__ = (sa.UniqueConstraint("service_id", "location_id"),)

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"))
    location_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("location.id"), index=True)

    location: Mapped[Location] = relationship(lazy="raise")


class PhoneNumber(Keyed):
    """A telephone number of a provider: `number` in E.164 where it could be parsed, `original` as the source wrote it.

    HSDS calls this Phone; here that word is a message parameter.
    """

    __tablename__ = "phone"

    service_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("service.id"), index=True)
    organization_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    location_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("location.id"), index=True)
    number: Mapped[str | None] = mapped_column(sa.String(16))
    original: Mapped[str]
    extension: Mapped[str | None] = mapped_column(sa.String(16))
    type: Mapped[str | None] = mapped_column(sa.String(16))
    description: Mapped[str | None]


class Schedule(Keyed):
    """When a service is open. `byday` as in RFC 5545 ("MO,TU" or "2SA,4SA"); local time. Null hours: unknown."""

    __tablename__ = "schedule"

    service_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("service.id"), index=True)
    location_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("location.id"), index=True)
    freq: Mapped[str | None] = mapped_column(sa.String(8))
    interval: Mapped[int | None]
    byday: Mapped[str | None] = mapped_column(sa.String(64))
    bymonthday: Mapped[str | None] = mapped_column(sa.String(64))
    opens_at: Mapped[time | None]
    closes_at: Mapped[time | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    timezone: Mapped[str | None] = mapped_column(sa.String(64))
    description: Mapped[str | None]


class ServiceArea(Keyed):
    """Where people must live to be served: a name, a list of postcodes, or a GeoJSON `extent`."""

    __tablename__ = "service_area"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    name: Mapped[str | None]
    description: Mapped[str | None]
    extent: Mapped[str | None]
    extent_type: Mapped[str | None] = mapped_column(sa.String(16))


class Language(Keyed):
    """A language in which a service is given (`code`: BCP 47)."""

    __tablename__ = "language"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    code: Mapped[str | None] = mapped_column(sa.String(35))
    name: Mapped[str | None]


class CostOption(Keyed):
    """What a service costs."""

    __tablename__ = "cost_option"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    option: Mapped[str | None]
    currency: Mapped[str | None] = mapped_column(sa.String(3))
    amount: Mapped[float | None]
    amount_description: Mapped[str | None]


class RequiredDocument(Keyed):
    """A paper one must bring."""

    __tablename__ = "required_document"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    document: Mapped[str | None]
