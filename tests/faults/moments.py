"""Two things at one moment: in the middle of a turn, or in several threads at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from app.wiring import House
from core.assistant import Assistant
from core.assistant.snapshot import Snapshot
from core.assistant.thinking import Mind, Thought
from core.messages import Inbound


class Interrupted:
    """The mind, and what happens elsewhere after it has thought and before the turn is written."""

    def __init__(self, mind: Mind, meanwhile: Callable[[], object]) -> None:
        self._mind = mind
        self._meanwhile: Callable[[], object] | None = meanwhile

    def think(self, inbound: Inbound, known: Snapshot) -> tuple[Thought, str]:
        thought = self._mind.think(inbound, known)
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            meanwhile()
        return thought


def interrupted(house: House, meanwhile: Callable[[], object]) -> Assistant:
    """The front door, where `meanwhile` happens in the middle of one turn."""
    return replace(house.assistant, mind=cast(Any, Interrupted(house.assistant.mind, meanwhile)))


def all_at_once(deeds: list[Callable[[], object]]) -> None:
    """Do `deeds` in as many threads; what one of them raises fails the test."""
    failures: list[BaseException] = []

    def work(deed: Callable[[], object]) -> None:
        try:
            deed()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(deed,), daemon=True) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive(), "they wait for each other"
    assert failures == []


def after(start: threading.Barrier, deed: Callable[[], object]) -> Callable[[], object]:
    """`deed`, begun when all who wait at `start` are there."""

    def begin() -> None:
        start.wait(timeout=5)
        deed()

    return begin
