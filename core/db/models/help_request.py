"""Help requests and what hangs on them: events, notes, referrals, follow-ups, unmet needs."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Keyed
from core.db.types import Json, coded
from core.messages import Channel


class Status(StrEnum):
    """Where a help request stands. `waiting`: a volunteer holds it and waits for someone's answer."""

    OPEN = "open"
    CLAIMED = "claimed"
    WAITING = "waiting"
    RESOLVED = "resolved"


class Urgency(StrEnum):
    """How soon a person must look. The queue is ordered by it, then by waiting time."""

    EMERGENCY = "emergency"
    SOON = "soon"
    NORMAL = "normal"


class Outcome(StrEnum):
    """How a request ended, as information-and-referral practice codes it."""

    GOT_HELP = "got_help"
    PARTLY = "partly"
    NO_CAPACITY = "no_capacity"
    NOT_ELIGIBLE = "not_eligible"
    COULD_NOT_REACH = "could_not_reach"
    NOT_WANTED = "not_wanted"


class Reason(StrEnum):
    """Why a person is wanted."""

    ASKED_FOR_PERSON = "asked_for_person"
    EMERGENCY = "emergency"
    REFERRAL = "referral"
    REPORT = "report"
    NOT_UNDERSTOOD = "not_understood"
    NOTHING_FOUND = "nothing_found"
    PARKED = "parked"
    WROTE_AFTER_STOP = "wrote_after_stop"
    OFFER = "offer"
    FEEDBACK = "feedback"
    MEDIA = "media"
    TAKEN_DOWN = "taken_down"
    LANGUAGE = "language"
    UNDELIVERED = "undelivered"
    HUNG_UP = "hung_up"
    MAYBE_DANGER = "maybe_danger"


class CallBack(StrEnum):
    """When they would like to be called back."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"


class HelpRequest(Keyed):
    """Someone is waiting for a person. `words` are what the resident said; `tried` is what we already gave them."""

    __tablename__ = "help_request"
    __table_args__ = (sa.Index("ix_help_request_queue", "status", "urgency_rank", "waiting_since"),)

    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    status: Mapped[Status] = mapped_column(coded(Status))
    reason: Mapped[Reason] = mapped_column(coded(Reason))
    urgency: Mapped[Urgency] = mapped_column(coded(Urgency))
    urgency_rank: Mapped[int]
    emergency_kind: Mapped[str | None] = mapped_column(sa.String(16))
    need_code: Mapped[str | None] = mapped_column(sa.String(64))
    place: Mapped[str | None]
    words: Mapped[str]
    language: Mapped[str] = mapped_column(sa.String(35))
    written_in: Mapped[str | None] = mapped_column(sa.String(35))
    """The language they write, where it is none of those we answer in."""
    tried: Mapped[list[str]] = mapped_column(sa.JSON)
    private: Mapped[bool] = mapped_column(default=False)
    """No automatic follow-up and no call-back, whatever else is set."""
    asked_by_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("resident.id"), index=True)
    for_whom: Mapped[str | None]
    """None: for the one who asked. Else who it is for, in their words."""
    age_told: Mapped[int | None]
    """Years, of whom it is for, where the resident told it by themselves."""
    stays_in: Mapped[bool] = mapped_column(default=False)
    """They said that whom it is for can't leave the house."""
    consent_by: Mapped[str | None]
    consent_at: Mapped[datetime | None]
    consent_words: Mapped[str | None]
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("conversation.id"), index=True)
    channel: Mapped[Channel | None] = mapped_column(coded(Channel))
    """None: taken down in person, there is no channel to answer through."""
    call_back: Mapped[CallBack | None] = mapped_column(coded(CallBack))
    """None: not asked."""
    call_number_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("contact_point.id"), index=True)
    """Where to call back who withholds the number of the telephone they called from; None: the conversation's."""
    responsible_body: Mapped[str | None]
    claimed_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    claimed_at: Mapped[datetime | None]
    touched_at: Mapped[datetime | None]
    """Last thing the claimant did; an idle claim goes back to the queue."""
    acknowledged_at: Mapped[datetime | None]
    """When the resident was last told "your volunteer has this"; cleared by the volunteer's answer."""
    outcome: Mapped[Outcome | None] = mapped_column(coded(Outcome))
    created_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class HelpRequestEvent(Keyed):
    """What happened to a request; rows are only ever added. `data` holds codes and ids, never words or numbers."""

    __tablename__ = "help_request_event"

    help_request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("help_request.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(sa.String(32))
    volunteer_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    data: Mapped[dict[str, Any]] = mapped_column(Json)


class Note(Keyed):
    """What volunteers tell each other about a request; residents never see it."""

    __tablename__ = "note"

    help_request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("help_request.id"), index=True)
    volunteer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("volunteer.id"))
    at: Mapped[datetime]
    text: Mapped[str]


class Referral(Keyed):
    """A resident agreed that a service is told of them. Keeps the original service id through merges."""

    __tablename__ = "referral"

    help_request_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("help_request.id"), index=True)
    resident_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("resident.id"), index=True)
    service_id: Mapped[uuid.UUID]
    need_code: Mapped[str] = mapped_column(sa.String(64))
    passed: Mapped[str]
    """What the resident was told would be passed on, as a list of codes: "phone,need"."""
    consent_words: Mapped[str]
    consent_at: Mapped[datetime]


class UnmetCause(StrEnum):
    """Why a need was not met by the directory."""

    NO_SERVICE = "no_service"
    NOT_IN_AREA = "not_in_area"
    NONE_ACCEPTED = "none_accepted"
    NOT_ELIGIBLE = "not_eligible"
    """None is for someone of that age."""


class UnmetNeed(Keyed):
    """The directory had nothing for a need at a place: what a community lacks."""

    __tablename__ = "unmet_need"

    need_code: Mapped[str] = mapped_column(sa.String(64), index=True)
    place: Mapped[str | None]
    cause: Mapped[UnmetCause] = mapped_column(coded(UnmetCause))
    language: Mapped[str] = mapped_column(sa.String(35))
    at: Mapped[datetime]
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("conversation.id"))


class FollowUpAnswer(StrEnum):
    """What the resident said to "did you get the help?"."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    SILENCE = "silence"


class FollowUp(Keyed):
    """The question after closing. Not asked where `cancelled`: private matters, no channel, stopped."""

    __tablename__ = "follow_up"

    help_request_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("help_request.id"), index=True)
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    asked_times: Mapped[int] = mapped_column(default=0)
    answer: Mapped[FollowUpAnswer | None] = mapped_column(coded(FollowUpAnswer))
    answered_at: Mapped[datetime | None]
