"""A service in few lines: name, phone, open now or next, cost if any, whether the entry is old; or in one of a list."""

from __future__ import annotations

import re
from datetime import datetime

from core.conversation.phrases import aside, say
from core.directory.find import Offer
from core.messages import Moment, Param, Say, Venue, Words

_SENTENCE = re.compile(r"[.;!?](?=\s|$)|[。；！？]")
_LONGEST_SENTENCE = 100
"""Characters: about seven seconds at the pace of a call."""


def offer_lines(offer: Offer, now: datetime, *, whole: bool = False) -> tuple[Say, ...]:
    """The lines about `offer`, most important first. `now` is local. `whole`: also where it is, if it has a phone."""
    same_name = offer.name.original.casefold() == offer.organization.original.casefold()
    name = (
        say("service.name", name=offer.name)
        if same_name
        else say("service.name_and_organization", name=offer.name, organization=offer.organization)
    )
    where = aside("service.address", address=Words(offer.address)) if whole and offer.phone and offer.address else None
    lines = (name, contact_line(offer), _opening(offer, now), where, _cost(offer), _stale(offer))
    return tuple(line for line in lines if line)


def what_it_does(offer: Offer, language: str, *, own: bool) -> Say | None:
    """The first sentence about it, for the ear; None where it is long or not in their language. `own`: the directory is
    written in `language`."""
    told = offer.description
    text = told.by_language.get(language, told.original if own else "") if told else ""
    first = _SENTENCE.split(text.strip(), maxsplit=1)[0].strip()
    return aside("service.what", what=Words(first)) if first and len(first) <= _LONGEST_SENTENCE else None


def list_line(offer: Offer, now: datetime) -> Say:
    """`offer` as one of several: name, phone (or address), open now or next."""
    address = Words(offer.address) if offer.address else None
    contact: Param | None = (address or offer.phone) if offer.phone_unsure else (offer.phone or address)
    if contact is None:
        return say("list.no_phone", name=offer.name)
    opening = offer.opening
    if opening.always:
        return say("list.always_open", name=offer.name, contact=contact)
    if opening.open_until:
        return say("list.open_now", name=offer.name, contact=contact)
    if opening.opens_next:
        return say("list.opens", name=offer.name, contact=contact, when=Moment(opening.opens_next, now))
    return say("list.hours_unknown", name=offer.name, contact=contact)


def venue(offer: Offer, language: str) -> Venue | None:
    """Where `offer` is, for a map; None where the directory doesn't say, or says 0, which is no place but a gap."""
    if not offer.latitude or not offer.longitude:
        return None
    name = offer.name.by_language.get(language, offer.name.original)
    phone = None if offer.phone_unsure else offer.phone  # the doubt is told beside the number, not on a map
    return Venue(name, offer.address or "", offer.latitude, offer.longitude, phone)


def contact_line(offer: Offer) -> Say:
    """How to reach it: by phone, else where it is, else that we must find out."""
    if offer.phone:
        return say("service.phone_unsure" if offer.phone_unsure else "service.phone", phone=offer.phone)
    if offer.address:
        return say("service.address", address=Words(offer.address))
    return say("service.no_phone")


def _opening(offer: Offer, now: datetime) -> Say | None:
    opening = offer.opening
    if opening.always:
        return say("service.always_open")
    if opening.open_until:
        return say("service.open_now", until=Moment(opening.open_until, now))
    if opening.opens_next:
        return say("service.opens", when=Moment(opening.opens_next, now))
    return aside("service.hours_unknown")


def _cost(offer: Offer) -> Say | None:
    if offer.free:
        return aside("service.free")
    return aside("service.cost", cost=offer.cost) if offer.cost else None


def _stale(offer: Offer) -> Say | None:
    return aside("service.stale") if offer.stale else None
