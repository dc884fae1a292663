"""`handrail understand`: why a message means what it means, and learning what coordinators approved.

Retraining is real, on SQLite, over a catalogue of three needs that stands where the built-in one stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import handrail
from core.db.engine import Database
from core.db.models.review import Cause
from core.db.models.volunteer import Role
from core.helpdesk.volunteers import add_volunteer
from core.review.deidentify import MARK, Anonymous
from core.review.operations import Heard, approve, keep
from core.review.queries import approved, learning, waiting
from intents.explaining import THRESHOLDS
from intents.model import Model
from intents.teaching import KEPT_AS, Lesson, read_lessons, write_lessons
from tests.conftest import ROOT, SETTINGS
from tests.small_catalogue import bad_lessons, good_lessons, write_small

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, model: Model) -> Run:
    """Runs `handrail ...` with the real understanding, which is built already."""
    (tmp_path / "model").symlink_to(ROOT / ".cache" / "model")
    env = {**SETTINGS, "HANDRAIL_DATA_DIR": str(tmp_path), "HANDRAIL_UNDERSTANDING": "default"}
    return lambda *args, text=None: CliRunner().invoke(handrail, list(args), input=text, env=env)


def test_the_explanation_shows_every_step(run: Run) -> None:
    said = json.loads(run("understand", "--explain", "--json", "nesesito un dentsta y tambien huele a gas aqui").output)
    assert "nesesito" in said["written"]
    assert "necesito un dentista" in said["repaired"]
    assert said["meant"]["language"] == "es"
    assert said["meant"]["act"] == "emergency"
    assert said["meant"]["urgent"] == {"kind": "gas"}
    assert 0 < sum(said["chances"].values()) <= 1.01
    assert any("dentista" in part and "health.dental" in chances for part, chances in said["parts"].items())
    assert max(said["danger"], key=said["danger"].get) == "gas"
    assert [(sign["kind"], sign["language"]) for sign in said["signs"]] == [("gas", "es")]
    assert "gas" in said["signs"][0]["words"]
    assert said["thresholds"] == THRESHOLDS


def test_the_explanation_can_be_read(run: Run) -> None:
    rows = run("understand", "i smell gas and i need a dentst", "--explain").output.splitlines()
    shown = dict(row.split(None, 1) for row in rows)
    assert shown["language"] == "en"
    assert shown["written"] == "i smell gas and i need a dentst"
    assert shown["repaired"] == "i smell gas and i need a dentist"
    assert "'i need a dentist': health.dental " in shown["part"]
    assert "gas 0." in shown["danger"]
    assert shown["rule"] == "gas (en): 'smell gas'"
    for name, value in THRESHOLDS.items():
        assert f"{name} {value}" in shown["thresholds"]
    assert shown["EMERGENCY"] == "gas"


def test_a_calm_message_is_explained_without_rules(run: Run) -> None:
    said = json.loads(run("understand", "--explain", "--json", "i need a wheelchair ramp").output)
    assert (said["signs"], said["parts"], said["meant"]["urgent"]) == ([], {}, None)
    assert next(iter(said["chances"])) == "home.adapt"
    assert "EMERGENCY" not in run("understand", "--explain", "i need a wheelchair ramp").output


def test_a_need_that_is_offered_beside_the_sure_one_is_marked(run: Run) -> None:
    message = "i need a dentist near elm hill and i dont follow the letters they send"
    rows = [row.split() for row in run("understand", "--explain", message).output.splitlines()]
    assert [row[:2] for row in rows if row[0] in ("need", "also")] == [
        ["need", "health.dental"],
        ["also", "language.interpreter"],
    ]
    assert json.loads(run("understand", "--explain", "--json", message).output)["also"] == ["language.interpreter"]


def test_a_message_without_words_is_explained_too(run: Run) -> None:
    said = json.loads(run("understand", "--explain", "--json", "!!!").output)
    assert (said["chances"], said["danger"], said["meant"]["act"]) == ({}, {}, "unknown")
    assert "act         unknown (0.00)" in run("understand", "--explain", "!!!").output


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["retrain my hip please"], "retrain my hip please"),
        (["retraining for work", "--json"], "retraining for work"),
        (["--json", "retrain"], "retrain"),
        (["say hello to my daughter"], "say hello to my daughter"),
    ],
)
def test_a_message_is_a_message_whatever_word_it_begins_with(args: list[str], text: str, run: Run) -> None:
    result = run("understand", *dict.fromkeys([*args, "--json"]))
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["text"] == text


class Town:
    """A small community, whose coordinator has worked on the review list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {**SETTINGS, "HANDRAIL_DATA_DIR": str(folder), "HANDRAIL_UNDERSTANDING": "light"}
        assert self.run("db", "upgrade").exit_code == 0
        self.database = Database(f"sqlite:///{folder / 'handrail.sqlite3'}")
        with self.database.write() as session:
            self.cora = add_volunteer(session, "cora", "Cora", "a-long-password", Role.COORDINATOR, NOW)

    def run(self, *args: str) -> Result:
        return CliRunner().invoke(handrail, list(args), env=self.env)

    def approve(self, lessons: Sequence[Lesson]) -> None:
        """The words came in, and the coordinator said what they mean."""
        for place, lesson in enumerate(lessons):
            now = NOW + timedelta(minutes=place)
            heard = Heard(Anonymous(lesson.text), lesson.language, Cause.UNKNOWN, None, None)
            with self.database.write() as session:
                assert keep(session, heard, now)
            with self.database.write() as session:
                item = waiting(session).items[0]
                assert approve(session, item.id, lesson.text, lesson.label, self.cora, now)

    def waits(self) -> int:
        with self.database.read() as session:
            return len(approved(session))

    def last_taken(self) -> datetime | None:
        with self.database.read() as session:
            return learning(session).last_taken_at

    def kept(self) -> dict[str, bytes]:
        """All files of the model's folder but the catalogue as it was read."""
        files = (file for file in (self.folder / "model").glob("*") if not file.name.startswith("catalogue-"))
        return {file.name: file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def built_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    write_small(folder)
    return folder


@pytest.fixture
def town(built_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr("intents.catalogue.BUILT_IN", built_in)
    town = Town(tmp_path)
    yield town
    town.database.close()


def test_where_nothing_was_approved_nothing_is_trained(town: Town) -> None:
    assert town.run("understand", "retrain").output == "Nothing approved is waiting.\n"
    assert town.kept() == {}


def test_what_was_approved_is_learnt_once_beside_what_was_taught_before(town: Town) -> None:
    new = Lesson(f"{MARK} the plumbob zing fell off", "en", "home.adapt")
    earlier = Lesson("the wotsit by the bath", "en", "home.adapt")
    write_lessons(town.folder / "model", [earlier])
    town.approve([*good_lessons("en", "es")[:30], new])

    before = town.kept()
    rehearsal = town.run("understand", "retrain", "--dry-run")
    assert rehearsal.exit_code == 0, rehearsal.output
    assert "31 approved." in rehearsal.output
    assert [line.split()[0] for line in rehearsal.output.splitlines()[2:6]] == ["all", "en", "es", "zh"]
    assert "of 31 right" in rehearsal.output
    assert "Taken" not in rehearsal.output
    assert (town.waits(), town.last_taken(), town.kept()) == (31, None, before)

    result = town.run("understand", "retrain")
    assert result.exit_code == 0, result.output
    assert result.output.endswith("Taken. Restart Handrail to use the new model.\n")
    assert (town.waits(), town.last_taken() is None) == (0, False)
    taught = read_lessons(town.folder / "model")
    assert len(taught) == 32
    assert earlier in taught
    assert Lesson("the plumbob zing fell off", "en", "home.adapt") in taught  # a gap is no word

    files = town.kept()
    assert [name.endswith(".npz") for name in sorted(files)] == [False, True]
    meant = json.loads(town.run("understand", "--json", "the plumbob zing fell off").output)
    assert meant["needs"][0]["code"] == "home.adapt"
    assert town.kept() == files  # the next start finds the model that was built; it trains no other

    assert town.run("understand", "retrain").output == "Nothing approved is waiting.\n"
    assert town.kept() == files


def test_a_worse_model_is_not_taken(town: Town) -> None:
    town.approve(bad_lessons())
    result = town.run("understand", "retrain")
    assert result.exit_code == 1
    assert "The new model is worse and was not taken:" in result.output
    assert "en: the right need first: 100.0% before, " in result.output
    assert (town.waits(), town.last_taken(), town.kept()) == (80, None, {})


def test_a_spoilt_file_of_lessons_is_named_and_left_as_it_is(town: Town) -> None:
    spoilt = town.folder / "model" / KEPT_AS
    spoilt.parent.mkdir(exist_ok=True)
    spoilt.write_text('[{"text": ')
    town.approve(good_lessons("en")[:1])
    result = town.run("understand", "retrain")
    assert result.exit_code == 1
    assert KEPT_AS in f"{result.exception} {result.output}"
    assert (town.waits(), spoilt.read_text()) == (1, '[{"text": ')
