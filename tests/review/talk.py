"""A talk at the ladder itself: what a message was taken to mean is said by the story, not by a model."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from core.conversation.decision import Decision, KeepForReview
from core.conversation.ladder import decide
from core.conversation.situation import Community, Contact, Findings, RequestView, Search, Situation
from core.conversation.state import OpenQuestion, TalkState
from core.directory.find import Found, Offer
from core.directory.opening import UNKNOWN
from core.hours import parse_week_hours
from core.messages import Channel, Inbound, Media, Phone, Translated
from core.review.deidentify import Known
from core.review.everyday import everyday_words
from intents.catalogue import Catalogue, load_catalogue
from intents.emergencies import EmergencyKind
from intents.understanding import Act, NeedGuess, Slots, Understanding

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("America/New_York"))
CATALOGUE: Catalogue = load_catalogue()
KNOWN = Known(everyday_words(CATALOGUE), frozenset({"mill street"}))
OFFER = Offer(
    service_id=uuid.UUID(int=5),
    name=Translated("Lunch club"),
    organization=Translated("Harbor Neighbours"),
    organization_kind=None,
    description=None,
    phone=Phone("+12025550160"),
    address=None,
    opening=UNKNOWN,
    cost=None,
    free=None,
    stale=False,
    distance_km=None,
    documents=(),
    reasons=(),
)


@dataclass
class Talk:
    """One resident's talk, turn by turn."""

    language: str = "en"
    state: TalkState = field(default_factory=TalkState)
    question: OpenQuestion | None = None
    requests: tuple[RequestView, ...] = ()

    def says(
        self,
        text: str,
        *needs: tuple[str, float],
        act: Act = Act.UNKNOWN,
        sure: float = 0.1,
        picks: int | None = None,
        urgent: EmergencyKind | None = None,
        spoken: str | None = None,
        media: tuple[Media, ...] = (),
    ) -> list[KeepForReview]:
        """The turn is taken: gives what is kept of it. `needs`: code and confidence; from 0.7 it is wanted."""
        guesses = tuple(NeedGuess(code, confidence, confidence >= 0.7) for code, confidence in needs)
        confidence = max([sure, *(guess.confidence for guess in guesses if guess.wanted)])
        meant = Understanding(text, spoken or self.language, act, guesses, urgent, confidence, Slots(choice=picks))
        situation = Situation(
            now=NOW,
            inbound=Inbound(Channel.SMS, "+12025550181", "SM1", NOW, text=text, media=media),
            understanding=meant,
            language=self.language,
            contact=Contact(uuid.UUID(int=2), stopped=False, shared=False, safe_to_call=None, messages_this_hour=0),
            state=self.state,
            question=self.question,
            picked=picks,
            requests=self.requests,
            last_reply=None,
            fresh_reference="482913",
            community=Community(CATALOGUE, ("en", "zh", "es"), parse_week_hours("Mon-Fri 09:00-17:00")),
            known=KNOWN,
        )
        decision = _decided(situation)
        self.state = decision.state
        if decision.answered:
            self.question = None
        if decision.asks:
            new = decision.asks
            self.question = OpenQuestion(uuid.uuid4(), new.kind, decision.reply, new.needs, new.subject, new.reference)
        return [effect for effect in decision.effects if isinstance(effect, KeepForReview)]


def _decided(situation: Situation) -> Decision:
    for _ in range(4):
        outcome = decide(situation)
        if isinstance(outcome, Decision):
            return outcome
        situation = replace(situation, findings={**situation.findings, outcome: _found(outcome)})
    raise AssertionError("the ladder keeps searching")


def _found(search: Search) -> Findings:
    return Findings(None, {code: Found(code, (OFFER,), None) for code in search.needs}, {}, OFFER)
