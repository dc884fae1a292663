"""What a step decides: the Reply, and the effects that are applied together with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from core.conversation.state import NewQuestion, TalkState
from core.db.models.help_request import FollowUpAnswer, Reason, UnmetCause, Urgency
from core.db.models.outgoing import Purpose
from core.db.models.review import Cause
from core.messages import Reply
from core.review.deidentify import Anonymous


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A person is wanted. `language`: what they write, where it is none of those we answer in."""

    reason: Reason
    urgency: Urgency = Urgency.NORMAL
    need: str | None = None
    emergency_kind: str | None = None
    consent_words: str | None = None
    responsible_body: str | None = None
    private: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class AttachToRequest:
    """The message belongs to a request that is open already; `acknowledged`: the resident is told so now."""

    request_id: uuid.UUID
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class RecordReferral:
    """The resident agreed that `passed` (codes) goes to a service."""

    service_id: uuid.UUID
    need: str
    passed: tuple[str, ...]
    consent_words: str


@dataclass(frozen=True, slots=True)
class RecordUnmetNeed:
    """The directory had nothing."""

    need: str
    place: str | None
    cause: UnmetCause


@dataclass(frozen=True, slots=True)
class Stop:
    """Send nothing more."""


@dataclass(frozen=True, slots=True)
class Start:
    """Texts are welcome again."""


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """Answer in this language from now on."""

    language: str


@dataclass(frozen=True, slots=True)
class SetSlowSpeech:
    """Speak slowly on the telephone from now on."""


@dataclass(frozen=True, slots=True)
class SetSafeToCall:
    """Whether nobody else reads or answers this phone, as the resident told us."""

    safe: bool


@dataclass(frozen=True, slots=True)
class TextThem:
    """Send this to their telephone as a text too."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class AnswerFollowUp:
    """What came of a closed request."""

    follow_up_id: uuid.UUID
    answer: FollowUpAnswer
    reopen: bool


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """The resident no longer wants it."""

    request_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class KeepForReview:
    """A person who knows the services should say what these words mean; see `core.review.operations.Heard`."""

    words: Anonymous
    cause: Cause
    guessed: str | None
    meant: str | None


Effect = (
    OpenRequest
    | AttachToRequest
    | RecordReferral
    | RecordUnmetNeed
    | Stop
    | Start
    | SetLanguage
    | SetSlowSpeech
    | SetSafeToCall
    | TextThem
    | AnswerFollowUp
    | CancelRequest
    | KeepForReview
)
"""Applied in one `match` in core.assistant.apply."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a turn. `answered`: the open question has got its answer."""

    reply: Reply
    state: TalkState
    effects: tuple[Effect, ...] = ()
    asks: NewQuestion | None = None
    answered: bool = False
    purpose: Purpose = Purpose.ANSWER
