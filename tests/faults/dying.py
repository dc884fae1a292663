"""Processes that die where they stand: a deed is done in a child that kills itself at one step, the next child at
the next step, until one gets to the end. The steps are found, not listed: every writing, commit and provider call.
"""

from __future__ import annotations

import json
import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.engine import Database

PATIENCE_SECONDS = 25
"""A child that is not done after this is stuck: the test fails instead of waiting."""


class Steps:
    """Counts the steps of a process and kills it at the one that was chosen."""

    def __init__(self) -> None:
        self._left: int | None = None

    def kill_at(self, step: int, database: Database) -> None:
        """From here on every statement that writes, every commit (before and after) and every `reach` is a step."""
        self._left = step
        sa.event.listen(database.engine, "before_cursor_execute", self._statement)
        sa.event.listen(database.engine, "commit", lambda *_: self.reach())
        sa.event.listen(Session, "after_commit", lambda *_: self.reach())

    def _statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().startswith("SELECT"):  # to die before reading is to die before the next writing
            self.reach()

    def reach(self) -> None:
        if self._left is None:
            return
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


def dies_at(step: int, steps: Steps, database: Database, deed: Callable[[], object]) -> bool:
    """Do `deed` in a process that is killed at its `step`th step. False where it was over before."""

    def until_killed() -> None:
        steps.kill_at(step, database)
        deed()

    status = os.waitpid(_fork(database, until_killed), 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, "the process got stuck"
        return True
    assert os.WEXITSTATUS(status) == 0, "the process failed by itself"
    return False


def at_once(count: int, database: Database, deed: Callable[[int], Any]) -> list[Any]:
    """What `count` processes give (as JSON) that do `deed` at the same moment; each is told its number."""
    wait_here, starter = os.pipe()
    running = []
    for number in range(count):
        result, written = os.pipe()

        def work(number: int = number, written: int = written) -> None:
            os.close(starter)
            os.read(wait_here, 1)  # until the starter is closed everywhere: then all begin
            os.write(written, json.dumps(deed(number)).encode())

        running.append((_fork(database, work), result))
        os.close(written)
    os.close(starter)
    os.close(wait_here)
    results = []
    for pid, result in running:
        with os.fdopen(result, "rb") as answer:
            results.append(answer.read())
        assert os.waitpid(pid, 0)[1] == 0, "one of the processes failed"
    return [json.loads(result) for result in results]


def _fork(database: Database, work: Callable[[], None]) -> int:
    database.close()  # a connection must not live in two processes; each opens its own when it needs one
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.alarm(PATIENCE_SECONDS)
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
