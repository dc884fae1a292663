"""Builds the house from its settings: which room gets what. A new channel is one line in `channels`."""

from __future__ import annotations

import logging
import random
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.assistant import Assistant
from core.assistant.linking import fresh_code
from core.assistant.thinking import Mind
from core.clock import Clock, SystemClock
from core.config import Config, ConfigError
from core.contacts import find_contact_point
from core.conversation.situation import Community
from core.db.engine import Database
from core.db.models.outgoing import Delivery
from core.db.sealing import Sealer, SealError
from core.directory.index import INDEX, keep_index_in
from core.helpdesk.calling import call_ended, number_to_connect
from core.helpdesk.delivery_failures import delivery_failed
from core.helpdesk.desk import Desk, fresh_reference
from core.helpdesk.events import CallOutcome
from core.helpdesk.notices import join
from core.i18n.catalogues import offered_locales
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, ContactKind, Reply
from core.outbox.blocking import let_in_again, shut_out
from core.outbox.delivery import Deliverer
from core.outbox.operations import record_status
from core.outbox.queries import spoken_reply, still_asks
from core.outbox.sender import Sender
from intents.building import ModelError, load_or_train
from intents.catalogue import Catalogue, CatalogueError, load_catalogue
from intents.encoder import Depth
from intents.model import Model
from intents.teaching import read_lessons, teach
from mail.server import parse_smtp_url
from sms.webhook import only_twilio
from voice.deps import VoiceDeps
from voice.spoken import by_digits

if TYPE_CHECKING:
    from bot.client import Client
    from bot.handling import TelegramDeps

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """Everything wired; what the web application, the worker and the commands are made of."""

    config: Config
    database: Database
    sealer: Sealer
    clock: Clock
    catalogue: Catalogue
    phrasebook: Phrasebook
    desk: Desk
    assistant: Assistant
    deliverer: Deliverer
    wake_worker: threading.Event
    telegram: Client | None = None
    """What we reach Telegram through; None where no token is set."""

    def nudge(self) -> None:
        """Something was just put into the outbox: send it now rather than at the next round."""
        self.wake_worker.set()

    def record_status(self, channel: Channel, provider_id: str, status: Delivery, error_code: str | None) -> None:
        """What a provider says of a message it took; a failure is told to the help desk in the same commit."""
        now = self.clock.now()
        with self.database.write() as session:
            moved = record_status(session, channel, provider_id, status, error_code, now)
            if moved and status is Delivery.FAILED:
                delivery_failed(session, self.desk, moved, self.rng, now)

    def call_ended(self, message_id: uuid.UUID, outcome: CallOutcome) -> None:
        """What came of a volunteer's call to a resident, which that message began."""
        with self.database.write() as session:
            call_ended(session, message_id, outcome, self.clock.now())

    def blocked(self, address: str, by_them: bool) -> None:
        """Who chats at `address` has blocked our bot, or has let it in again."""
        with self.database.write() as session:
            contact = find_contact_point(session, self.sealer, ContactKind.TELEGRAM, address)
            if contact and by_them:
                shut_out(session, contact.id, self.clock.now())
            elif contact:
                let_in_again(session, contact.id)

    def volunteer_joins(self, address: str, code: str) -> bool:
        """Whether `code`, sent from the chat at `address`, makes it a volunteer's, who is told there from now on."""
        with self.database.write() as session:
            joined = join(session, self.sealer, address, code, self.clock.now())
        self.nudge()
        return joined

    @property
    def rng(self) -> random.Random:
        """Randomness for reference numbers; not for secrets."""
        return self.assistant.rng


def build_house(
    config: Config,
    *,
    clock: Clock | None = None,
    senders: Callable[[Config, Phrasebook], Mapping[Channel, Sender]] | None = None,
    rng: random.Random | None = None,
    database: Database | None = None,
    model: Model | None = None,
) -> House:
    """Wire the house. Raises ConfigError. Tests pass their own ports, and what they have built already."""
    clock = clock or SystemClock()
    rng = rng or random.SystemRandom()
    sealer = build_sealer(config)
    database = database or Database(config.database_url)
    keep_index_in(database.engine, config.data_dir / INDEX)
    model = model or build_model(config)
    catalogue = model.catalogue
    phrasebook = build_phrasebook(config, catalogue)
    desk = Desk.of(config, sealer)
    wake_worker = threading.Event()
    telegram = build_telegram(config)
    community = Community(
        catalogue,
        config.languages,
        config.duty_hours,
        config.country,
        connects=bool(config.duty_phone),
        listens=bool(config.speech_command),
        calls_back_missed=config.call_back_missed,
    )
    mind = Mind(
        database,
        model,
        phrasebook,
        community,
        config.timezone,
        clock,
        reference=lambda: fresh_reference(rng),
        code=fresh_code,
    )
    deliverer = Deliverer(
        database,
        senders(config, phrasebook) if senders else channels(config, phrasebook, telegram),
        sealer,
        clock,
        config.timezone,
        on_failure=lambda session, message_id, now: delivery_failed(session, desk, message_id, rng, now),
    )
    assistant = Assistant(database, mind, desk, clock, rng, config.languages[0], nudge=wake_worker.set)
    return House(
        config, database, sealer, clock, catalogue, phrasebook, desk, assistant, deliverer, wake_worker, telegram
    )


def channels(config: Config, phrasebook: Phrasebook, telegram: Client | None = None) -> Mapping[Channel, Sender]:
    """The way out of each channel."""
    from mail.sender import MailSender
    from sms.sender import SmsSender
    from voice.sender import VoiceSender

    ways: dict[Channel, Sender] = {
        Channel.SMS: SmsSender(config, phrasebook),
        Channel.VOICE: VoiceSender(config),
        Channel.EMAIL: MailSender(config, phrasebook),
    }
    if telegram:
        from bot.sender import TelegramSender

        ways[Channel.TELEGRAM] = TelegramSender(config, telegram, phrasebook)
    return ways


def build_phrasebook(config: Config, catalogue: Catalogue) -> Phrasebook:
    """The words of the languages that `config` offers."""
    names = {code: need.names for code, need in catalogue.needs.items()}
    facts = {
        "community": config.community_name,
        "emergency": config.emergency_number,
        "crisis": config.crisis_line,
    }
    return Phrasebook(config.languages, names, country=config.country, facts=facts)


def voice_deps(house: House) -> VoiceDeps:
    """What the telephone is given. Its phrasebook says emergency numbers digit by digit."""
    config = house.config
    spoken = replace(
        config, emergency_number=by_digits(config.emergency_number), crisis_line=by_digits(config.crisis_line)
    )

    def outgoing(message_id: uuid.UUID) -> Reply | None:
        with house.database.read() as session:
            return spoken_reply(session, message_id)

    def connected_with(message_id: uuid.UUID) -> str | None:
        with house.database.read() as session:
            return number_to_connect(session, house.sealer, message_id)

    return VoiceDeps(
        receive=house.assistant.receive,
        recall=house.assistant.recall,
        outgoing=outgoing,
        record_status=house.record_status,
        number_to_connect=connected_with,
        call_ended=house.call_ended,
        guard=only_twilio(config),
        phrasebook=build_phrasebook(spoken, house.catalogue),
        clock=house.clock,
        language=config.languages[0],
        duty_phone=config.duty_phone,
        caller_id=config.twilio_from,
    )


def build_telegram(config: Config) -> Client | None:
    """What we reach Telegram through: one for all who ask it for something. None where no token is set."""
    if not config.telegram_token:
        return None
    from bot.client import Client  # late: a library that who has no bot does without
    from bot.loop import EventLoop

    return Client(config, EventLoop())


def telegram_deps(house: House, client: Client) -> TelegramDeps:
    """What the bot is given."""
    from bot.buttons import button_key
    from bot.handling import TelegramDeps

    def asks_still(message_id: uuid.UUID) -> bool:
        with house.database.read() as session:
            return still_asks(session, message_id, house.clock.now())

    def language_of(address: str) -> str | None:
        with house.database.read() as session:
            contact = find_contact_point(session, house.sealer, ContactKind.TELEGRAM, address)
            return contact.language if contact else None

    return TelegramDeps(
        client=client,
        receive=house.assistant.receive,
        recall=house.assistant.recall,
        still_asks=asks_still,
        blocked=house.blocked,
        language_of=language_of,
        joins=house.volunteer_joins,
        phrasebook=house.phrasebook,
        catalogue=house.catalogue,
        clock=house.clock,
        button_key=button_key(house.config.secret_key),
    )


def build_sealer(config: Config) -> Sealer:
    """The sealer of addresses. Raises ConfigError for a malformed HANDRAIL_DATA_KEY."""
    try:
        return Sealer(config.data_key)
    except SealError as error:
        raise ConfigError(f"HANDRAIL_DATA_KEY {error}.") from None


def check_wiring(config: Config) -> None:
    """Raise ConfigError for settings that would only show once a room is built."""
    build_sealer(config)
    unknown = [tag for tag in config.languages if tag not in offered_locales()]
    if unknown:
        have = ", ".join(offered_locales())
        raise ConfigError(f"HANDRAIL_LANGUAGES names {unknown[0]}, but Handrail speaks only {have}.")
    if config.smtp_url:
        parse_smtp_url(config.smtp_url)


def build_model(config: Config) -> Model:
    """The trained understanding; trained now where it is missing. Raises ConfigError for a broken catalogue."""
    try:
        folder = model_folder(config)
        return load_or_train(teach(build_catalogue(config), read_lessons(folder)), folder, Depth(config.understanding))
    except (CatalogueError, ModelError) as error:
        raise ConfigError(str(error)) from None


def build_catalogue(config: Config) -> Catalogue:
    """What comes with Handrail and the community's own needs; without what coordinators taught."""
    extra = (config.needs_dir,) if config.needs_dir else ()
    return load_catalogue(*extra, kept_in=model_folder(config))


def model_folder(config: Config) -> Path:
    """Where the trained model is kept."""
    return config.data_dir / "model"
