"""Volunteers and their log-ins: argon2 passwords, revocable sessions, a back-off that outlives restarts.

Never commits.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.db.models.volunteer import LoginAttempt, Role, Volunteer, VolunteerSession
from core.db.sealing import Sealer
from core.messages import ContactKind

SESSION_LIFETIME = timedelta(hours=20)
"""Of an idle session: WCAG 2.2.6 asks to keep people's work for 20 hours or to warn them."""
SHORTEST_PASSWORD = 10
FREE_TRIES = 3
LONGEST_WAIT = timedelta(minutes=15)

_hasher = PasswordHasher()
# What an unknown user's password is checked against, so that a log-in takes as long as a known user's.
_NOBODY = _hasher.hash("no volunteer has this password")


class VolunteerError(Exception):
    """A volunteer can't be added or changed; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who is logged in, and when that was last noted as in use."""

    session_id: uuid.UUID
    volunteer_id: uuid.UUID
    name: str
    role: Role
    language: str
    last_seen_at: datetime


def add_volunteer(
    session: Session, username: str, name: str, password: str, role: Role, now: datetime, language: str = "en"
) -> uuid.UUID:
    """A new volunteer; gives the id. Raises VolunteerError."""
    username = username.strip().casefold()
    if not username or len(username) > 64:
        raise VolunteerError("A user name needs 1 to 64 characters.")
    if len(password) < SHORTEST_PASSWORD:
        raise VolunteerError(f"A password needs at least {SHORTEST_PASSWORD} characters.")
    if session.scalar(sa.select(Volunteer.id).where(Volunteer.username == username)):
        raise VolunteerError(f"There is a volunteer {username} already.")
    volunteer = Volunteer(
        username=username,
        name=name.strip() or username,
        role=role,
        password_hash=_hasher.hash(password),
        language=language,
        created_at=now,
    )
    session.add(volunteer)
    session.flush()
    return volunteer.id


def disable_volunteer(session: Session, username: str, now: datetime) -> None:
    """No more log-ins, and the present ones end. Raises VolunteerError for an unknown name."""
    volunteer = session.scalar(sa.select(Volunteer).where(Volunteer.username == username.strip().casefold()))
    if volunteer is None:
        raise VolunteerError(f"There is no volunteer {username}.")
    volunteer.disabled_at = now
    session.execute(
        sa.update(VolunteerSession)
        .where(VolunteerSession.volunteer_id == volunteer.id, VolunteerSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def all_volunteers(session: Session) -> list[Volunteer]:
    """Everyone, by user name."""
    return list(session.scalars(sa.select(Volunteer).order_by(Volunteer.username)))


def active_volunteers(session: Session) -> list[Volunteer]:
    """Everyone who can be handed a request, by name."""
    return list(session.scalars(sa.select(Volunteer).where(Volunteer.disabled_at.is_(None)).order_by(Volunteer.name)))


def set_language(session: Session, volunteer_id: uuid.UUID, language: str) -> None:
    """The language that this volunteer's console speaks from now on."""
    session.execute(sa.update(Volunteer).where(Volunteer.id == volunteer_id).values(language=language))


def set_phone(session: Session, sealer: Sealer, volunteer_id: uuid.UUID, number: str | None) -> None:
    """The volunteer's own telephone in E.164, to be rung when they call a resident; None: we know none any more."""
    kind = ContactKind.PHONE
    sealed = {"phone_key": sealer.key(kind, number), "phone_sealed": sealer.seal(kind, number)} if number else None
    forgotten = {"phone_key": None, "phone_sealed": None}
    session.execute(sa.update(Volunteer).where(Volunteer.id == volunteer_id).values(sealed or forgotten))


def phone_of(session: Session, sealer: Sealer, volunteer_id: uuid.UUID) -> str | None:
    """The volunteer's own telephone in E.164; None where they gave none."""
    row = session.execute(
        sa.select(Volunteer.phone_key, Volunteer.phone_sealed).where(Volunteer.id == volunteer_id)
    ).one()
    return sealer.open(ContactKind.PHONE, row.phone_key, row.phone_sealed) if row.phone_sealed else None


def password_hash_of(session: Session, username: str) -> tuple[uuid.UUID | None, str]:
    """Whom a user name belongs to, and the hash to check; checking happens outside any transaction."""
    found = session.execute(
        sa.select(Volunteer.id, Volunteer.password_hash).where(
            Volunteer.username == username.strip().casefold(), Volunteer.disabled_at.is_(None)
        )
    ).one_or_none()
    return (found.id, found.password_hash) if found else (None, _NOBODY)


def password_fits(password_hash: str, password: str) -> bool:
    """Whether `password` is the one hashed; takes tens of milliseconds by design."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def begin_try(session: Session, username: str, now: datetime) -> datetime | None:
    """Ask to try a password for `username`: None where it may be checked, else when the next try will be.

    The try counts as failed until `begin_session` forgets it, so that many tries at once gain nothing. After a
    few, each doubles the wait, for this user name only.
    """
    attempt = _attempts_of(session, username, now)
    if attempt.next_allowed_at > now:
        return attempt.next_allowed_at
    attempt.failures += 1
    if attempt.failures > FREE_TRIES:
        wait = timedelta(seconds=2 ** min(attempt.failures - FREE_TRIES, 20))
        attempt.next_allowed_at = now + min(wait, LONGEST_WAIT)
    return None


def _attempts_of(session: Session, username: str, now: datetime) -> LoginAttempt:
    """The locked row of `username`; two first tries at once share one row."""
    key = _attempt_key(username)
    attempt = session.get(LoginAttempt, key, with_for_update=True)
    if attempt:
        return attempt
    try:
        with session.begin_nested():
            session.add(LoginAttempt(username=key, failures=0, next_allowed_at=now))
    except IntegrityError:
        pass  # another first try was quicker; its row is read below
    return session.get_one(LoginAttempt, key, with_for_update=True, populate_existing=True)


def _attempt_key(username: str) -> str:
    return username.strip().casefold()[:64]


def begin_session(session: Session, volunteer_id: uuid.UUID, username: str, now: datetime) -> uuid.UUID:
    """A fresh session id for the cookie; earlier failures are forgotten."""
    session.execute(sa.delete(LoginAttempt).where(LoginAttempt.username == _attempt_key(username)))
    row = VolunteerSession(id=uuid.uuid4(), volunteer_id=volunteer_id, created_at=now, last_seen_at=now)
    session.add(row)
    session.flush()
    return row.id


def logged_in(session: Session, session_id: uuid.UUID, now: datetime) -> LoggedIn | None:
    """Who is logged in by this session; None where it was revoked, ran out, or its volunteer was disabled."""
    found = session.execute(
        sa.select(Volunteer, VolunteerSession.last_seen_at)
        .join(VolunteerSession, VolunteerSession.volunteer_id == Volunteer.id)
        .where(
            VolunteerSession.id == session_id,
            VolunteerSession.revoked_at.is_(None),
            VolunteerSession.last_seen_at > now - SESSION_LIFETIME,
            Volunteer.disabled_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    volunteer, seen = found
    return LoggedIn(session_id, volunteer.id, volunteer.name, volunteer.role, volunteer.language, seen)


def keep_session(session: Session, session_id: uuid.UUID, now: datetime) -> None:
    """The session is in use: its lifetime begins anew."""
    session.execute(sa.update(VolunteerSession).where(VolunteerSession.id == session_id).values(last_seen_at=now))


def end_session(session: Session, session_id: uuid.UUID, now: datetime) -> None:
    """Log out: a copied cookie is worth nothing from now on."""
    session.execute(sa.update(VolunteerSession).where(VolunteerSession.id == session_id).values(revoked_at=now))
