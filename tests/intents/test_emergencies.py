"""People in danger are heard however they write, and people who only talk like it are not sent an emergency number."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # the parse tree is the only way to see structure

import pytest
from hypothesis import given
from hypothesis import strategies as st

import intents
from intents.catalogue_file import CatalogueError, Table
from intents.emergencies import PRECEDENCE, EmergencyKind, Rules, find_emergency, load_rules, patterns

CATALOGUE = Path(intents.__file__).parent / "catalogue"
EMERGENCIES = CATALOGUE / "emergencies"
LANGUAGES = ("en", "es", "zh")
RULES = load_rules(EMERGENCIES)

REALLY_DANGEROUS = {
    # Phrases of needs in which we would rather answer with the emergency number first.
    "estamos atrapados por la nieve y no podemos salir a comprar",
}


def _messages(field: str) -> Iterator[tuple[EmergencyKind, str, str]]:
    for kind in EmergencyKind:
        table = Table.read(EMERGENCIES / f"{kind}.toml")
        for language in LANGUAGES:
            for message in table.table(language).texts(field):
                yield kind, language, message


def _everyday() -> Iterator[tuple[str, str]]:
    everyday = Table.read(EMERGENCIES / "shared" / "everyday.toml")
    for language in LANGUAGES:
        for message in everyday.table(language).texts("messages"):
            yield language, message


@pytest.mark.parametrize(("kind", "language", "message"), list(_messages("explicit")))
def test_an_explicit_emergency_is_always_found(kind: EmergencyKind, language: str, message: str) -> None:
    assert find_emergency(message, RULES) is kind


@pytest.mark.parametrize(("kind", "language", "message"), list(_messages("lookalikes")))
def test_a_lookalike_raises_no_alarm(kind: EmergencyKind, language: str, message: str) -> None:
    assert find_emergency(message, RULES) is None


@pytest.mark.parametrize(("language", "message"), list(_everyday()))
def test_everyday_messages_raise_no_alarm(language: str, message: str) -> None:
    assert find_emergency(message, RULES) is None


@pytest.mark.parametrize("folder", ["needs", "acts"])
def test_no_phrase_of_a_need_or_another_act_raises_an_alarm(folder: str) -> None:
    alarms = []
    for file in sorted((CATALOGUE / folder).glob("*.toml")):
        if file.stem == "emergency":
            continue
        content = tomllib.loads(file.read_text("utf-8"))
        for language in LANGUAGES:
            for phrase in content[language]["phrases"]:
                if phrase not in REALLY_DANGEROUS and find_emergency(phrase, RULES):
                    alarms.append((file.stem, language, phrase))
    assert not alarms


def test_every_phrase_of_the_emergency_act_is_found_by_the_rules() -> None:
    content = tomllib.loads((CATALOGUE / "acts" / "emergency.toml").read_text("utf-8"))
    missed = [p for tag in LANGUAGES for p in content[tag]["phrases"] if not find_emergency(p, RULES)]
    assert not missed


@pytest.mark.parametrize("kind", list(EmergencyKind))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_shown_by_25_messages_and_25_lookalikes(kind: EmergencyKind, language: str) -> None:
    table = Table.read(EMERGENCIES / f"{kind}.toml").table(language)
    assert len(set(table.texts("explicit"))) >= 25
    assert len(set(table.texts("lookalikes"))) >= 25


def test_an_idiom_does_not_hide_a_true_sign_beside_it() -> None:
    assert find_emergency("My feet are killing me", RULES) is None
    assert find_emergency("My feet are killing me and my husband can't breathe", RULES) is EmergencyKind.MEDICAL


def test_another_language_than_the_conversations_is_heard_too() -> None:
    assert find_emergency("hello dear, 我胸口很痛", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("爸爸chest pain", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("please help, no puedo respirar", RULES) is EmergencyKind.MEDICAL


def test_traditional_characters_capitals_and_stretched_letters_are_heard() -> None:
    assert find_emergency("廚房著火了", RULES) is EmergencyKind.FIRE
    assert find_emergency("FIREEEEE!!!", RULES) is EmergencyKind.FIRE
    assert find_emergency("I CAN’T BREATHE", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("can t breathe", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("me falta la respiración", RULES) is EmergencyKind.MEDICAL


def test_of_several_dangers_the_place_to_leave_comes_first() -> None:
    assert find_emergency("I have chest pain and I smell gas", RULES) is EmergencyKind.GAS
    assert find_emergency("I want to die, I took all my pills, chest pain", RULES) is EmergencyKind.SELF_HARM
    assert set(PRECEDENCE) == set(EmergencyKind)


def test_a_cry_at_the_end_of_a_very_long_message_is_heard() -> None:
    assert find_emergency("well you see dear " * 200 + "he has a knife", RULES) is EmergencyKind.VIOLENCE


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_at_all_is_taken(text: str) -> None:
    assert find_emergency(text, RULES) in {None, *EmergencyKind}


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "🙂", "1", "0"])
def test_next_to_nothing_is_no_emergency(text: str) -> None:
    assert find_emergency(text, RULES) is None


def test_no_pattern_can_run_away() -> None:
    """Repeats are bounded and none holds another, so the work grows with the length of the text and no faster."""
    parts = Table.read(EMERGENCIES / "shared" / "parts.toml")
    runaways = []
    for kind in EmergencyKind:
        top = Table.read(EMERGENCIES / f"{kind}.toml")
        for language in LANGUAGES:
            for field in ("signs", "unless"):
                for pattern in patterns(top.table(language), field, parts.table(language).table("parts")):
                    if _runs_away(_parser.parse(pattern), inside=False):
                        runaways.append(pattern)
    assert not runaways


def test_the_check_for_runaway_patterns_can_fail() -> None:
    assert _runs_away(_parser.parse("(?:a{1,4} ?){0,9}b"), inside=False)
    assert _runs_away(_parser.parse("(?:x|y(?=a*))"), inside=False)
    assert not _runs_away(_parser.parse("a .{0,20}(?:b |c ){0,4}d?"), inside=False)


def _runs_away(tree: _parser.SubPattern, *, inside: bool) -> bool:
    for operation, argument in tree:
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            _, most, repeated = argument
            repeats = most > 1
            if most > 60 or (repeats and inside) or _runs_away(repeated, inside=inside or repeats):
                return True
        elif operation is _constants.BRANCH:
            if any(_runs_away(branch, inside=inside) for branch in argument[1]):
                return True
        elif operation is _constants.SUBPATTERN:
            if _runs_away(argument[3], inside=inside):
                return True
        elif operation in (_constants.ASSERT, _constants.ASSERT_NOT) and _runs_away(argument[1], inside=inside):
            return True
    return False


@pytest.fixture
def own_rules(tmp_path: Path) -> Path:
    """A folder with the smallest rules there can be."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "parts.toml").write_text(
        'en = { joined = false, parts = { them = "(?:me|us)" }, misspelt = {} }\n', "utf-8"
    )
    for kind in EmergencyKind:
        (tmp_path / f"{kind}.toml").write_text(
            f"kind = \"{kind}\"\n[en]\nsigns = ['{kind} near {{them}}']\nunless = []\n", "utf-8"
        )
    return tmp_path


def test_a_named_part_is_filled_in(own_rules: Path) -> None:
    rules: Rules = load_rules(own_rules)
    assert find_emergency("there is fire near us", rules) is EmergencyKind.FIRE
    assert find_emergency("there is fire near them", rules) is None


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("kind = 'gas'\n[en]\nsigns = ['x']", r'fire.toml: kind: must be "fire"'),
        ("kind = 'fire'\n[en]\nsigns = ['(']", r"fire.toml: en.signs: holds '\('"),
        ("kind = 'fire'\n[en]\nsigns = ['{nobody} burns']", r"fire.toml: en.signs: names the part {nobody}"),
        ("kind = 'fire'\n[en]\nsigns = []", r"fire.toml: en.signs: must hold at least one pattern"),
    ],
)
def test_a_broken_file_is_named_with_its_field(own_rules: Path, content: str, complaint: str) -> None:
    (own_rules / "fire.toml").write_text(content, "utf-8")
    with pytest.raises(CatalogueError, match=complaint):
        load_rules(own_rules)


def test_a_missing_kind_is_named(own_rules: Path) -> None:
    (own_rules / "gas.toml").unlink()
    with pytest.raises(CatalogueError, match=r"gas.toml"):
        load_rules(own_rules)
