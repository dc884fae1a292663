"""What a search gives: services with what a resident needs to know about each, and why it was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from babel.numbers import get_currency_symbol
from sqlalchemy.orm import Session

from core.db.models import Organization, Translation
from core.directory.loading import Parts, Texts, load_parts
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
    parts = load_parts(session, ids)
    return tuple(
        replace(_offer(i, parts, at=at, place=place), reasons=(reasons or {}).get(i, ()))
        for i in ids
        if i in parts.services
    )


def _offer(service_id: UUID, parts: Parts, *, at: datetime, place: PlaceRef | None) -> Offer:
    service = parts.services[service_id]
    location, distance_km = _nearest_of(parts.places[parts.owner(service_id, "places")], place)
    hours = parts.hours.at(parts.owner(service_id, "schedules"), location.id if location else None)
    phone = _phone_of(service_id, parts, location)
    free, cost = _cost(service_id, parts)
    return Offer(
        service_id=service_id,
        name=_translated(_told(service_id, parts, "name"), parts.texts, service_id, "name"),
        organization=_translated(service.run_by, parts.texts, service.organization_id, "name"),
        organization_kind=service.kind,
        eligibility=_text(service_id, parts, "eligibility_description"),
        description=_text(service_id, parts, "description"),
        phone=phone,
        address=_address(parts.places[parts.owner(service_id, "places")], location.id) if location else None,
        opening=opening(hours, at),
        cost=cost,
        free=free,
        stale=is_stale(service.assured_date, at.date()),
        distance_km=distance_km,
        documents=tuple(d.document for d in parts.documents[parts.owner(service_id, "documents")] if d.document),
        reasons=(),
        latitude=location.latitude if location else None,
        longitude=location.longitude if location else None,
        phone_unsure=phone is not None and (service_id, phone.number) in parts.dead,
    )


def _told(service_id: UUID, parts: Parts, field: str) -> Any:
    return getattr(parts.services[parts.owner(service_id, field)], field)


def _text(service_id: UUID, parts: Parts, field: str) -> Translated | None:
    text = _told(service_id, parts, field)
    return _prose(text, parts.texts, service_id, field) if text else None


def _nearest_of(locations: Sequence[Any], place: PlaceRef | None) -> tuple[Any | None, float | None]:
    """The location nearest to `place` with its distance in km; the first one where that can't be said."""
    measured = [(km, str(found.id), found) for found in locations
                if (km := distance(place, found.latitude, found.longitude)) is not None]  # fmt: skip
    if measured:
        km, _, location = min(measured, key=lambda one: one[:2])
        return location, km
    return min(locations, key=lambda found: str(found.id), default=None), None


def _phone_of(service_id: UUID, parts: Parts, location: Any | None) -> Phone | None:
    """A number that nobody has found dead, if there is one: the service's own, or else its place's or organization's"""
    owner, run_by = parts.owner(service_id, "phones"), parts.services[service_id].organization_id
    own = sorted((p for p in parts.phones if p.service_id == owner), key=lambda p: p.location_id is not None)
    others = [p for p in parts.phones if p.service_id is None]
    of_place = [p for p in others if location and p.location_id == location.id]
    numbers = [*own, *of_place, *(p for p in others if p.organization_id == run_by)]
    return _phone(p for p in numbers if (service_id, p.number) not in parts.dead) or _phone(numbers)


def _phone(numbers: Iterable[Any]) -> Phone | None:
    for found in numbers:
        if found.number and answered_by_a_voice(found.type):
            return Phone(found.number, found.extension or "")
    return None


def answered_by_a_voice(kind: str | None) -> bool:
    """Whether a person answers a number of this kind (HSDS `type`): no fax, no text telephone."""
    return (kind or "voice").casefold() not in ("fax", "tty", "textphone", "pager")


def _address(places: Sequence[Any], location_id: UUID) -> str | None:
    addresses = [place for place in places if place.id == location_id and place.address_id]
    if not addresses:
        return None
    chosen = min(addresses, key=lambda a: (a.address_type == "postal", str(a.address_id)))
    return ", ".join(filter(None, (chosen.address_1, chosen.address_2, chosen.city))) or None


def _cost(service_id: UUID, parts: Parts) -> tuple[bool | None, Translated | None]:
    """(free or not, what it costs in words); the dearest option is told last and none is made up."""
    costs = parts.costs[parts.owner(service_id, "costs")]
    options = sorted(costs, key=lambda c: (c.amount is None, c.amount or 0, str(c.id)))
    amounts = [option.amount for option in options if option.amount is not None]
    free = None if not amounts else not any(amounts)
    for option in options:
        if option.amount:
            return free, _price(option, parts.texts)
    return free, None if free else _text(service_id, parts, "fees_description")


def _price(option: Any, texts: Texts) -> Translated:
    amount = option.amount or 0.0
    number = f"{amount:.0f}" if amount == int(amount) else f"{amount:.2f}"
    symbol: str = get_currency_symbol(option.currency, locale="en") if option.currency else ""
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
