"""Questions nobody would think of, made from the interface's own description: none breaks it, and none is answered
in a form that the description doesn't promise."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from core.db.engine import Database
from tests.fakes import StandingClock
from tests.hsds.conftest import open_app

PATHS = tuple(json.loads((files("hsds") / "openapi.json").read_text("utf-8"))["paths"])
QUESTIONS = 30


def _can_be_told(case: Case) -> bool:
    """That `proximity` needs a postcode beside it is nothing that such a description can say."""
    query = case.query or {}
    return "proximity" not in query or bool(query.get("postcode"))


@pytest.mark.parametrize("path", PATHS)
def test_any_question_is_answered_as_described(town: Database, clock: StandingClock, path: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/hsds/openapi.json", open_app(town, clock))
    operation = schema[path]["GET"]
    sensible, senseless = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @settings(
        max_examples=QUESTIONS, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=st.one_of(sensible, senseless).filter(_can_be_told))
    def ask(case: Case) -> None:
        case.call_and_validate()

    ask()
