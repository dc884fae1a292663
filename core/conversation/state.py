"""What a talk remembers from turn to turn, and the question it may have open."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from core.db.models.freshness import AskedBy
from core.directory.freshness.operations import ANSWER_COUNTS
from core.directory.person import NOBODY_KNOWN, Person
from core.directory.places import PlaceRef
from core.messages import Choice, Reply

SAME_MATTER = timedelta(days=2)
"""After this long without a word, what was offered before is no longer the matter at hand."""


class QuestionKind(StrEnum):
    """What we asked."""

    PLACE = "place"
    POSTCODE = "postcode"
    OFFER = "offer"
    TWO_NEEDS = "two_needs"
    NEXT_NEED = "next_need"
    WHICH_NEED = "which_need"
    PASS_ON = "pass_on"  # noqa: S105  (no password)
    FOR_WHOM = "for_whom"
    PRIVATE_PHONE = "private_phone"
    PERSON = "person"
    FOLLOW_UP = "follow_up"
    FOLLOW_UP_PARTLY = "follow_up_partly"
    CANCEL = "cancel"
    LANGUAGE = "language"
    MENU = "menu"
    DANGER = "danger"
    CALL_BACK = "call_back"
    MAY_CALL = "may_call"
    NUMBER = "number"
    NUMBER_RIGHT = "number_right"
    LIST = "list"
    LINK_CODE = "link_code"
    VERIFY = "verify"
    VERIFY_WORDS = "verify_words"


ABOUT_A_PLACE = frozenset({QuestionKind.PLACE, QuestionKind.POSTCODE})
ABOUT_A_SERVICE = frozenset({QuestionKind.OFFER, QuestionKind.LIST, QuestionKind.TWO_NEEDS, QuestionKind.PASS_ON})
"""Questions to which people reply with a question about the service: "is it far", "what does it cost"."""
ABOUT_CALLING_BACK = frozenset(
    {QuestionKind.CALL_BACK, QuestionKind.MAY_CALL, QuestionKind.NUMBER, QuestionKind.NUMBER_RIGHT}
)
"""Questions of a call to which a person was promised."""
ABOUT_A_LISTING = frozenset({QuestionKind.VERIFY, QuestionKind.VERIFY_WORDS})
"""Questions to a provider, not to a resident."""
LIFETIME = {
    QuestionKind.PRIVATE_PHONE: timedelta(minutes=30),
    **dict.fromkeys(ABOUT_CALLING_BACK, timedelta(minutes=30)),
    QuestionKind.LINK_CODE: timedelta(minutes=10),
    QuestionKind.PASS_ON: timedelta(hours=2),
    QuestionKind.FOLLOW_UP: timedelta(days=7),
    QuestionKind.FOLLOW_UP_PARTLY: timedelta(days=2),
    QuestionKind.VERIFY: ANSWER_COUNTS[AskedBy.SMS],
    QuestionKind.VERIFY_WORDS: timedelta(hours=2),
}
"""How long "1" still answers; a stale yes must not pass anybody's number on."""
USUAL_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The one question of this resident and channel that still awaits its answer."""

    id: uuid.UUID
    kind: QuestionKind
    asked: Reply
    """The words in which it was asked."""
    needs: tuple[str, ...] = ()
    """The needs that its choices stand for, in order (WHICH_NEED, TWO_NEEDS, NEXT_NEED), or the one it is about
    (OFFER, LIST, PERSON, PASS_ON) and after it the one that may have been told as well; of a MENU, those on its
    page."""
    subject: uuid.UUID | None = None
    """The follow-up, help request or service it is about; of VERIFY, the question to the provider."""
    reference: str = ""
    """The number by which the resident knows that request, also where it is opened as the question is asked; of a
    MENU, where in it they are; of DANGER, its kind; of LINK_CODE, the code."""
    services: tuple[uuid.UUID, ...] = ()
    """The services that the choices of a LIST stand for, in order."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be picked by number."""
        return self.asked.expects.choices


@dataclass(frozen=True, slots=True)
class TalkState:
    """Where a talk stands."""

    need: str | None = None
    words: str = ""
    place: PlaceRef | None = None
    place_asked: bool = False
    offered: tuple[uuid.UUID, ...] = ()
    waiting: tuple[str, ...] = ()
    perhaps: str | None = None
    """A need that the message may have told as well: offered beside the answer, asked about when that is done."""
    for_whom: str | None = None
    """None: not known. "self", or "other"."""
    person: Person = NOBODY_KNOWN
    """Who the need at hand is for, as far as they told by themselves; we never ask."""
    person_first: bool = False
    """They told of the person before they told a need: it counts for the one that comes."""
    private_phone: bool | None = None
    danger_denied: bool = False
    """They were asked whether anyone is in danger, and nobody was."""
    codes_wrong: int = 0
    """How often they got the code wrong that we sent to the number they shared last."""
    misses: int = 0

    def going_on(self, need: str) -> Self:
        """The state in which the next need of the same message begins: nothing is asked twice for it."""
        known = self.starting(need, self.words)
        return replace(known, place_asked=self.place_asked, private_phone=self.private_phone, person=self.person)

    def starting(self, need: str, words: str) -> Self:
        """The state in which a new need begins; the place and whether it is for themselves stay known."""
        begun = replace(self, need=need, words=words, person=self._person_to_come, person_first=False)
        return replace(begun, offered=(), perhaps=None, place_asked=False, private_phone=None, misses=0)

    def about(self, for_whom: str | None, told: Person = NOBODY_KNOWN) -> Self:
        """The state once they have told for whom it is ("self", "other"; None: nothing) and of the person."""
        known = self.person if self.need else self._person_to_come
        if for_whom and self.for_whom and for_whom != self.for_whom:
            known = NOBODY_KNOWN  # that was somebody else
        person = known.told_more(told)
        return replace(self, for_whom=for_whom or self.for_whom, person=person, person_first=self.need is None)

    @property
    def _person_to_come(self) -> Person:
        return self.person if self.person_first else NOBODY_KNOWN

    def understood(self) -> Self:
        """The state after a message that made sense."""
        return replace(self, misses=0)

    def forgotten(self, since: datetime, now: datetime) -> Self:
        """The state as it is worth after a pause: the place stays, the matter at hand does not."""
        if now - since < SAME_MATTER:
            return self
        return type(self)(place=self.place)

    def to_json(self) -> dict[str, Any]:
        """For the database; `from_json` is the inverse."""
        return asdict(self) | {"offered": [str(i) for i in self.offered]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The state that `to_json` gave."""
        known = dict(data)
        if known:
            known["place"] = PlaceRef(**known["place"]) if known["place"] else None
            known["person"] = Person(**known.get("person", {}))  # not in what was stored earlier
            known["offered"] = tuple(uuid.UUID(i) for i in known["offered"])
            known["waiting"] = tuple(known["waiting"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question about to be asked; it supersedes the open one."""

    kind: QuestionKind
    needs: tuple[str, ...] = ()
    subject: uuid.UUID | None = None
    reference: str = ""
    services: tuple[uuid.UUID, ...] = ()

    @property
    def lifetime(self) -> timedelta:
        """How long an answer counts."""
        return LIFETIME.get(self.kind, USUAL_LIFETIME)
