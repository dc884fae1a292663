"""A console over a real database, people who use it, and requests that came in by the core's own doors."""

from __future__ import annotations

import io
import random
import uuid
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from console import ConsoleDeps, register_console
from console.deps import EXTENSION, Mounted
from core.config import Config
from core.contacts import contact_point, conversation_with
from core.db.engine import Database
from core.db.models import (
    Conversation,
    Heartbeat,
    HelpRequest,
    InboundMedia,
    InboundMessage,
    Organization,
    PhoneNumber,
    Referral,
    Service,
    Source,
    UnmetNeed,
    Volunteer,
)
from core.db.models.help_request import Outcome, Reason, UnmetCause, Urgency
from core.db.models.outgoing import Purpose
from core.db.models.review import Cause
from core.db.models.volunteer import Role
from core.db.sealing import Sealer
from core.helpdesk import operations
from core.helpdesk.desk import Desk
from core.helpdesk.opening import NewRequest, open_request
from core.helpdesk.volunteers import set_phone
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, NeedName, Reply, Say, reply_to_json
from core.outbox.operations import Post, post
from core.review.deidentify import Anonymous, Known, anonymous
from core.review.operations import Heard, keep
from intents.catalogue import Catalogue
from tests.fakes import StandingClock

PASSWORD = "a long enough password"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)  # the real cost is paid in one test
SETTINGS = {
    "HANDRAIL_SECRET_KEY": "0123456789abcdef0123456789abcdef0123456789",
    "HANDRAIL_DATA_KEY": "1:" + "A" * 43 + "=",
    "HANDRAIL_PUBLIC_URL": "http://127.0.0.1:8000",
    "HANDRAIL_COMMUNITY_NAME": "Old Harbor Helps",
    "HANDRAIL_DUTY_CONTACT": "+12025550198",
}
EVERYDAY = Known(frozenset({"i", "my", "the", "sink", "leaks"}))
DORIS = "+12025550123"
LI = "+12025550124"
ROSA = "+12025550125"


def _silence(seconds: int) -> bytes:
    with io.BytesIO() as file:
        with wave.open(file, "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(bytes(2 * 8000 * seconds))
        return file.getvalue()


SILENCE = _silence(1)
"""A recording that browsers can play."""


class CompiledOnce(BytecodeCache):
    """Templates are compiled once a run rather than once a test."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledOnce()


@dataclass
class FakeChats:
    """The port to the bot."""

    name: str = "riverside_help_bot"
    shown: list[str] = field(default_factory=list)

    def show_typing(self, address: str) -> None:
        self.shown.append(address)

    def bot_name(self) -> str:
        return self.name


@dataclass
class Scene:
    """The console, mounted in an app of its own, and what its ports were asked."""

    app: Flask
    deps: ConsoleDeps
    clock: StandingClock
    nudges: list[int]
    media: dict[uuid.UUID, tuple[str, bytes]]
    people: dict[str, uuid.UUID] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.deps.database

    def joins(self, username: str, name: str, role: Role = Role.VOLUNTEER, language: str = "en") -> uuid.UUID:
        """A volunteer with PASSWORD."""
        with self.database.write() as session:
            row = Volunteer(username=username, name=name, role=role, password_hash=PASSWORD_HASH, language=language,
                            created_at=self.clock.now())  # fmt: skip
            session.add(row)
            session.flush()
            self.people[username] = row.id
        return row.id

    def asks(self, words: str, *, phone: str = DORIS, language: str = "en", **about: Any) -> uuid.UUID:
        """A resident texts `words` and a person is wanted: gives the request's id."""
        now = self.clock.now()
        with self.database.write() as session:
            contact = contact_point(session, self.deps.sealer, Channel.SMS, phone, now)
            contact.safe_to_call = about.pop("safe_to_call", None)
            conversation = conversation_with(session, contact, Channel.SMS, now)
            self._inbound(session, contact.id, conversation.id, words, language)
            new = NewRequest(
                reference=str(random.Random(words).randrange(100_000, 999_999)),
                reason=about.pop("reason", Reason.ASKED_FOR_PERSON),
                words=words,
                language=language,
                asked_by_id=conversation.resident_id,
                conversation_id=conversation.id,
                channel=Channel.SMS,
                **about,
            )
            return open_request(session, self.deps.desk, new, now).id

    def writes(self, request_id: uuid.UUID, words: str, language: str = "en") -> uuid.UUID:
        """The resident of a request writes again: gives the message's id."""
        with self.database.write() as session:
            message = session.scalars(self._messages(request_id)).first()
            assert message
            assert message.conversation_id
            return self._inbound(session, message.contact_point_id, message.conversation_id, words, language)

    def answered(self, request_id: uuid.UUID, key: str, language: str, **params: NeedName) -> uuid.UUID:
        """The assistant answers in the request's conversation: gives the outgoing message's id."""
        with self.database.write() as session:
            message = session.scalars(self._messages(request_id)).first()
            assert message
            row_id = post(
                session,
                Post(message.contact_point_id, Channel.SMS, Reply((Say(key, params),), language), Purpose.ANSWER,
                     key=str(uuid.uuid4()), conversation_id=message.conversation_id),
                self.clock.now(),
            )  # fmt: skip
        assert row_id
        return row_id

    def sends_media(self, message_id: uuid.UUID, content_type: str, content: bytes) -> uuid.UUID:
        """A picture or recording comes with a message, and is fetched."""
        with self.database.write() as session:
            row = InboundMedia(inbound_message_id=message_id, url="https://media.example/1", content_type=content_type,
                               fetched_at=self.clock.now())  # fmt: skip
            session.add(row)
            session.flush()
            self.media[row.id] = (content_type, content)
            return row.id

    def leaves_voicemail(self, request_id: uuid.UUID, seconds: int | None = 34) -> uuid.UUID:
        """The resident of a request speaks after the tone: gives the recording's id."""
        media_id = self.sends_media(self.writes(request_id, ""), "audio/x-wav", SILENCE)
        with self.database.write() as session:
            row = session.get_one(InboundMedia, media_id)
            row.seconds = seconds
            session.get_one(InboundMessage, row.inbound_message_id).channel = Channel.VOICE
        return media_id

    def has_phone(self, username: str, number: str) -> None:
        """A volunteer gave their own number."""
        with self.database.write() as session:
            set_phone(session, self.deps.sealer, self.people[username], number)

    def worker_is_alive(self) -> None:
        with self.database.write() as session:
            session.merge(Heartbeat(name="worker", at=self.clock.now()))

    def lists_service(self, name: str, assured: date | None = None) -> uuid.UUID:
        """A service with a phone stands in the directory."""
        with self.database.write() as session:
            source = session.scalar(sa.select(Source)) or Source(name="town", created_at=self.clock.now())
            session.add(source)
            session.flush()
            organization = Organization(source_id=source.id, name="Harbor Neighbours")
            session.add(organization)
            session.flush()
            service = Service(source_id=source.id, organization_id=organization.id, name=name, assured_date=assured,
                              status="active")  # fmt: skip
            session.add(service)
            session.flush()
            session.add(PhoneNumber(service_id=service.id, number="+12025550160", original="202-555-0160"))
            return service.id

    def may_refer(self, request_id: uuid.UUID, service_id: uuid.UUID) -> None:
        """The resident agreed that a service is called."""
        with self.database.write() as session:
            asked_by = session.get_one(HelpRequest, request_id).asked_by_id
            session.add(Referral(help_request_id=request_id, resident_id=asked_by,
                                 service_id=service_id, need_code="food.meals", passed="phone,need",
                                 consent_words="1", consent_at=self.clock.now()))  # fmt: skip

    def lacks(self, need: str, cause: UnmetCause = UnmetCause.NO_SERVICE) -> None:
        with self.database.write() as session:
            session.add(UnmetNeed(need_code=need, cause=cause, language="en", at=self.clock.now()))

    def hears(self, words: str, *, language: str = "en", guessed: str | None = None, meant: str | None = None) -> None:
        """Words that were not understood, or taken for something else, come onto the review list."""
        cause = Cause.CORRECTED if guessed else Cause.UNKNOWN
        with self.database.write() as session:
            keep(session, Heard(Anonymous(words), language, cause, guessed, meant), self.clock.now())

    def has_bot(self, chats: FakeChats) -> None:
        """From now on there is Telegram."""
        mounted: Mounted = self.app.extensions[EXTENSION]
        self.deps = replace(self.deps, chats=chats)
        self.app.extensions[EXTENSION] = replace(mounted, deps=self.deps)

    def came_in_chat(self, request_id: uuid.UUID, chat: str) -> None:
        """The request came in Telegram rather than by text."""
        with self.database.write() as session:
            request = session.get_one(HelpRequest, request_id)
            contact = contact_point(session, self.deps.sealer, Channel.TELEGRAM, chat, self.clock.now())
            talk = session.get_one(Conversation, request.conversation_id)
            talk.contact_point_id, talk.channel, request.channel = contact.id, Channel.TELEGRAM, Channel.TELEGRAM

    def rows(self, model: type[Any], **where: Any) -> list[Any]:
        """All rows of a table, for looking at what really happened."""
        with self.database.read() as session:
            return list(session.scalars(sa.select(model).filter_by(**where)))

    def _messages(self, request_id: uuid.UUID) -> sa.Select[Any]:
        return (
            sa.select(InboundMessage)
            .join(HelpRequest, HelpRequest.conversation_id == InboundMessage.conversation_id)
            .where(HelpRequest.id == request_id)
        )

    def _inbound(
        self, session: Any, contact_id: uuid.UUID, conversation_id: uuid.UUID, words: str, language: str
    ) -> uuid.UUID:
        row = InboundMessage(
            channel=Channel.SMS,
            provider_id=uuid.uuid4().hex,
            contact_point_id=contact_id,
            conversation_id=conversation_id,
            text=words,
            language=language,
            received_at=self.clock.now(),
            reply=reply_to_json(Reply((), language)),
        )
        session.add(row)
        session.flush()
        return row.id  # type: ignore[no-any-return]


def build_scene(database: Database, clock: StandingClock, catalogue: Catalogue, **settings: str) -> Scene:
    """The console over `database`."""
    env: Mapping[str, str] = {**SETTINGS, "HANDRAIL_DATABASE_URL": database.url, **settings}
    config = Config.from_env(env)
    sealer = Sealer(config.data_key)
    names = {code: need.names for code, need in catalogue.needs.items()}
    facts = {"community": config.community_name, "emergency": "911", "crisis": "988"}
    nudges: list[int] = []
    media: dict[uuid.UUID, tuple[str, bytes]] = {}
    deps = ConsoleDeps(
        config=config,
        database=database,
        sealer=sealer,
        desk=Desk.of(config, sealer),
        phrasebook=Phrasebook(config.languages, names, country=config.country, facts=facts),
        catalogue=catalogue,
        clock=clock,
        nudge=lambda: nudges.append(1),
        fetch_media=media.get,
        for_review=lambda words, _language: anonymous(words, EVERYDAY),
    )
    app = Flask("console under test", static_folder=None)
    app.jinja_options = {"bytecode_cache": COMPILED}
    register_console(app, deps)
    return Scene(app, deps, clock, nudges, media)


def furnish(scene: Scene, language: str = "en", vera: Role = Role.VOLUNTEER) -> dict[str, uuid.UUID]:
    """A busy day: a request of every kind, on every shelf. Gives their ids by a short name."""
    vera_id = scene.joins("vera", "Vera Lopez", vera, language=language)
    ana = scene.joins("ana", "Ana Chen", language=language)
    scene.joins("cora", "Cora Miles", Role.COORDINATOR, language=language)
    lunch = scene.lists_service("Lunch club at St Ann's", assured=date(2024, 1, 5))
    scene.lists_service("Night shelter")
    ids: dict[str, uuid.UUID] = {}
    ids["meals"] = scene.asks("wot day dus the lunch club meat <b>bold</b>", need="food.meals", place="Old Harbor",
                              tried=(str(lunch),), consent_by="Doris", consent_words="1")  # fmt: skip
    scene.answered(ids["meals"], "ask.which", "en")
    scene.clock.forward(timedelta(minutes=12))
    first = scene.writes(ids["meals"], "I can't stand at the stove any more")
    scene.sends_media(first, "image/png", b"\x89PNG picture")
    scene.may_refer(ids["meals"], lunch)
    ids["fall"] = scene.asks("我妈摔倒了，起不来", phone=LI, language="zh", urgency=Urgency.EMERGENCY,
                             reason=Reason.EMERGENCY, emergency_kind="medical", place="Garden Park")  # fmt: skip
    ids["abuse"] = scene.asks("Tengo miedo en mi casa", phone=ROSA, language="es", need="safety.abuse", private=True,
                              urgency=Urgency.SOON)  # fmt: skip
    ids["held"] = scene.asks("my sink leaks", phone="+12025550126", need="home.repair")
    ids["closed"] = scene.asks("need a ride to dialysis", phone="+12025550127", need="transport.medical")
    scene.hears("the gubbins is kaput <b>again</b>")
    scene.hears("se acabó lo que se daba", language="es", guessed="money.benefits")
    scene.hears("饭没了", language="zh", guessed="food.meals", meant="food.groceries")
    scene.lacks("home.repair")
    scene.lacks("child.care", UnmetCause.NOT_IN_AREA)
    now = scene.clock.now()
    with scene.database.write() as session:
        operations.claim(session, scene.deps.desk, ids["meals"], vera_id, now)
        operations.claim(session, scene.deps.desk, ids["abuse"], vera_id, now)
        operations.claim(session, scene.deps.desk, ids["held"], ana, now)
        operations.claim(session, scene.deps.desk, ids["closed"], vera_id, now)
        operations.reply(session, ids["meals"], vera_id, "Tuesdays and Fridays at 12.\nShall I book a seat?", "k1", now)
        operations.add_note(session, ids["meals"], vera_id, "Prefers mornings.", uuid.uuid4(), now)
        operations.close(session, scene.deps.desk, ids["closed"], vera_id, Outcome.PARTLY, now)
    scene.worker_is_alive()
    return ids
