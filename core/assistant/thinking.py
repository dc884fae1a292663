"""From a message to a decision, outside any transaction: understand ▸ decide ▸ (find ▸ decide) ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.assistant.snapshot import Snapshot
from core.clock import Clock
from core.conversation.decision import Decision, SetSlowSpeech
from core.conversation.ladder import decide
from core.conversation.needs import MOST_LISTED
from core.conversation.review import may_be_read, tells_a_need
from core.conversation.situation import Community, Earlier, Findings, Search, Situation, Wish
from core.conversation.state import OpenQuestion, QuestionKind
from core.db.engine import Database
from core.directory.find import Query, find, service_offer
from core.directory.places import PlaceRef, nearest_place, resolve_place
from core.directory.queries import responsible_body, vocabulary
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Choice, Inbound, Say
from core.review.deidentify import LONGEST, Anonymous, Known, anonymous
from core.review.everyday import everyday_words
from intents.language import UNDETERMINED
from intents.model import Model
from intents.thresholds import CONFIDENT
from intents.understand import Context, Vocabulary, understand
from intents.understanding import Act, NeedGuess, Understanding

MOST_SEARCHES = 4
"""A turn looks up at most a place, a need and a service; more means that two steps want different things."""
IN_PLAIN_WORDS = frozenset(
    {QuestionKind.PASS_ON, QuestionKind.PRIVATE_PHONE, QuestionKind.CANCEL, QuestionKind.MAY_CALL}
)
"""Questions whose yes has consequences: it must be one of our yes words, never a guess ("is it far")."""
CERTAIN = 1.0
"""The confidence of a message that is, as a whole, a known word."""
USUAL_PACE, HEARS_BADLY = "choice.usual_pace", "choice.louder"
VOCABULARY_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Thought:
    """What a message was taken to mean, and what to do about it."""

    understanding: Understanding
    language: str
    decision: Decision


class Mind:
    """Understands and decides; reads the directory, writes nothing."""

    def __init__(
        self,
        database: Database,
        model: Model,
        phrasebook: Phrasebook,
        community: Community,
        zone: ZoneInfo,
        clock: Clock,
        reference: Callable[[], str],
        code: Callable[[], str],
    ) -> None:
        self._database = database
        self._model = model
        self._phrasebook = phrasebook
        self._community = community
        self._zone = zone
        self._clock = clock
        self._reference = reference
        self._code = code
        self._everyday = everyday_words(model.catalogue)
        self._vocabulary: tuple[datetime, Vocabulary] | None = None

    def think(self, inbound: Inbound, known: Snapshot) -> tuple[Thought, str]:
        """The decision on `inbound`, with the reference that a new request gets."""
        now = self._clock.now().astimezone(self._zone)
        meant = self._understand(inbound, known)
        offered = self._community.languages
        language = meant.language if meant.language in offered else self._remembered(inbound, known) or offered[0]
        earlier = self._earlier(known)
        asked = known.question is not None and known.question.kind is QuestionKind.DANGER
        reference = self._reference()
        situation = Situation(
            now=now,
            inbound=inbound,
            understanding=meant,
            language=language,
            contact=known.contact,
            state=known.state,
            question=known.question,
            picked=None if earlier and not earlier.open_to_change else self._picked(known.question, meant, language),
            requests=known.requests,
            last_reply=known.last_reply,
            fresh_reference=reference,
            community=self._community,
            before=self._read(known.state.words, known.language, Context()) if asked else None,
            hears_badly=inbound.channel is Channel.VOICE and self._says(HEARS_BADLY, meant.text, language),
            usual_pace=known.contact.slow_speech and self._says(USUAL_PACE, meant.text, language),
            known=self._known(),
            first_time=known.language is None,
            wish=self._wish(meant.text, language),
            linked=known.linked,
            number=known.number,
            fresh_code=self._code() if inbound.contact else "",
            earlier=earlier,
        )
        decision = self._decide(situation)
        slow = _pace(decision, known.contact.slow_speech)
        return Thought(meant, language, replace(decision, reply=replace(decision.reply, slow=slow))), reference

    def for_review(self, words: str, language: str) -> Anonymous | None:
        """Words of a resident (one message a line) as a coordinator may read them; None where nobody else may."""
        if len(words) > LONGEST:
            return None
        said = [
            understand(line, self._model, language=language, vocabulary=self._words())
            for line in words.splitlines()
            if line.strip()
        ]
        if not all(map(may_be_read, said)):
            return None
        return anonymous("\n".join(meant.text for meant in said if tells_a_need(meant)), self._known())

    def _decide(self, situation: Situation) -> Decision:
        for _ in range(MOST_SEARCHES):
            outcome = decide(situation)
            if isinstance(outcome, Decision):
                return outcome
            findings = self._search(outcome, situation)
            situation = replace(situation, findings={**situation.findings, outcome: findings})
        raise RuntimeError("the ladder keeps searching")

    def _understand(self, inbound: Inbound, known: Snapshot) -> Understanding:
        expecting = frozenset(_EXPECTING.get(known.question.kind, {"choice"}) if known.question else ())
        meant = self._read(inbound.words, self._remembered(inbound, known), Context(expecting))
        if inbound.about not in self._model.catalogue.needs:
            return meant
        told = NeedGuess(inbound.about, CERTAIN, wanted=True)  # by the link: whatever they wrote beside it is less sure
        return Understanding(meant.text, UNDETERMINED, Act.FIND_HELP, (told,), meant.urgent, CERTAIN)

    def _remembered(self, inbound: Inbound, known: Snapshot) -> str | None:
        """Their language as they told it before; else, of those offered, the one that their app is set to."""
        hint = (inbound.language or "").casefold().split("-")[0]
        return known.language or (hint if hint in self._community.languages else None)

    def _earlier(self, known: Snapshot) -> Earlier | None:
        words = known.earlier
        if words is None:
            return None
        meant = self._read(words.text, known.language, Context(frozenset({"choice"})))
        yes_or_no = meant.act in (Act.YES, Act.NO) and meant.confidence >= CONFIDENT
        acted_on = meant.slots.choice is not None or yes_or_no
        return Earlier(words.request_id, open_to_change=words.last and words.request_id is None and not acted_on)

    def _wish(self, text: str, language: str) -> Wish | None:
        labels = tuple(Choice(n, Say(f"wish.{wish}")) for n, wish in enumerate(Wish))
        wished = self._phrasebook.picked(labels, text, language, begun=False)
        return None if wished is None else tuple(Wish)[wished]

    def _read(self, words: str, language: str | None, context: Context) -> Understanding:
        return understand(words, self._model, language=language, vocabulary=self._words(), context=context)

    def _words(self) -> Vocabulary:
        now = self._clock.now()
        if self._vocabulary is None or now - self._vocabulary[0] > VOCABULARY_LIFETIME:
            with self._database.read() as session:
                words = vocabulary(session)
            self._vocabulary = (now, Vocabulary(words.words, words.places))
        return self._vocabulary[1]

    def _known(self) -> Known:
        return Known(self._everyday, self._words().places)

    def _picked(self, question: OpenQuestion | None, meant: Understanding, language: str) -> int | None:
        if question is None or not question.choices:
            return None
        numbers = {choice.number for choice in question.choices}
        said = (*question.choices, *_ALSO_SAID.get(question.kind, ()))
        if meant.slots.choice is not None:
            return meant.slots.choice if meant.slots.choice in numbers else None
        # "no i need a dentist" is not merely a no.
        picked = self._phrasebook.picked(said, meant.text, language, begun=not meant.wanted)
        if picked is not None:
            return picked
        by_label = {choice.label.key: choice.number for choice in question.choices}
        label = {Act.YES: "choice.yes", Act.NO: "choice.no"}.get(meant.act, "")
        plain = meant.act is Act.YES and question.kind in IN_PLAIN_WORDS
        sure = meant.confidence >= (CERTAIN if plain else CONFIDENT)
        return by_label.get(label) if sure else None

    def _says(self, key: str, text: str, language: str) -> bool:
        return self._phrasebook.picked((Choice(1, Say(key)),), text, language, begun=False) is not None

    def _search(self, search: Search, s: Situation) -> Findings:
        with self._database.read() as session:
            place = _place(session, search)
            query = Query("", place, s.now, s.language, search.not_these, words=search.words, person=search.person)
            found = {code: find(session, replace(query, need=code)) for code in search.needs if not search.responsible}
            area = place.area if place else None
            bodies = {
                code: body
                for code in search.needs
                if search.responsible and (body := responsible_body(session, code, area))
            }
            offer = service_offer(session, search.service, at=s.now, place=place) if search.service else None
        return Findings(place, found, bodies, offer)


def _pace(decision: Decision, before: bool) -> bool:
    changed = (effect.slow for effect in decision.effects if isinstance(effect, SetSlowSpeech))
    return next(changed, before)


def _place(session: Session, search: Search) -> PlaceRef | None:
    if search.place_text:
        return resolve_place(session, search.place_text)
    place = search.place
    if place and not place.text and place.latitude is not None and place.longitude is not None:
        return nearest_place(session, place.latitude, place.longitude) or place  # a shared position
    return place


_ALSO_SAID = {QuestionKind.LIST: (Choice(MOST_LISTED + 1, Say("choice.another")),)}
"""Answers to a question that are understood, but have no number."""
_EXPECTING = {QuestionKind.PLACE: {"place", "choice"}, QuestionKind.POSTCODE: {"place"}}
