"""What Handrail answers: meaning (message keys, parameters, the answer it expects), never markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Words:
    """Free text, as a person or a directory wrote it; a channel with little room may shorten it."""

    text: str


@dataclass(frozen=True, slots=True)
class Translated:
    """Directory text in each language it exists in; `original` is used where there is none."""

    original: str
    by_language: Mapping[str, str] = field(default_factory=dict)
    prose: bool = False
    """To be understood word by word, as a name need not be: where it is told in another language, that is marked."""


@dataclass(frozen=True, slots=True)
class NeedName:
    """The everyday name of a need, said in the reader's language."""

    code: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in E.164 (or a short code such as 911), with its extension."""

    number: str
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, said the way people do as seen from `seen_from` ("today at 3 pm"). Both local, aware."""

    at: datetime
    seen_from: datetime


Param = Words | Translated | NeedName | Phone | Moment
"""A value inside a message. Each kind is put into words by core.i18n in the reader's language."""


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence or two: a key of the locale catalogue with its parameters. An `optional` line may be left
    out by a channel that has no room for it. `language`: said in this one whatever the Reply's."""

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)
    optional: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of at most three things the resident can pick, by its number 1 to 3; in a menu of a call, 4 is "more"."""

    number: int
    label: Say


@dataclass(frozen=True, slots=True)
class Expects:
    """What answer is awaited: one of `choices`, or free words. 0 for a person is always open and is said
    where `person` is true."""

    choices: tuple[Choice, ...] = ()
    person: bool = False
    free: str = ""
    """What free words are awaited ("place", "need", "phone", "code"), or "contact" for their own contact card, or ""
    for none; a channel may listen otherwise for it, or offer a button that tells it."""
    optional: bool = False
    """Silence is an answer too: it is not asked again."""


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a service is that the Reply names, for a channel that can show a map. Degrees are WGS 84."""

    name: str
    address: str
    latitude: float
    longitude: float
    phone: Phone | None = None


class Silence(StrEnum):
    """The only reasons not to answer."""

    WITH_VOLUNTEER = "with_volunteer"
    STOPPED = "stopped"
    PROVIDER_ANSWERED = "provider_answered"
    FLOODING = "flooding"
    CALL_ENDED = "call_ended"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. Either `say` has lines, or `silence` names why there are none.

    `slow`: to be said slowly, with long waits. `connect`: a person is on duty now, so a call is connected.
    `venues`: where the services are that it names, as far as that is known; a channel without maps leaves them out.
    """

    say: tuple[Say, ...]
    language: str
    expects: Expects = Expects()
    silence: Silence | None = None
    slow: bool = False
    connect: bool = False
    venues: tuple[Venue, ...] = ()

    @classmethod
    def none(cls, reason: Silence, language: str) -> Reply:
        """No answer, on purpose."""
        return cls(say=(), language=language, silence=reason)
