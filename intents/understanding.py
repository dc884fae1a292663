"""The words in which this room answers: what a message means, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from intents.emergencies import EmergencyKind


class Act(StrEnum):
    """What the resident is doing by sending the message."""

    FIND_HELP = "find_help"
    REPORT_PROBLEM = "report_problem"
    PERSON = "person"
    STATUS = "status"
    CANCEL = "cancel"
    OFFER_HELP = "offer_help"
    FEEDBACK = "feedback"
    EMERGENCY = "emergency"
    LANGUAGE = "language"
    REPEAT = "repeat"
    SLOWER = "slower"
    STOP = "stop"
    START = "start"
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class WhoFor(StrEnum):
    """Whether the resident asks for themselves or for someone else."""

    SELF = "self"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NeedGuess:
    """One need the message may hold. `wanted` is true where we are sure enough to act on it; `also` where a part of
    the message may tell it beside the wanted one: worth a question.
    """

    code: str
    confidence: float
    wanted: bool
    also: bool = False


@dataclass(frozen=True, slots=True)
class Slots:
    """Details told along the way; None where the message says nothing.

    choice: the whole message is a menu answer, 0 to 5. language: the language asked for (act language).
    place: in the resident's own words. when: codes such as "tomorrow morning", "saturday", "weekend".
    age: in years, of whom the message is about. stays_in: they say that they can't leave the house.
    """

    who_for: WhoFor | None = None
    place: str | None = None
    when: str | None = None
    choice: int | None = None
    language: str | None = None
    age: int | None = None
    stays_in: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one message means.

    language is a BCP-47 tag or "und"; other_language the tag of a language that we don't speak, where it can be
    told. needs are ranked, every wanted one first. confidence (0 to 1) is how
    sure we are of the act together with the wanted needs; where nothing is wanted it is the best guess's.
    urgent: the kind of emergency it is. perhaps_urgent: the kind it may be, too faint to be called one, and worth a
    question.
    """

    text: str
    language: str
    act: Act
    needs: tuple[NeedGuess, ...]
    urgent: EmergencyKind | None
    confidence: float
    slots: Slots = Slots()
    other_language: str | None = None
    perhaps_urgent: EmergencyKind | None = None

    @property
    def wanted(self) -> tuple[NeedGuess, ...]:
        """The needs we are sure enough to act on, surest first."""
        return tuple(need for need in self.needs if need.wanted)

    def to_json(self) -> dict[str, object]:
        """The shape that `handrail understand --json` prints; slots stay inside the house."""
        return {
            "text": self.text,
            "language": self.language,
            "act": self.act.value,
            "needs": [
                {"code": need.code, "confidence": round(need.confidence, 4), "wanted": need.wanted}
                for need in self.needs
            ],
            "urgent": {"kind": self.urgent.value} if self.urgent else None,
            "confidence": round(self.confidence, 4),
        }
