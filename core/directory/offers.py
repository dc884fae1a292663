"""What a search gives: services with what a resident needs to know about each, and why it was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from babel.numbers import get_currency_symbol
from sqlalchemy.orm import Session, joinedload, selectinload

from core.db.models import (
    Address,
    CostOption,
    Location,
    Organization,
    PhoneNumber,
    Schedule,
    Service,
    ServiceAtLocation,
    Translation,
)
from core.directory.doubted import dead_numbers
from core.directory.merged import chosen, tell_as_chosen
from core.directory.opening import Opening, opening
from core.directory.places import PlaceRef, distance
from core.messages import Phone, Translated

FRESH = timedelta(days=365)
"""A listing that nobody has checked for longer is stale (AIRS/Inform USA standards ask for a yearly check)."""


class ReasonCode(StrEnum):
    """Why a service stands where it stands in the answer."""

    NAMED = "named"
    FITS_WORDS = "fits_words"
    SERVES_AREA = "serves_area"
    NEAR = "near"
    OPEN_NOW = "open_now"
    OPENS_NEXT = "opens_next"
    SPEAKS = "speaks"
    CHECKED = "checked"
    STALE = "stale"
    DOUBTED = "doubted"
    HAS_PHONE = "has_phone"
    FITS_AGE = "fits_age"
    COMES_TO_THEM = "comes_to_them"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, with its value as plain data: an area, kilometres, an ISO moment or date, a language tag."""

    code: ReasonCode
    value: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as an answer. None means unknown; `distance_km` is to its nearest location."""

    service_id: UUID
    name: Translated
    organization: Translated
    organization_kind: str | None
    description: Translated | None
    phone: Phone | None
    address: str | None
    opening: Opening
    cost: Translated | None
    free: bool | None
    stale: bool
    distance_km: float | None
    documents: tuple[str, ...]
    reasons: tuple[Reason, ...]
    latitude: float | None = None
    """Of `address`, in degrees (WGS 84), as is `longitude`."""
    longitude: float | None = None
    eligibility: Translated | None = None
    """Who the service is for, in its own words."""
    phone_unsure: bool = False
    """Somebody has found `phone` dead, and there is no other."""


Texts = Mapping[tuple[UUID, str], Mapping[str, str]]
"""{(entity id, field): {language: text}}"""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What several services have in common: texts, and the phones and hours of their organizations and places."""

    texts: Texts
    phones: Sequence[PhoneNumber]
    schedules: Sequence[Schedule]
    dead: frozenset[tuple[UUID, str | None]]
    """(service, number) that somebody has found dead."""


def is_stale(assured: date | None, today: date) -> bool:
    """Whether a listing was checked, but too long ago. Never checked is unknown, not stale."""
    return assured is not None and today - assured > FRESH


def load_offers(
    session: Session,
    ids: Sequence[UUID],
    *,
    at: datetime,
    place: PlaceRef | None = None,
    reasons: Mapping[UUID, tuple[Reason, ...]] | None = None,
) -> tuple[Offer, ...]:
    """The services `ids` as offers, in that order; ids that aren't there are left out."""
    told = chosen(session, ids)
    wanted = {*ids, *(owner for fields in told.values() for owner in fields.values())}
    services = {service.id: service for service in session.scalars(_everything().where(Service.id.in_(wanted)))}
    texts: dict[tuple[UUID, str], Mapping[str, str]] = {**_texts(session, services.values())}
    for service_id in told.keys() & services.keys():
        session.expunge(services[service_id])  # what is put into it below is told, not written
    tell_as_chosen(services, told)
    texts |= {(i, field): texts.get((owner, field), {}) for i in told for field, owner in told[i].items()}
    shared = _Shared(texts, *shared_parts(session, services.values()), dead_numbers(session, services))
    return tuple(
        replace(_offer(services[i], shared, at=at, place=place), reasons=(reasons or {}).get(i, ()))
        for i in ids
        if i in services
    )


def _everything() -> sa.Select[Service]:
    return sa.select(Service).options(
        joinedload(Service.organization),
        selectinload(Service.phones),
        selectinload(Service.schedules),
        selectinload(Service.costs),
        selectinload(Service.documents),
        selectinload(Service.places).joinedload(ServiceAtLocation.location).selectinload(Location.addresses),
    )


def _texts(session: Session, services: Iterable[Service]) -> Texts:
    ids = {i for s in services for i in (s.id, s.organization_id, *(c.id for c in s.costs))}
    texts: dict[tuple[UUID, str], dict[str, str]] = {}
    columns = (Translation.entity_id, Translation.field, Translation.language, Translation.text)
    for entity_id, field, language, text in session.execute(
        sa.select(*columns).where(Translation.entity_id.in_(ids)).order_by(Translation.language)
    ):
        texts.setdefault((entity_id, field), {})[language] = text
    return texts


def shared_parts(session: Session, services: Iterable[Service]) -> tuple[list[PhoneNumber], list[Schedule]]:
    """Phones of the organizations and places, and hours of the places, for services that have none of their own."""
    organizations = {s.organization_id for s in services}
    locations = {place.location_id for s in services for place in s.places}
    phones = sa.select(PhoneNumber).where(
        PhoneNumber.service_id.is_(None),
        sa.or_(PhoneNumber.organization_id.in_(organizations), PhoneNumber.location_id.in_(locations)),
    )
    schedules = sa.select(Schedule).where(Schedule.service_id.is_(None), Schedule.location_id.in_(locations))
    return [*session.scalars(phones.order_by(PhoneNumber.id))], [*session.scalars(schedules)]


def _offer(service: Service, shared: _Shared, *, at: datetime, place: PlaceRef | None) -> Offer:
    texts = shared.texts
    location, distance_km = nearest_of([p.location for p in service.places], place)
    own_phones = sorted(service.phones, key=lambda p: (p.location_id is not None, str(p.id)))
    place_phones = [p for p in shared.phones if location and p.location_id == location.id]
    head_phones = [p for p in shared.phones if p.organization_id == service.organization_id]
    there = [s for s in shared.schedules if location and s.location_id == location.id]
    hours = hours_of(service.schedules, there, location.id if location else None)
    numbers = [*own_phones, *place_phones, *head_phones]
    phone = _phone(p for p in numbers if (service.id, p.number) not in shared.dead) or _phone(numbers)
    free, cost = _cost(service, texts)
    description = _prose(service.description, texts, service.id, "description") if service.description else None
    return Offer(
        service_id=service.id,
        name=_translated(service.name, texts, service.id, "name"),
        organization=_translated(service.organization.name, texts, service.organization_id, "name"),
        organization_kind=service.organization.kind,
        eligibility=(
            _prose(service.eligibility_description, texts, service.id, "eligibility_description")
            if service.eligibility_description
            else None
        ),
        description=description,
        phone=phone,
        address=_address(location.addresses) if location else None,
        opening=opening(hours, at),
        cost=cost,
        free=free,
        stale=is_stale(service.assured_date, at.date()),
        distance_km=distance_km,
        documents=tuple(d.document for d in sorted(service.documents, key=lambda d: str(d.id)) if d.document),
        reasons=(),
        latitude=location.latitude if location else None,
        longitude=location.longitude if location else None,
        phone_unsure=phone is not None and (service.id, phone.number) in shared.dead,
    )


def nearest_of(locations: Sequence[Location], place: PlaceRef | None) -> tuple[Location | None, float | None]:
    """The location nearest to `place` with its distance in km; the first one where that can't be said."""
    measured = [(km, str(found.id), found) for found in locations
                if (km := distance(place, found.latitude, found.longitude)) is not None]  # fmt: skip
    if measured:
        km, _, location = min(measured, key=lambda one: one[:2])
        return location, km
    return min(locations, key=lambda found: str(found.id), default=None), None


def hours_of(own: Iterable[Schedule], there: Iterable[Schedule], location_id: UUID | None) -> list[Schedule]:
    """The schedules that hold for a service at one location: its own, or else the location's (`there`)."""
    return [s for s in own if s.location_id is None or s.location_id == location_id] or [*there]


def _phone(numbers: Iterable[PhoneNumber]) -> Phone | None:
    for found in numbers:
        if found.number and answered_by_a_voice(found):
            return Phone(found.number, found.extension or "")
    return None


def answered_by_a_voice(number: PhoneNumber) -> bool:
    """Whether it can be dialled and a person answers: no fax, no text telephone."""
    kind = (number.type or "voice").casefold()
    return number.number is not None and kind not in ("fax", "tty", "textphone", "pager")


def _address(addresses: Sequence[Address]) -> str | None:
    if not addresses:
        return None
    chosen = min(addresses, key=lambda a: (a.address_type == "postal", str(a.id)))
    return ", ".join(filter(None, (chosen.address_1, chosen.address_2, chosen.city))) or None


def _cost(service: Service, texts: Texts) -> tuple[bool | None, Translated | None]:
    """(free or not, what it costs in words); the dearest option is told last and none is made up."""
    options = sorted(service.costs, key=lambda c: (c.amount is None, c.amount or 0, str(c.id)))
    amounts = [option.amount for option in options if option.amount is not None]
    free = None if not amounts else not any(amounts)
    for option in options:
        if option.amount:
            return free, _price(option, texts)
    if service.fees_description and not free:
        return free, _prose(service.fees_description, texts, service.id, "fees_description")
    return free, None


def _price(option: CostOption, texts: Texts) -> Translated:
    amount = option.amount or 0.0
    number = f"{amount:.0f}" if amount == int(amount) else f"{amount:.2f}"
    symbol = get_currency_symbol(option.currency, locale="en") if option.currency else ""
    price = f"{symbol}{number}" if len(symbol) < 3 else f"{number} {symbol}"
    told = _prose(option.amount_description or "", texts, option.id, "amount_description")
    per_language = {language: f"{price} {text}" for language, text in told.by_language.items()}
    return replace(told, original=f"{price} {told.original}".strip(), by_language=per_language)


def _translated(original: str, texts: Texts, entity_id: UUID, field: str) -> Translated:
    return Translated(original, dict(texts.get((entity_id, field), {})))


def _prose(original: str, texts: Texts, entity_id: UUID, field: str) -> Translated:
    """A text that is words; an amount alone ("$5") says the same in every language."""
    words = any(character.isalpha() for character in original)
    return replace(_translated(original, texts, entity_id, field), prose=words)


def organization_name(session: Session, organization: Organization) -> Translated:
    """The name of an organization in every language there is."""
    columns = (Translation.language, Translation.text)
    rows = session.execute(
        sa.select(*columns).where(Translation.entity_id == organization.id, Translation.field == "name")
    )
    return Translated(organization.name, dict(rows.all()))
