"""All that deciding may look at. Nothing here reads a clock, a database or a random number."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.conversation.state import OpenQuestion, TalkState
from core.db.models.help_request import CallBack, Reason, Status
from core.directory.find import Found, Offer, Person
from core.directory.person import NOBODY_KNOWN
from core.directory.places import PlaceRef
from core.directory.queries import ResponsibleName
from core.hours import WeekHours
from core.messages import Channel, Inbound, Moment, Reply
from core.phone_numbers import takes_texts
from core.review.deidentify import Known
from intents.catalogue import Catalogue
from intents.thresholds import CONFIDENT
from intents.understanding import Act, Understanding

TOPIC_KEPT_BACK = frozenset({"safety.abuse"})
"""Needs of which nothing is said before the resident told us that nobody else reads this phone (techsafety.org)."""
HEARD_WELL = 0.5
"""The recogniser's own confidence, 0 to 1, below which we ask before we act."""
_TELLS_A_NEED = frozenset({Act.FIND_HELP, Act.REPORT_PROBLEM})
DIGITS_FOR_POSTCODES = frozenset({"US", "MX", "ES", "AU"})
"""Countries whose postcodes can be keyed (Universal Postal Union, addressing systems)."""
_TELEPHONES = frozenset({Channel.SMS, Channel.VOICE})
MOSTLY = 0.6
"""A place name that makes up this share of a message, in characters, is the whole message ("im on mill street")."""


@dataclass(frozen=True, slots=True)
class Search:
    """A look into the directory that a step needs before it can decide."""

    needs: tuple[str, ...] = ()
    place_text: str = ""
    """A place to look up first, in the resident's words."""
    place: PlaceRef | None = None
    not_these: tuple[uuid.UUID, ...] = ()
    words: str = ""
    """How the need was put, for a service that was named."""
    person: Person = NOBODY_KNOWN
    """Who it is for."""
    responsible: bool = False
    """Look for who must see to a report, rather than for services."""
    service: uuid.UUID | None = None
    """One service by its id, as it is offered."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a Search gave: the place if it is known, and what was found for each need."""

    place: PlaceRef | None = None
    by_need: Mapping[str, Found] = field(default_factory=dict)
    responsible: Mapping[str, ResponsibleName] = field(default_factory=dict)
    service: Offer | None = None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A help request of this resident that isn't resolved yet."""

    id: uuid.UUID
    reference: str
    status: Status
    reason: Reason
    need: str | None
    emergency_kind: str | None
    held: bool
    """A volunteer has claimed it: the conversation is theirs."""
    acknowledged: bool
    """The resident has been told so since the volunteer's last answer."""
    created_at: datetime
    private: bool = False
    call_back: CallBack | None = None
    elsewhere: bool = False
    """Asked for at another contact point of theirs."""


class Wish(StrEnum):
    """What they may ask for in a few words that concern only how we know and write to them."""

    PRIVACY = "privacy"
    LINK = "link"
    UNLINK = "unlink"


class NumberStanding(StrEnum):
    """What is known of a number that somebody shared in a chat."""

    FREE = "free"
    LINKED = "linked"
    """With this very chat."""
    SHARED = "shared"
    """Several people are reached at it, or at the chat."""
    SILENT = "silent"
    """Nothing is sent to it: they asked for that, or others may read it."""
    TOO_OFTEN = "too_often"
    """It, or the chat, has had its codes for today."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What they had sent before they put it in other words."""

    request_id: uuid.UUID | None
    """The help request that it came to belong to."""
    open_to_change: bool
    """It was told in free words, and nothing was said since: the new words may take its place."""


@dataclass(frozen=True, slots=True)
class Contact:
    """The contact point we talk with, without its address."""

    id: uuid.UUID
    stopped: bool
    shared: bool
    safe_to_call: bool | None
    messages_this_hour: int
    slow_speech: bool = False


@dataclass(frozen=True, slots=True)
class Community:
    """What holds for the whole deployment."""

    catalogue: Catalogue
    languages: tuple[str, ...]
    duty_hours: WeekHours
    country: str = "US"
    connects: bool = False
    """There is a duty telephone that calls can be connected with."""
    listens: bool = False
    """There is a speech recogniser for voice notes."""
    calls_back_missed: bool = False
    """Who hangs up before they have said anything is called back."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One turn: who said what, where the talk stands, and what is known so far."""

    now: datetime
    """Local time, aware."""
    inbound: Inbound
    understanding: Understanding
    language: str
    contact: Contact
    state: TalkState
    question: OpenQuestion | None
    picked: int | None
    """The choice of the open question that the message names by digit or word."""
    requests: tuple[RequestView, ...]
    last_reply: Reply | None
    fresh_reference: str
    """The reference a new help request would get."""
    community: Community
    findings: Mapping[Search, Findings] = field(default_factory=dict)
    before: Understanding | None = None
    """What the message meant that made us ask whether anyone is in danger."""
    hears_badly: bool = False
    """They say on the telephone that they can't hear us: no wish for a hearing aid."""
    usual_pace: bool = False
    """They are spoken to slowly, and no longer want that."""
    known: Known = Known()
    """Words and places that give nobody away."""
    first_time: bool = False
    """Nobody has told us their language yet."""
    wish: Wish | None = None
    linked: bool = False
    """Their contact point is linked with another one."""
    number: NumberStanding | None = None
    """Of the number they share with this message."""
    fresh_code: str = ""
    """The code that would be sent to it."""
    earlier: Earlier | None = None
    """Where the message is a new wording."""

    @property
    def act(self) -> Act:
        """What the message does, where that is sure enough to act on; else unknown."""
        if self.misheard and self.understanding.act in _TELLS_A_NEED:
            return Act.UNKNOWN
        return self.understanding.act if self.understanding.confidence >= CONFIDENT else Act.UNKNOWN

    @property
    def wanted(self) -> tuple[str, ...]:
        """The needs sure enough to act on. A bare street name is none, however much it sounds like road works; nor is
        a digit."""
        if self.only_a_place or self.only_a_number or self.misheard:
            return ()
        return tuple(need.code for need in self.understanding.wanted)

    @property
    def person_told(self) -> Person:
        """What the message tells of the person it is about."""
        slots = self.understanding.slots
        return NOBODY_KNOWN if self.misheard else Person(slots.age, False if slots.stays_in else None)

    @property
    def on_the_phone(self) -> bool:
        """They hear us, and press keys or speak."""
        return self.inbound.channel is Channel.VOICE

    @property
    def shows_a_list(self) -> bool:
        """They see several services at once, and maps; else one service at a time is what fits."""
        return self.inbound.channel is Channel.TELEGRAM

    @property
    def phone_known(self) -> bool:
        """We write to or speak with a telephone whose number we see, or with a chat that one is linked to."""
        return self.linked or (self.inbound.channel in _TELEPHONES and not self.number_withheld)

    @property
    def number_withheld(self) -> bool:
        """They call from a telephone whose number we don't get to see."""
        return self.on_the_phone and not self.inbound.address.startswith("+")

    @property
    def can_key_a_postcode(self) -> bool:
        """They have a telephone's keys at hand, and their postcode is made of digits."""
        return self.on_the_phone and self.community.country in DIGITS_FOR_POSTCODES

    @property
    def misheard(self) -> bool:
        """The speech recogniser doubts its own words."""
        return self.inbound.confidence is not None and self.inbound.confidence < HEARD_WELL

    @property
    def can_be_texted(self) -> bool:
        """Their telephone may be a mobile (in some countries its number doesn't tell), and they want texts."""
        return not self.contact.stopped and takes_texts(self.inbound.address)

    @property
    def perhaps(self) -> str | None:
        """A need that a part of the message may tell beside the wanted one."""
        return next((need.code for need in self.understanding.needs if need.also), None)

    @property
    def wordless_media(self) -> bool:
        """A picture or recording and no words: only a person can make something of it."""
        return bool(self.inbound.media) and not self.understanding.text.strip()

    @property
    def to_be_listened_to(self) -> bool:
        """A voice note that the recogniser has yet to hear; its words come as a message of their own."""
        sound = all(item.content_type.startswith("audio/") for item in self.inbound.media)
        return self.community.listens and self.inbound.channel is Channel.TELEGRAM and self.wordless_media and sound

    @property
    def not_made_out(self) -> bool:
        """The recogniser has heard a voice note and found no words in it."""
        return self.inbound.confidence == 0 and not self.inbound.words

    @property
    def only_a_place(self) -> bool:
        """The message says where, and nothing else."""
        place, text = self.understanding.slots.place, self.understanding.text.strip()
        return bool(place) and len(place or "") >= MOSTLY * len(text)

    @property
    def wordless(self) -> bool:
        """Numbers, signs and pictures only: there is no need to be read out of them."""
        return not any(c.isalpha() for c in self.understanding.text)

    @property
    def only_a_number(self) -> bool:
        """A digit or two: meant for a choice, where a longer number may be a postcode."""
        digits = self.understanding.text.strip(" .!")
        return self.understanding.slots.choice is not None or (digits.isdigit() and len(digits) <= 2)

    def is_private(self, need: str | None) -> bool:
        """Whether nothing may be started about this matter: no follow-up, no call-back."""
        return need in TOPIC_KEPT_BACK or self.state.private_phone is not None

    @property
    def held_request(self) -> RequestView | None:
        """The request through which a volunteer holds this conversation."""
        return next((r for r in self.requests if r.held and not r.elsewhere), None)

    @property
    def promise(self) -> Moment | None:
        """When a person will answer, where that isn't now: the next duty hours."""
        hours = self.community.duty_hours
        if hours.open_until(self.now):
            return None
        opening = hours.next_opening(self.now)
        return Moment(opening, self.now) if opening else None
