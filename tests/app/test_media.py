"""Pictures and recordings are kept for the volunteer, fetched from the provider and from nowhere else."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask, Response, abort, redirect, request
from werkzeug.serving import make_server

from app.media import allowed, kept_media
from app.wiring import House
from app.worker import RETRY_MEDIA, Worker
from core.config import Config
from core.db.models.conversation import InboundMedia
from core.db.models.help_request import HelpRequest, Reason
from core.db.models.timer import Timer, TimerKind
from core.messages import Channel, Inbound, Media
from tests.conftest import SETTINGS
from tests.fakes import StandingClock

PICTURE = b"\x89PNG not really"


class Store:
    """The provider's store of media, which asks for the account's log-in."""

    def __init__(self) -> None:
        self.down = False
        self.asked = 0
        app = Flask("store")

        @app.get("/media/<name>")
        def media(name: str) -> Response:
            self.asked += 1
            if self.down:
                abort(503)
            if not request.authorization or request.authorization.username != SETTINGS["HANDRAIL_TWILIO_ACCOUNT_SID"]:
                abort(401)
            if name == "elsewhere":
                return redirect("http://127.0.0.1:9/secret")  # type: ignore[return-value]
            return Response(PICTURE, content_type="image/png")

        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def store() -> Iterator[Store]:
    kept = Store()
    thread = threading.Thread(target=kept.server.serve_forever)
    thread.start()
    yield kept
    kept.server.shutdown()
    thread.join()


@pytest.fixture
def settings(settings: dict[str, str], store: Store) -> dict[str, str]:
    return {**settings, "HANDRAIL_TWILIO_API_BASE": store.url}


def send_picture(house: House, clock: StandingClock, url: str) -> uuid.UUID:
    inbound = Inbound(Channel.SMS, "+12025550181", uuid.uuid4().hex, clock.now(), media=(Media(url, "image/png"),))
    house.assistant.receive(inbound)
    with house.database.read() as session:
        return session.scalars(sa.select(InboundMedia.id)).one()


def test_a_picture_without_words_is_kept_and_a_person_looks_at_it(
    house: House, clock: StandingClock, store: Store
) -> None:
    picture = send_picture(house, clock, f"{store.url}/media/1")
    assert kept_media(house, picture) is None
    Worker(house).run_once()
    assert kept_media(house, picture) == ("image/png", PICTURE)
    with house.database.read() as session:
        assert session.scalars(sa.select(HelpRequest)).one().reason is Reason.MEDIA


def test_a_store_that_is_down_is_asked_again_and_the_picture_not_lost(
    house: House, clock: StandingClock, store: Store
) -> None:
    store.down = True
    picture = send_picture(house, clock, f"{store.url}/media/1")
    worker = Worker(house)
    for _ in range(3):
        worker.run_once()
        clock.forward(RETRY_MEDIA + timedelta(seconds=1))
    store.down = False
    worker.run_once()
    assert kept_media(house, picture) == ("image/png", PICTURE)
    with house.database.read() as session:
        timer = session.scalars(sa.select(Timer).where(Timer.kind == TimerKind.FETCH_MEDIA)).one()
    assert timer.done_at
    assert timer.attempts == 4


def test_nothing_is_fetched_from_elsewhere(house: House, clock: StandingClock, store: Store) -> None:
    elsewhere = send_picture(house, clock, "http://169.254.169.254/latest/meta-data")
    Worker(house).run_once()
    assert kept_media(house, elsewhere) is None
    assert store.asked == 0


def test_a_redirect_to_elsewhere_is_not_followed(house: House, clock: StandingClock, store: Store) -> None:
    picture = send_picture(house, clock, f"{store.url}/media/elsewhere")
    Worker(house).run_once()
    assert store.asked == 1
    assert kept_media(house, picture) is None


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1", True),
        ("http://api.twilio.com/2010-04-01/x", False),
        ("https://api.twilio.com.evil.example/x", False),
        ("https://evil.example/api.twilio.com", False),
        ("https://api.twilio.com@evil.example/x", False),
        ("https://api.twilio.com:8443/x", False),
        ("file:///etc/passwd", False),
        ("//api.twilio.com/x", False),
    ],
)
def test_only_the_providers_own_address_counts(url: str, fine: bool) -> None:
    assert allowed(Config.from_env(SETTINGS), url) is fine
