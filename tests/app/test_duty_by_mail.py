"""The duty contact may have e-mail instead of a phone."""

from __future__ import annotations

import pytest

from app.wiring import House
from app.worker import Worker
from core.messages import Channel, Inbound
from tests.fakes import FakeProviders, StandingClock


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return {
        **settings,
        "HANDRAIL_DUTY_CONTACT": "duty@example.org",
        "HANDRAIL_SMTP_URL": "smtp://127.0.0.1:2525",
        "HANDRAIL_MAIL_FROM": "handrail@example.org",
    }


def test_an_emergency_is_mailed_at_once(house: House, clock: StandingClock, providers: FakeProviders) -> None:
    words = "i smell gas"
    house.assistant.receive(Inbound(Channel.SMS, "+12025550181", "SM1", clock.now(), text=words))
    Worker(house).run_once()
    assert providers.email
    (mail,) = providers.email.taken
    assert mail.address == "duty@example.org"
    assert "EMERGENCY" in mail.text
    assert words not in mail.text
    assert "5550181" not in mail.text
