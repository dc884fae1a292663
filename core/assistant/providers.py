"""Providers are asked whether what we tell people of them is still right: by e-mail, by text, or by a volunteer's call.

Here, because a text asks a question of the provider's own talk with us, which is answered at the front door. Never
commits.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

import sqlalchemy as sa
from babel import Locale
from sqlalchemy.orm import Session

from core.assistant.asking import ask
from core.config import Config
from core.contacts import contact_point, conversation_with, find_contact_point
from core.conversation.starting import listing_mail, listing_question
from core.conversation.state import NewQuestion, QuestionKind
from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import Conversation, Question
from core.db.models.freshness import AskedBy, Verification, Verified
from core.db.models.help_request import HelpRequest, Status
from core.db.models.outgoing import Purpose
from core.db.sealing import Sealer
from core.directory.freshness.due import Chosen, Listing, due, these
from core.directory.freshness.operations import ANSWER_COUNTS
from core.directory.freshness.told import Span, Told, told
from core.helpdesk.desk import Desk
from core.i18n.weekdays import days_of, times, weekday
from core.messages import Channel, ContactKind, Phone, Reply, Translated
from core.outbox.operations import Post, post

MOST_IN_A_MAIL = 10
LOOKED_AT = 10
"""Listings looked at for each that may be asked about: some have no address, or share one."""
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LINK = "listing_link"


@dataclass(slots=True)
class Plan:
    """Who would be asked what. mails: {address: listings}. texts: (number, listing). calls: listings that a volunteer
    asks about. later: listings that wait, because their provider is being asked already. unreachable: those for which
    we know no way."""

    mails: dict[str, list[Listing]] = field(default_factory=dict)
    texts: list[tuple[str, Listing]] = field(default_factory=list)
    calls: list[Listing] = field(default_factory=list)
    later: list[Listing] = field(default_factory=list)
    unreachable: list[Listing] = field(default_factory=list)

    @property
    def counts(self) -> Mapping[AskedBy, int]:
        """How many listings are asked about in each way."""
        mailed = sum(map(len, self.mails.values()))
        return {AskedBy.EMAIL: mailed, AskedBy.SMS: len(self.texts), AskedBy.PHONE: len(self.calls)}

    @property
    def asked(self) -> int:
        """How many listings are asked about."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Asking:
    """By what rules providers are asked. per_day: listings, at most. mails: there is a mail server."""

    desk: Desk
    per_day: int
    mails: bool

    @classmethod
    def of(cls, config: Config, desk: Desk) -> Asking:
        """The rules that `config` sets."""
        return cls(desk, config.verify_per_day, mails=bool(config.smtp_url and config.mail_from))


def left_today(session: Session, asking: Asking, now: datetime) -> int:
    """How many more listings may be asked about until midnight."""
    local = now.astimezone(asking.desk.zone)
    midnight = datetime.combine(local.date(), time(), asking.desk.zone)
    today = sa.select(sa.func.count()).select_from(Verification).where(Verification.asked_at >= midnight)
    return max(0, asking.per_day - (session.scalar(today) or 0))


def plan(session: Session, asking: Asking, chosen: Chosen, now: datetime, limit: int) -> Plan:
    """Whom to ask of what a coordinator chose; about at most `limit` listings."""
    today = now.astimezone(asking.desk.zone).date()
    return plan_for(session, asking, due(session, chosen, now, today, limit * LOOKED_AT), now, limit)


def plan_one(session: Session, asking: Asking, service_id: uuid.UUID, now: datetime) -> Plan:
    """How to ask about one listing at once, however lately its provider was asked; no question about it is open."""
    listings = [one for one in these(session, [service_id], now) if not one.waits]
    return plan_for(session, asking, listings, now, 1)


def plan_for(session: Session, asking: Asking, listings: Iterable[Listing], now: datetime, limit: int) -> Plan:
    """How to ask about `listings`: one letter, one text or one call for each provider."""
    made, sealer = Plan(), asking.desk.sealer
    taken: dict[uuid.UUID, str] = {}
    """{organization: the address at which it is asked}"""
    texted: set[str] = set()
    for listing in listings:
        if made.asked >= limit:
            break
        before = taken.get(listing.organization_id)
        way, address = _way(session, asking, listing, now)
        match way:
            case None:
                made.unreachable.append(listing)
                continue
            case AskedBy.EMAIL if before in (None, address) and len(made.mails.get(address, ())) < MOST_IN_A_MAIL:
                made.mails.setdefault(address, []).append(listing)
            case AskedBy.SMS if before is None and address not in texted and not _busy(session, sealer, address, now):
                made.texts.append((address, listing))
                texted.add(address)
            case AskedBy.PHONE if before in (None, address):
                made.calls.append(listing)
            case _:
                made.later.append(listing)
                continue
        taken[listing.organization_id] = address
    return made


def ask_providers(session: Session, asking: Asking, made: Plan, now: datetime) -> None:
    """Carry a plan out: what is written leaves through the outbox, in the hours for messages that we start."""
    for address, listings in made.mails.items():
        _write(session, asking.desk, address, listings, now)
    for number, listing in made.texts:
        _text(session, asking.desk, number, listing, now)
    for listing in made.calls:
        session.add(_question(listing.id, AskedBy.PHONE, now))
    session.flush()


def find_question(session: Session, sealer: Sealer, token: str) -> Verification | None:
    """The question whose link holds `token`; None for none of ours."""
    return session.scalar(sa.select(Verification).where(Verification.token_key.in_(sealer.keys(_LINK, token))))


def _way(session: Session, asking: Asking, listing: Listing, now: datetime) -> tuple[AskedBy | None, str]:
    """How this one is asked, and where. Who was silent in one way is asked in the next."""
    email = (listing.email or "").strip()
    written_to = asking.mails and _ADDRESS.fullmatch(email) and AskedBy.EMAIL not in listing.silent
    if written_to and _wants(session, asking.desk.sealer, ContactKind.EMAIL, email):
        return AskedBy.EMAIL, email
    number = listing.text_to
    if number and AskedBy.SMS not in listing.silent and _wants(session, asking.desk.sealer, ContactKind.PHONE, number):
        return AskedBy.SMS, number
    return (AskedBy.PHONE, listing.call) if listing.call else (None, "")


def _wants(session: Session, sealer: Sealer, kind: ContactKind, address: str) -> bool:
    """Whether we may begin to write there: nobody said STOP, others don't read it, and it takes texts."""
    contact = find_contact_point(session, sealer, kind, address)
    if contact is None:
        return True
    takes = kind is ContactKind.EMAIL or not contact.capabilities or Channel.SMS in contact.capabilities.split(",")
    return takes and not (contact.stopped_at or contact.blocked_at or contact.safe_to_call is False)


def _busy(session: Session, sealer: Sealer, number: str, now: datetime) -> bool:
    """Whether something else is going on with this phone: a question of ours is open, or a request of theirs."""
    contact = find_contact_point(session, sealer, ContactKind.PHONE, number)
    if contact is None:
        return False
    talks = sa.select(Conversation.id).where(Conversation.contact_point_id == contact.id)
    asked = sa.select(Question.id).where(
        Question.conversation_id.in_(talks),
        Question.answered_at.is_(None),
        Question.superseded_at.is_(None),
        Question.expires_at > now,
    )
    wants = sa.select(HelpRequest.id).where(
        HelpRequest.conversation_id.in_(talks), HelpRequest.status != Status.RESOLVED
    )
    return session.scalar(asked.limit(1)) is not None or session.scalar(wants.limit(1)) is not None


def _write(session: Session, desk: Desk, address: str, listings: Sequence[Listing], now: datetime) -> None:
    contact = contact_point(session, desk.sealer, Channel.EMAIL, address, now)
    links = []
    for listing in listings:
        token = secrets.token_urlsafe(32)
        question = _question(listing.id, AskedBy.EMAIL, now, contact)
        question.token_key = desk.sealer.key(_LINK, token)
        session.add(question)
        links.append((Translated(listing.name), f"{desk.public_url}/listing/{token}"))
    session.flush()
    mail = listing_mail(links, ANSWER_COUNTS[AskedBy.EMAIL].days, desk.duty_language)
    _post(session, contact, Channel.EMAIL, mail, now)


def _text(session: Session, desk: Desk, number: str, listing: Listing, now: datetime) -> None:
    contact = contact_point(session, desk.sealer, Channel.SMS, number, now)
    language = contact.language or desk.duty_language
    what = told(session, listing.id, now.astimezone(desk.zone))
    if what is None:
        return
    question = _question(listing.id, AskedBy.SMS, now, contact)
    session.add(question)
    session.flush()
    talk = conversation_with(session, contact, Channel.SMS, now, lock=True)
    phone = next(iter(what.phones), None) or Phone(number)
    asked = listing_question(Translated(what.name), phone, what.address, hours_in_short(what, language), language)
    ask(session, talk.id, NewQuestion(QuestionKind.VERIFY, subject=question.id), asked, now)
    talk.version += 1  # a message that is being answered at this moment must see the question first
    _post(session, contact, Channel.SMS, asked, now)


def hours_in_short(what: Told, language: str) -> str:
    """When it is open, in as few words as fit a text; "" where that takes more."""
    return "; ".join(_spans(what, Locale.parse(language, sep="-"))) if all(map(_is_weekly, what.spans)) else ""


def _is_weekly(span: Span) -> bool:
    days = days_of(span.byday)
    return bool(days and span.opens and span.closes) and all(which == 0 for which, _ in days or ())


def _spans(what: Told, locale: Locale) -> Iterator[str]:
    for span in what.spans:
        if span.opens and span.closes:
            days = ", ".join(weekday(day, locale) for _, day in days_of(span.byday) or ())
            yield f"{days} {times(span.opens, span.closes, locale)}"


def _question(
    service_id: uuid.UUID, asked_by: AskedBy, now: datetime, contact: ContactPoint | None = None
) -> Verification:
    return Verification(
        service_id=service_id,
        asked_by=asked_by,
        asked_at=now,
        expires_at=now + ANSWER_COUNTS[asked_by],
        contact_point_id=contact.id if contact else None,
        state=Verified.ASKED,
    )


def _post(session: Session, contact: ContactPoint, channel: Channel, reply: Reply, now: datetime) -> None:
    # Not of the conversation: should it not arrive, no resident is waiting for it.
    message = Post(contact.id, channel, reply, Purpose.VERIFY, key=f"verify:{contact.id}:{uuid.uuid4()}")
    post(session, message, now)
