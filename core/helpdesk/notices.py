"""Volunteers who want to be told in Telegram what is urgent or waits too long. Never commits.

A code that their page in the console shows, sent from a chat, makes it theirs. What else they write there is a
resident's words as anybody's. STOP in the chat, or blocking the bot, ends the notices too.
"""

from __future__ import annotations

import re
import secrets
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.contacts import contact_point
from core.db.models.contact_point import ContactPoint
from core.db.models.help_request import HelpRequest, Urgency
from core.db.models.outgoing import Purpose
from core.db.models.volunteer import Volunteer, VolunteerChat
from core.db.sealing import Sealer
from core.helpdesk.desk import Desk
from core.helpdesk.events import EventKind, record
from core.messages import Channel, Moment, Param, Reply, Say, Words
from core.outbox.operations import Post, post

CODE_LIFETIME = timedelta(minutes=15)
LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"
"""Of codes. None is taken for another, and no vowel is among them: no word that a resident writes looks like a code."""
HALF = 4
_CODE = re.compile(rf"([{LETTERS}]{{{HALF}}})-?([{LETTERS}]{{{HALF}}})", re.IGNORECASE)
_KIND = "volunteer_code"
_KEYS = {Urgency.EMERGENCY: "notice.emergency", Urgency.SOON: "notice.soon", Urgency.NORMAL: "notice.long_wait"}


def fresh_code() -> str:
    """A code that nobody can foresee: "K7MP-Q2XD"."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(HALF)) for _ in range(2))


def code_in(text: str) -> str:
    """`text` as we write codes, where it has the form of one; else ""."""
    found = _CODE.fullmatch(text.strip())
    return "-".join(found.groups()).upper() if found else ""


def offer_code(session: Session, sealer: Sealer, volunteer_id: uuid.UUID, code: str, now: datetime) -> None:
    """For a while whoever sends `code` from a chat is this volunteer. An earlier code of theirs no longer counts."""
    waiting = (VolunteerChat.volunteer_id == volunteer_id, VolunteerChat.linked_at.is_(None))
    session.execute(sa.update(VolunteerChat).where(*waiting, VolunteerChat.expires_at > now).values(expires_at=now))
    key = sealer.key(_KIND, code)
    session.add(VolunteerChat(volunteer_id=volunteer_id, code_key=key, expires_at=now + CODE_LIFETIME))
    session.flush()


def join(session: Session, sealer: Sealer, address: str, code: str, now: datetime) -> bool:
    """`code` came from the chat `address`: from now on that volunteer is told there, and there only; they hear so.

    False for a code that doesn't count; True again where the same chat sends the same one a second time.
    """
    found = session.execute(
        sa.select(VolunteerChat, Volunteer)
        .join(Volunteer, Volunteer.id == VolunteerChat.volunteer_id)
        .where(VolunteerChat.code_key.in_(sealer.keys(_KIND, code)), Volunteer.disabled_at.is_(None))
        .with_for_update(of=VolunteerChat)
    ).one_or_none()
    if found is None:
        return False
    row, volunteer = found
    if row.expires_at <= now:
        return False
    chat = contact_point(session, sealer, Channel.TELEGRAM, address, now)
    if row.linked_at:
        return row.contact_point_id == chat.id
    of_either = sa.or_(VolunteerChat.volunteer_id == volunteer.id, VolunteerChat.contact_point_id == chat.id)
    session.execute(sa.update(VolunteerChat).where(of_either, *_linked()).values(ended_at=now))
    row.contact_point_id, row.linked_at = chat.id, now
    session.flush()
    reply = Reply((Say("notice.linked", {"name": Words(volunteer.name)}),), volunteer.language)
    _post(session, chat.id, volunteer.id, reply, f"notice:{row.id}", now)
    return True


def switch_off(session: Session, volunteer_id: uuid.UUID, now: datetime) -> None:
    """The volunteer wants to be told no more."""
    session.execute(
        sa.update(VolunteerChat).where(VolunteerChat.volunteer_id == volunteer_id, *_linked()).values(ended_at=now)
    )


def told_since(session: Session, volunteer_id: uuid.UUID) -> datetime | None:
    """Since when this volunteer is told in a chat; None where they aren't."""
    return session.scalar(
        sa.select(VolunteerChat.linked_at)
        .join(ContactPoint, ContactPoint.id == VolunteerChat.contact_point_id)
        .where(VolunteerChat.volunteer_id == volunteer_id, *_linked(), _open())
    )


def tell_volunteers(session: Session, desk: Desk, request: HelpRequest, now: datetime, key: str = "") -> None:
    """Tell all who want to know that `request` waits: its number, how urgent, since when, where it is in the console.

    Nothing of what it is about. key: another line than the one for its urgency.
    """
    rows = session.execute(
        sa.select(Volunteer.id, Volunteer.language, VolunteerChat.contact_point_id)
        .join(VolunteerChat, VolunteerChat.volunteer_id == Volunteer.id)
        .join(ContactPoint, ContactPoint.id == VolunteerChat.contact_point_id)
        .where(Volunteer.disabled_at.is_(None), *_linked(), _open())
    ).all()
    params: dict[str, Param] = {
        "reference": Words(request.reference),
        "when": Moment(request.waiting_since.astimezone(desk.zone), now.astimezone(desk.zone)),
        "link": Words(f"{desk.public_url}/console/requests/{request.id}"),
    }
    for row in rows:
        reply = Reply((Say(key or _KEYS[request.urgency], params),), row.language)
        _post(session, row.contact_point_id, row.id, reply, f"notice:{uuid.uuid4()}", now, request.id)
    if rows:
        record(session, request.id, EventKind.VOLUNTEERS_TOLD, now, count=str(len(rows)))


def _post(
    session: Session,
    chat_id: uuid.UUID,
    volunteer_id: uuid.UUID,
    reply: Reply,
    key: str,
    now: datetime,
    request_id: uuid.UUID | None = None,
) -> None:
    message = Post(
        contact_point_id=chat_id,
        channel=Channel.TELEGRAM,
        reply=reply,
        purpose=Purpose.DUTY,
        key=key,
        help_request_id=request_id,
        volunteer_id=volunteer_id,
    )
    post(session, message, now)


def _linked() -> tuple[sa.ColumnElement[bool], ...]:
    return VolunteerChat.linked_at.is_not(None), VolunteerChat.ended_at.is_(None)


def _open() -> sa.ColumnElement[bool]:
    """They have not said STOP in the chat since, nor blocked the bot. A code sent after a STOP is meant."""
    return sa.or_(ContactPoint.stopped_at.is_(None), ContactPoint.stopped_at < VolunteerChat.linked_at)
