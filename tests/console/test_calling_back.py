"""When a caller would like to be called back, and at which number, as volunteers see it."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from core.assistant.calling_back import keep_call_back, keep_call_number
from core.db.models import HelpRequest, HelpRequestEvent
from core.db.models.help_request import CallBack
from core.helpdesk.events import EventKind
from core.messages import Channel
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import Scene

GIVEN = "+12025550172"
SHOWN = "202-555-0172"


@pytest.fixture
def caller(scene: Scene) -> uuid.UUID:
    """A request of somebody who called with a hidden number, in Vera's and Ana's queue."""
    scene.joins("vera", "Vera Lopez")
    scene.joins("ana", "Ana Chen", language="es")
    request_id = scene.asks("", phone="withheld:CA1", need="food.meals")
    with scene.database.write() as session:
        session.execute(sa.update(HelpRequest).values(channel=Channel.VOICE))
    return request_id


def claimed(enter: Enter, request_id: uuid.UUID) -> AuditedClient:
    vera = enter("vera")
    vera.visit(f"/console/requests/{request_id}")
    vera.submit("/claim")
    return vera


def test_the_window_stands_in_the_queue_and_on_the_page(scene: Scene, enter: Enter, caller: uuid.UUID) -> None:
    vera, ana = enter("vera"), enter("ana")
    assert "Call back" not in vera.visit("/console/")
    with scene.database.write() as session:
        keep_call_back(session, caller, CallBack.MORNING)
    assert "Call back: in the morning" in vera.visit("/console/")
    assert "in the morning" in vera.visit(f"/console/requests/{caller}")
    assert "Devolver la llamada: por la mañana" in ana.visit("/console/")


def test_a_number_that_they_told_is_the_one_to_call_for_the_holder(
    scene: Scene, enter: Enter, caller: uuid.UUID
) -> None:
    with scene.database.write() as session:
        keep_call_number(session, scene.deps.sealer, caller, GIVEN, scene.clock.now())
    assert SHOWN not in enter("ana").visit(f"/console/requests/{caller}")
    vera = claimed(enter, caller)
    assert f'href="tel:{GIVEN}">{SHOWN}' in vera.html
    assert "They called from a hidden number and gave us this one." in vera.html
    assert [event.kind for event in scene.rows(HelpRequestEvent, kind=EventKind.REVEALED.value)] == ["revealed"]


def test_without_one_there_is_no_link_to_nowhere(enter: Enter, caller: uuid.UUID) -> None:
    vera = claimed(enter, caller)
    assert "They hide their number. It may be in the voicemail." in vera.html
    assert "withheld" not in vera.html
    assert "tel:" not in vera.html


@pytest.mark.parametrize("given", [False, True])
def test_nobody_writes_to_a_hidden_number(scene: Scene, enter: Enter, caller: uuid.UUID, given: bool) -> None:
    if given:
        with scene.database.write() as session:
            keep_call_number(session, scene.deps.sealer, caller, GIVEN, scene.clock.now())
    assert 'id="reply-text"' not in claimed(enter, caller).html
