"""The directory, in the names of HSDS 3.2 (docs.openreferral.org). Null means unknown, everywhere."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Keyed
from core.db.types import Json


class Carrying(Keyed):
    """An HSDS object. `carried`: what its source says in fields and lists that Handrail makes no use of (contacts,
    funding, accessibility ...), kept to be given back unchanged."""

    __abstract__ = True

    carried: Mapped[dict[str, Any] | None] = mapped_column(Json)


class Organization(Carrying):
    """A provider: an authority, company, association or group of neighbours (`kind`)."""

    __tablename__ = "organization"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    name: Mapped[str]
    alternate_name: Mapped[str | None]
    description: Mapped[str | None]
    email: Mapped[str | None]
    website: Mapped[str | None]
    kind: Mapped[str | None] = mapped_column(sa.String(32))


class Service(Carrying):
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
    withdrawn_at: Mapped[datetime | None]
    """Since when its source no longer gives it. Not in HSDS, where it is told as status "inactive"."""

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
    """A need that a service meets; `origin` says who decided so ("source", "mapping", "terms" by the taxonomy terms it
    bears, "words" by what its text was understood to say, "human")."""

    __tablename__ = "service_need"
    __table_args__ = (sa.UniqueConstraint("service_id", "need_code"), sa.Index("ix_service_need_code", "need_code"))

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"))
    need_code: Mapped[str] = mapped_column(sa.String(64))
    origin: Mapped[str] = mapped_column(sa.String(16))


class NeedProposal(Keyed):
    """A need that a service may meet, by its words, but not surely: a coordinator decides (`taken`)."""

    __tablename__ = "need_proposal"
    __table_args__ = (sa.UniqueConstraint("service_id", "need_code"),)

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"))
    need_code: Mapped[str] = mapped_column(sa.String(64))
    confidence: Mapped[float]
    words: Mapped[str]
    """What was read: a term's name, or the service's own words."""
    taken: Mapped[bool | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))


class Taxonomy(Carrying):
    """A classification that a source uses."""

    __tablename__ = "taxonomy"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    name: Mapped[str]
    description: Mapped[str | None]
    uri: Mapped[str | None]
    version: Mapped[str | None]


class TaxonomyTerm(Carrying):
    """A term of a classification. `taxonomy` is its name as the source tells it; most tell no more than that."""

    __tablename__ = "taxonomy_term"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    taxonomy_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("taxonomy.id"), index=True)
    taxonomy: Mapped[str | None] = mapped_column(sa.String(128))
    code: Mapped[str | None] = mapped_column(sa.String(128))
    name: Mapped[str]
    description: Mapped[str | None]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("taxonomy_term.id"))


class Attribute(Carrying):
    """A taxonomy term that a service, or another object of the directory, bears."""

    __tablename__ = "attribute"
    __table_args__ = (sa.Index("ix_attribute_link", "link_entity", "link_id"),)

    link_entity: Mapped[str] = mapped_column(sa.String(32))
    link_id: Mapped[uuid.UUID]
    taxonomy_term_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("taxonomy_term.id"), index=True)


class Location(Carrying):
    """A place where services are given. Degrees, WGS 84."""

    __tablename__ = "location"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    name: Mapped[str | None]
    location_type: Mapped[str | None] = mapped_column(sa.String(32))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    transportation: Mapped[str | None]

    addresses: Mapped[list[Address]] = relationship(lazy="raise", cascade="all, delete-orphan")


class Address(Carrying):
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


class ServiceAtLocation(Carrying):
    """A service given at a location."""

    __tablename__ = "service_at_location"
    __table_args__ = (sa.UniqueConstraint("service_id", "location_id"),)

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"))
    location_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("location.id"), index=True)

    location: Mapped[Location] = relationship(lazy="raise")


class PhoneNumber(Carrying):
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


class Schedule(Carrying):
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


class ServiceArea(Carrying):
    """Where people must live to be served: a name, a list of postcodes, or a GeoJSON `extent`."""

    __tablename__ = "service_area"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    location_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("location.id"), index=True)
    """The place from which this area is served; null: from any of the service's."""
    name: Mapped[str | None]
    description: Mapped[str | None]
    extent: Mapped[str | None]
    extent_type: Mapped[str | None] = mapped_column(sa.String(16))


class Language(Carrying):
    """A language in which a service is given (`code`: BCP 47)."""

    __tablename__ = "language"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    code: Mapped[str | None] = mapped_column(sa.String(35))
    name: Mapped[str | None]


class CostOption(Carrying):
    """What a service costs."""

    __tablename__ = "cost_option"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    option: Mapped[str | None]
    currency: Mapped[str | None] = mapped_column(sa.String(3))
    amount: Mapped[float | None]
    amount_description: Mapped[str | None]


class RequiredDocument(Carrying):
    """A paper one must bring."""

    __tablename__ = "required_document"

    service_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    document: Mapped[str | None]
