"""`handrail directory verify`, as a coordinator's machine runs it every morning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import handrail
from tests.conftest import SETTINGS

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `handrail ...` over the sample community, in a folder of its own."""
    env = {**SETTINGS, "HANDRAIL_DATA_DIR": str(tmp_path)}

    def invoke(*args: str, **more: str) -> Result:
        return CliRunner().invoke(handrail, list(args), env={**env, **more})

    invoke("db", "upgrade")
    invoke("directory", "import", "--sample")
    return invoke


def test_it_says_who_would_be_asked_asks_so_many_a_day_and_then_waits(run: Run) -> None:
    everything = ("directory", "verify", "--older-than-months", "0")
    before = run(*everything, "--dry-run", HANDRAIL_VERIFY_PER_DAY="10").output
    assert "Would be asked now: 10 " in before
    assert "email: 0" in before, "there is no mail server"
    assert run(*everything, "--dry-run", HANDRAIL_VERIFY_PER_DAY="10").output == before, "a dry run asks nobody"
    assert "Asked now: 4 " in run(*everything, "--limit", "4").output
    assert "Asked now: 6 " in run(*everything, HANDRAIL_VERIFY_PER_DAY="10").output
    after = run(*everything, HANDRAIL_VERIFY_PER_DAY="10").output
    assert "Asked now: 0 " in after
    assert "run it again tomorrow" in after


def test_only_one_source_or_one_need(run: Run) -> None:
    assert run("directory", "verify", "--source", "nobody", "--dry-run").output.startswith("0 listings")
    meals = run("directory", "verify", "--need", "food.meals", "--older-than-months", "0", "--dry-run").output
    everything = run("directory", "verify", "--older-than-months", "0", "--dry-run").output
    assert 0 < int(meals.split()[0]) < int(everything.split()[0])


@pytest.mark.parametrize("limit", ["many", "-1", "1.5"])
def test_a_limit_that_is_none_is_refused_in_one_sentence(run: Run, limit: str) -> None:
    result = run("directory", "verify", HANDRAIL_VERIFY_PER_DAY=limit)
    assert result.exit_code != 0
    assert "HANDRAIL_VERIFY_PER_DAY must be a whole number" in str(result.exception)
