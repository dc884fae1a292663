"""People in danger are heard however they write, and people who only talk like it are not sent an emergency number.

Everything here is asked of the rules alone, as they must work where the classifier is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import intents
from intents.catalogue_file import CatalogueError, Shelf, Table
from intents.emergencies import PRECEDENCE, EmergencyKind, Rules, find_emergency, load_rules, load_shown, patterns

CATALOGUE = Path(intents.__file__).parent / "catalogue"
EMERGENCIES = CATALOGUE / "emergencies"
LANGUAGES = ("en", "es", "zh")
RULES = load_rules(EMERGENCIES, LANGUAGES, Shelf({}))
HARMLESS = Path(__file__).parent / "harmless"
"""Messages that only sound like danger, and plainly so: a classifier that learnt them too would tell veiled danger
worse, so the catalogue does without them."""
SAFETY = CATALOGUE.parent.parent / "docs" / "safety.md"

FEWEST_FOUND = 0.99
"""Of a language's messages that speak plainly. What the rules alone miss of them is left to the classifier."""

RIGHT_KIND = 0.95
"""Of those found: the others are told to call as well, for the danger that comes first in `PRECEDENCE`."""

MOST_FALSE_ALARMS = 0.08
"""Of the messages chosen because they sound like danger. The classifier takes most of these alarms back."""

MOST_FALSE_ALARMS_EVERY_DAY = 0.03
"""Of ordinary messages and of the phrases of needs and acts."""

_EVERY = 12  # phrase of needs and acts is tried: there are thousands

Told = tuple[EmergencyKind, str]


@cache
def heard(language: str) -> Mapping[Told, EmergencyKind | None]:
    """What the rules make of every message that speaks plainly."""
    return {(kind, message): find_emergency(message, RULES) for kind, message in told(language, "explicit")}


def told(language: str, field: str) -> list[Told]:
    """The messages of one list, of all kinds."""
    tables = {kind: Table.read(EMERGENCIES / language / f"{kind}.toml") for kind in PRECEDENCE}
    return [(kind, message) for kind, table in tables.items() for message in table.texts(field)]


def _harmless(language: str) -> list[Told]:
    table = Table.read(HARMLESS / f"{language}.toml")
    return [(kind, message) for kind in PRECEDENCE for message in table.texts(kind)]


def phrases(language: str, folder: str) -> Iterator[str]:
    for file in sorted((CATALOGUE / folder).glob("*.toml")):
        if file.stem != "emergency":
            yield from Table.read(file).table(language).texts("phrases")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_says_plainly_what_is_wrong_is_found_by_the_rules_alone(language: str) -> None:
    missed = [f"{kind}: {message}" for (kind, message), found in heard(language).items() if found is None]
    assert len(missed) <= (1 - FEWEST_FOUND) * len(heard(language)), "\n".join(missed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_kind_of_help_is_told(language: str) -> None:
    found = [(kind, found, message) for (kind, message), found in heard(language).items() if found is not None]
    other = [f"{kind} -> {taken_for}: {message}" for kind, taken_for, message in found if taken_for is not kind]
    assert len(other) <= (1 - RIGHT_KIND) * len(found), "\n".join(other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lookalikes_raise_few_alarms(language: str) -> None:
    lookalikes = [*told(language, "lookalikes"), *_harmless(language)]
    alarms = [f"like {kind}: {message}" for kind, message in lookalikes if find_emergency(message, RULES)]
    assert len(alarms) <= MOST_FALSE_ALARMS * len(lookalikes), "\n".join(alarms)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everyday_messages_raise_next_to_no_alarm(language: str) -> None:
    everyday = Table.read(EMERGENCIES / language / "everyday.toml").texts("messages")
    ordinary = [
        *everyday,
        *Table.read(HARMLESS / f"{language}.toml").texts("everyday"),
        *[*phrases(language, "needs"), *phrases(language, "acts")][::_EVERY],
    ]
    alarms = [message for message in ordinary if find_emergency(message, RULES)]
    assert len(alarms) <= MOST_FALSE_ALARMS_EVERY_DAY * len(ordinary), "\n".join(alarms)


def test_every_kind_is_shown_by_enough_messages_and_none_is_both() -> None:
    for language in LANGUAGES:
        for field in ("explicit", "lookalikes"):
            counts = dict.fromkeys(EmergencyKind, 0)
            for kind, _ in told(language, field):
                counts[kind] += 1
            assert min(counts.values()) >= 25, (language, field, counts)
        dangers = {message for field in ("explicit", "veiled") for _, message in told(language, field)}
        assert not dangers & {message for _, message in told(language, "lookalikes")}


def test_the_classifier_is_shown_the_same_messages() -> None:
    shown = load_shown(EMERGENCIES, ("es",), Shelf({}))
    dangers = {(kind, message) for _, kind, message in shown.red_flags}
    assert dangers == {*told("es", "explicit"), *told("es", "veiled")}
    assert {message for _, message in told("es", "lookalikes")} <= {message for _, message in shown.calm}


def test_an_idiom_does_not_hide_a_true_sign_beside_it() -> None:
    assert find_emergency("My feet are killing me", RULES) is None
    assert find_emergency("My feet are killing me and my husband can't breathe", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("me muero de risa", RULES) is None
    assert find_emergency("me muero de risa pero mi papá no respira", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("这双鞋磨得我疼死了", RULES) is None
    assert find_emergency("这双鞋磨得我疼死了，对了我爸没有呼吸了", RULES) is EmergencyKind.MEDICAL


def test_another_language_than_the_conversations_is_heard_too() -> None:
    assert find_emergency("hello dear, 我胸口很痛", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("爸爸chest pain", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("please help, no puedo respirar", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("mi mamá 煤气泄漏 ayuda", RULES) is EmergencyKind.GAS


def test_traditional_characters_capitals_and_stretched_letters_are_heard() -> None:
    assert find_emergency("廚房著火了", RULES) is EmergencyKind.FIRE
    assert find_emergency("FIREEEEE!!!", RULES) is EmergencyKind.FIRE
    assert find_emergency("I CAN’T BREATHE", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("can t breathe", RULES) is EmergencyKind.MEDICAL
    assert find_emergency("me falta la respiración", RULES) is EmergencyKind.MEDICAL


@pytest.mark.parametrize(
    "message", ["屋里煤气味很重", "屋里 煤气味 很重", "屋 里 煤 气 味 很 重", "屋裡煤氣味很重", "屋裡　煤氣味　很重"]
)
def test_chinese_is_heard_with_and_without_spaces(message: str) -> None:
    assert find_emergency(message, RULES) is EmergencyKind.GAS


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


def test_no_text_stands_for_every_message() -> None:
    """A pattern with a slip in it ("a||b") would match anything."""
    for language in LANGUAGES:
        named = Table.read(EMERGENCIES / language / "words.toml").table("parts")
        for kind in PRECEDENCE:
            table = Table.read(EMERGENCIES / language / f"{kind}.toml")
            for field in ("signs", "unless"):
                for pattern in patterns(table, field, named):
                    assert not re.search(r"\(\?:\||\|\||(?<!\\)\|\)|^\||\|$", pattern), f"{language}/{kind}: {pattern}"


def test_what_we_take_for_a_sign_has_its_source_in_writing() -> None:
    """Each "# sign: one; another" of the rules is a row of the tables of docs/safety.md, under its kind, and each row
    is a sign of the rules.
    """
    written = SAFETY.read_text("utf-8")
    for kind in EmergencyKind:
        section = re.search(rf"^#### {kind}\n(.*?)(?=^#)", written, re.DOTALL | re.MULTILINE)
        assert section, f"docs/safety.md has no section {kind}"
        rows = re.findall(r"^\| ([^|]+?) \| [^|]+ \| ([^|]+?) \|$", section[1], re.MULTILINE)
        sourced = {sign for sign, source in rows if sign not in {"sign", "---"} and source}
        assert _signs(kind) == sourced


def _signs(kind: EmergencyKind) -> set[str]:
    signs: set[str] = set()
    for language in LANGUAGES:
        lines = (EMERGENCIES / language / f"{kind}.toml").read_text("utf-8").split("\nunless = [")[0].splitlines()
        named = [line.strip().removeprefix("# sign: ") for line in lines if line.strip().startswith("# sign: ")]
        first = lines[lines.index("signs = [") + 1]
        assert first.strip().startswith("# sign: "), f"{language}/{kind}.toml: a pattern stands under no sign"
        signs |= {sign for names in named for sign in names.split("; ")}
    return signs


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with the smallest rules there can be, of a language of spaces ("en") and one without ("zh")."""
    for tag, joined in (("en", "false"), ("zh", "true")):
        (tmp_path / tag).mkdir()
        (tmp_path / tag / "words.toml").write_text(
            f"joined = {joined}\n[parts]\nthem = '(?:me|us)'\n[misspelt]\nlemon = ['lemmon']\n", "utf-8"
        )
        for kind in EmergencyKind:
            (tmp_path / tag / f"{kind}.toml").write_text(
                f"kind = '{kind}'\nsigns = ['{kind} near {{them}}']\n", "utf-8"
            )
    return tmp_path


def rules_of(folder: Path, *languages: str) -> Rules:
    return load_rules(folder, languages, Shelf({}))


def test_a_named_part_is_filled_in(own: Path) -> None:
    assert find_emergency("there is fire near us", rules_of(own, "en")) is EmergencyKind.FIRE
    assert find_emergency("there is fire near them", rules_of(own, "en")) is None


def test_two_things_near_each_other_are_found_in_any_order(own: Path) -> None:
    (own / "en" / "fire.toml").write_text("kind = 'fire'\nsigns = ['lemon ~ salt']\n", "utf-8")
    (own / "zh" / "fire.toml").write_text("kind = 'fire'\nsigns = ['柠檬 ~ 盐']\n", "utf-8")
    rules = rules_of(own, "en", "zh")
    for near in ("a lemmon with some salt", "salt on a lemon", "salt lemon", "柠檬上有盐", "鹽在 檸檬 上"):
        assert find_emergency(near, rules) is EmergencyKind.FIRE, near
    for not_near in (
        "a lemon",
        "salty lemonade",
        "salt " + "and this and that " * 9 + "lemon",
        "盐" + "和这个那个" * 9 + "柠檬",
    ):
        assert find_emergency(not_near, rules) is None, not_near


def test_two_things_are_not_near_where_a_lookalike_stood_between_them(own: Path) -> None:
    (own / "en" / "fire.toml").write_text("kind = 'fire'\nsigns = ['lemon ~ salt']\nunless = ['pie and']\n", "utf-8")
    rules = rules_of(own, "en")
    assert find_emergency("lemon pie and salt", rules) is None
    assert find_emergency("lemon pie and salt then a lemon and salt", rules) is EmergencyKind.FIRE


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("kind = 'gas'\nsigns = ['x']", r'fire.toml: kind: must be "fire"'),
        ("kind = 'fire'\nsigns = ['(']", r"fire.toml: signs: holds '\('"),
        ("kind = 'fire'\nsigns = ['x', 'a(?=b)']", r"fire.toml: signs: holds 'a\(\?=b\)', which is not .* of RE2"),
        ("kind = 'fire'\nsigns = ['x']\nunless = ['(a)\\1']", r"fire.toml: unless: holds '\(a\)\\\\1'"),
        ("kind = 'fire'\nsigns = ['{nobody} burns']", r"fire.toml: signs: names the part {nobody}"),
        ("kind = 'fire'\nsigns = []", r"fire.toml: signs: must hold at least one pattern"),
    ],
)
def test_a_broken_file_is_named_with_its_field(own: Path, content: str, complaint: str) -> None:
    (own / "en" / "fire.toml").write_text(content, "utf-8")
    with pytest.raises(CatalogueError, match=complaint):
        rules_of(own, "en")


def test_a_missing_kind_is_named(own: Path) -> None:
    (own / "en" / "gas.toml").unlink()
    with pytest.raises(CatalogueError, match=r"gas.toml"):
        rules_of(own, "en")
