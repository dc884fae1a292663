"""What a step decides: the Reply, and the effects that are applied together with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from core.conversation.state import NewQuestion, TalkState
from core.db.models.freshness import Verified
from core.db.models.help_request import CallBack, FollowUpAnswer, Reason, UnmetCause, Urgency
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
    """At which pace to speak on the telephone from now on."""

    slow: bool


@dataclass(frozen=True, slots=True)
class SetSafeToCall:
    """Whether nobody else reads or answers this phone, as the resident told us."""

    safe: bool


@dataclass(frozen=True, slots=True)
class SetCallBack:
    """When they would like to be called back about a request of theirs."""

    request_id: uuid.UUID
    call_back: CallBack


@dataclass(frozen=True, slots=True)
class SetCallNumber:
    """The number (E.164) at which to call them about a request of theirs."""

    request_id: uuid.UUID
    number: str


@dataclass(frozen=True, slots=True)
class CallThemBack:
    """They hung up at once: call them, unless what is known of this telephone forbids it."""


@dataclass(frozen=True, slots=True)
class ReachedUs:
    """They have called or written since they hung up: a call back that still waits is not placed."""


@dataclass(frozen=True, slots=True)
class SendCode:
    """Send this code to the number (E.164) that they shared in a chat."""

    number: str
    code: str


@dataclass(frozen=True, slots=True)
class Link:
    """They had the code that was sent last: this chat and that phone are one person's."""


@dataclass(frozen=True, slots=True)
class Unlink:
    """Whatever this contact point is linked with, it is no more."""


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
class AnswerVerification:
    """A provider says whether a listing is still right; `words`: what has changed."""

    question_id: uuid.UUID
    state: Verified
    words: str


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
    | SetCallBack
    | SetCallNumber
    | CallThemBack
    | ReachedUs
    | SendCode
    | Link
    | Unlink
    | TextThem
    | AnswerFollowUp
    | CancelRequest
    | AnswerVerification
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
