"""Health, figures, and what is never there."""

from __future__ import annotations

from datetime import timedelta

from app.web import TEXTS_LATE, WORKER_SILENT, create_app
from app.wiring import House
from app.worker import Worker
from core.messages import Channel, Inbound
from tests.fakes import StandingClock


def test_alive_means_answering(house: House) -> None:
    assert create_app(house).test_client().get("/health/live").json == {"status": "live"}


def test_ready_means_that_texts_leave(house: House, clock: StandingClock) -> None:
    client = create_app(house).test_client()
    assert client.get("/health/ready").status_code == 503
    Worker(house).run_once()
    assert client.get("/health/ready").json == {"status": "ready", "problems": []}
    clock.forward(WORKER_SILENT + timedelta(seconds=1))
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "worker" in answer.json["problems"][0]


def test_figures_count_but_never_tell(house: House, clock: StandingClock) -> None:
    house.assistant.receive(Inbound(Channel.SMS, "+12025550181", "SM1", clock.now(), text="0"))
    figures = create_app(house).test_client().get("/metrics").text
    assert 'handrail_help_requests{status="open"} 1.0' in figures
    assert "5550181" not in figures


def test_the_simulator_is_only_in_the_demo(house: House) -> None:
    assert create_app(house).test_client().get("/try/").status_code == 404
    assert create_app(house, simulator=True).test_client().get("/try/").status_code == 200


def test_texts_that_wait_too_long_are_not_ready(house: House, clock: StandingClock) -> None:
    Worker(house).run_once()
    house.assistant.receive(Inbound(Channel.SMS, "+12025550181", "SM1", clock.now(), text="0"))
    clock.forward(TEXTS_LATE + timedelta(seconds=1))
    answer = create_app(house).test_client().get("/health/ready")
    assert any("outbox" in problem for problem in answer.json["problems"])
