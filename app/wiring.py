"""Builds the house from its settings: which room gets what. A new channel is one line in `channels`."""

from __future__ import annotations

import logging
import random
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.assistant import Assistant
from core.assistant.thinking import Mind
from core.clock import Clock, SystemClock
from core.config import Config, ConfigError
from core.conversation.situation import Community
from core.db.engine import Database
from core.db.models.outgoing import Delivery
from core.db.sealing import Sealer, SealError
from core.helpdesk.delivery_failures import delivery_failed
from core.helpdesk.desk import Desk, fresh_reference
from core.i18n.catalogues import offered_locales
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Reply
from core.outbox.delivery import Deliverer
from core.outbox.operations import record_status
from core.outbox.queries import spoken_reply
from core.outbox.sender import Sender
from intents.building import ModelError, load_or_train
from intents.catalogue import Catalogue, CatalogueError, load_catalogue
from intents.encoder import Depth
from intents.model import Model
from intents.teaching import read_lessons, teach
from mail.server import parse_smtp_url
from sms.webhook import only_twilio
from voice.spoken import by_digits
from voice.webhook import VoiceDeps

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
    model = model or build_model(config)
    catalogue = model.catalogue
    phrasebook = build_phrasebook(config, catalogue)
    desk = Desk.of(config, sealer)
    wake_worker = threading.Event()
    community = Community(catalogue, config.languages, config.duty_hours)
    mind = Mind(database, model, phrasebook, community, config.timezone, clock, reference=lambda: fresh_reference(rng))
    deliverer = Deliverer(
        database,
        (senders or channels)(config, phrasebook),
        sealer,
        clock,
        config.timezone,
        on_failure=lambda session, message_id, now: delivery_failed(session, desk, message_id, rng, now),
    )
    assistant = Assistant(database, mind, desk, clock, rng, config.languages[0], nudge=wake_worker.set)
    return House(config, database, sealer, clock, catalogue, phrasebook, desk, assistant, deliverer, wake_worker)


def channels(config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
    """The way out of each channel."""
    from mail.sender import MailSender
    from sms.sender import SmsSender
    from voice.sender import VoiceSender

    return {
        Channel.SMS: SmsSender(config, phrasebook),
        Channel.VOICE: VoiceSender(config),
        Channel.EMAIL: MailSender(config, phrasebook),
    }


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

    return VoiceDeps(
        receive=house.assistant.receive,
        recall=house.assistant.recall,
        outgoing=outgoing,
        record_status=house.record_status,
        guard=only_twilio(config),
        phrasebook=build_phrasebook(spoken, house.catalogue),
        clock=house.clock,
        language=config.languages[0],
        duty_phone=config.duty_phone,
        caller_id=config.twilio_from,
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
