"""The web application: webhooks, console, health; the simulator too in the demo."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, Response, jsonify, redirect
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from app.media import kept_media
from app.wiring import House, telegram_deps, voice_deps
from app.worker import HEARTBEAT
from console.deps import Chats, ConsoleDeps
from console.mount import register_console
from core.db.engine import Database
from core.db.models.help_request import HelpRequest
from core.db.models.outgoing import OutgoingMessage
from core.db.models.timer import Heartbeat
from core.failures import log_failure
from core.outbox.operations import waiting_since
from core.timers import due_since
from sms.webhook import sms_blueprint
from voice.webhook import voice_blueprint

log = logging.getLogger(__name__)

WORKER_SILENT = timedelta(minutes=2)
"""A worker that has not said a word for this long is taken for dead."""
TEXTS_LATE = timedelta(minutes=5)
"""A text that was due this long ago and has not been tried."""
TIMERS_LATE = timedelta(minutes=10)


def create_app(house: House, *, simulator: bool = False) -> Flask:
    """The application of `house`. `simulator` mounts /try/, which is for the demo only."""
    app = Flask("handrail", static_folder=None)
    app.config.update(SECRET_KEY=house.config.secret_key, MAX_CONTENT_LENGTH=1024 * 1024)
    app.register_blueprint(sms_blueprint(house.config, house.assistant.receive, house.record_status, house.clock))
    app.register_blueprint(voice_blueprint(voice_deps(house)))
    if house.telegram and house.config.telegram_webhook_secret:
        from bot.handling import Handler  # late: who has no bot does without the library
        from bot.webhook import telegram_blueprint

        app.register_blueprint(telegram_blueprint(house.config, Handler(telegram_deps(house, house.telegram))))
    register_console(
        app,
        ConsoleDeps(
            config=house.config,
            database=house.database,
            sealer=house.sealer,
            desk=house.desk,
            phrasebook=house.phrasebook,
            catalogue=house.catalogue,
            clock=house.clock,
            nudge=house.nudge,
            fetch_media=lambda media_id: kept_media(house, media_id),
            for_review=house.assistant.mind.for_review,
            chats=_chats(house),
        ),
    )
    if house.config.hsds_per_minute:
        from hsds import OpenDirectory, register_open_directory  # late: who keeps it closed does without the library

        register_open_directory(app, OpenDirectory(house.config, house.database, house.clock))
    if simulator:
        from app.simulator.page import simulator_blueprint

        app.register_blueprint(simulator_blueprint(house.config))
    _health(app, house)
    app.add_url_rule("/", "front", lambda: redirect("/try/" if simulator else "/console/"))
    app.register_error_handler(DBAPIError, _unavailable)
    app.register_error_handler(Exception, _unexpected)
    return app


def _chats(house: House) -> Chats | None:
    if house.telegram is None:
        return None
    from app.chats import BotChats  # late: who has no bot does without the library

    return BotChats(house.telegram)


def _health(app: Flask, house: House) -> None:
    @app.get("/health/live")
    def live() -> Response:
        return jsonify(status="live")

    @app.get("/health/ready")
    def ready() -> tuple[Response, int]:
        found = problems(house.database, house.clock.now())
        return jsonify(status="unready" if found else "ready", problems=found), 503 if found else 200

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(_metrics(house), content_type=CONTENT_TYPE_LATEST)


def problems(database: Database, now: datetime) -> list[str]:
    """What keeps messages from being answered, in plain words; empty when all is well."""
    with database.read() as session:
        beat = session.scalar(sa.select(Heartbeat.at).where(Heartbeat.name == HEARTBEAT))
        late = due_since(session, now)
        stuck = waiting_since(session)
    found = []
    if beat is None or now - beat > WORKER_SILENT:
        found.append("the worker is not running: no text leaves")
    if stuck and now - stuck > TEXTS_LATE:
        found.append("texts wait in the outbox: the provider or the worker is stuck")
    if late and now - late > TIMERS_LATE:
        found.append("timers are late: follow-ups and alarms wait")
    return found


def _metrics(house: House) -> bytes:
    """Counts only: no label says who or what about."""
    registry = CollectorRegistry()
    requests = Gauge("handrail_help_requests", "Help requests by status.", ["status"], registry=registry)
    messages = Gauge("handrail_outgoing_messages", "Outgoing messages by status.", ["status"], registry=registry)
    with house.database.read() as session:
        for status, count in session.execute(
            sa.select(HelpRequest.status, sa.func.count()).group_by(HelpRequest.status)
        ):
            requests.labels(status.value).set(count)
        for delivery, count in session.execute(
            sa.select(OutgoingMessage.status, sa.func.count()).group_by(OutgoingMessage.status)
        ):
            messages.labels(delivery.value).set(count)
    return generate_latest(registry)


def _unavailable(error: DBAPIError) -> tuple[str, int]:
    # Nothing was stored, so nothing is acknowledged: the provider goes on to its fallback address.
    log.error("the database refused: %s", type(error.orig).__name__)
    return "Not now. Please try again.\n", 503


def _unexpected(error: Exception) -> Response | HTTPException | tuple[str, int]:
    if isinstance(error, HTTPException):
        return error
    log_failure(log, "a request failed", error)
    return "Something went wrong here.\n", 500
