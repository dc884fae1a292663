"""The understanding is examined on the development half of messages that nobody wrote phrases for.

Floors a little below what was measured, so that a change for the worse shows; each failure lists what went wrong.
`python scripts/evaluate_understanding.py` prints the whole table. The final half is for releases: no test reads what
we make of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from intents.catalogue import Catalogue
from intents.catalogue_file import plain
from intents.model import Model
from intents.understand import understand
from scripts.evaluate_understanding import LANGUAGES, SINGLE, Alarm, Judged, judged_alarms, judged_messages

HERE = Path(__file__).parent
HALF = "development"
T = TypeVar("T", Judged, Alarm)

FIRST = {"en": 0.965, "es": 0.96, "zh": 0.97}
"""Of messages with one need: it is the first that we think of. Measured: 98.4, 97.9, 98.9 %."""

IN_THREE = {"en": 0.98, "es": 0.98, "zh": 0.98}
"""It is among the first three. Measured: 99.5, 99.5, 99.5 %."""

NAMED = {"en": 0.84, "es": 0.92, "zh": 0.92}
"""Of the same: our first answer names both, to act on or to choose. Measured: 87.9, 95.5, 95.5 %."""

BOTH = {"en": 0.55, "es": 0.63, "zh": 0.75}
"""Of messages with two needs: we act on both and on nothing else. Measured: 60.6, 68.2, 80.3 %."""

LEFT_ALONE = {"en": 0.95, "es": 0.92, "zh": 0.92}
"""Of what is none of our needs: we don't act on it. Measured: 98.4, 95.4, 95.4 %."""

WRONG = {"en": 0.02, "es": 0.038, "zh": 0.032}
"""Of all messages at most: we act on a need that nobody named. Measured: 0.9, 2.8, 2.2 %."""

EXPLICIT = 0.985
"""Of red flags that say what is wrong: found, by rules or by the classifier. Measured: 100, 99.2, 100 %."""

RED_FLAGS = {"en": 0.945, "es": 0.945, "zh": 0.96}
"""Of all red flags, veiled ones too. Measured: 96.2, 96.2, 97.9 %."""

HEEDED = {"en": 0.98, "es": 0.98, "zh": 0.98}
"""Of the same: found, or asked whether anyone is in danger. Measured: 99.2, 99.2, 99.2 %."""

LOOKALIKES = {"en": 0.063, "es": 0.043, "zh": 0.057}
"""Of messages that only sound like danger at most: called an emergency. Measured: 4.8, 2.4, 4.3 %."""

EVERYDAY = {"en": 0.047, "es": 0.035, "zh": 0.029}
"""Of messages about needs, and about nothing, at most. Measured: 3.5, 2.2, 1.6 %."""

ASKED = {"en": 0.08, "es": 0.083, "zh": 0.04}
"""Of the same at most: asked whether anyone is in danger. Measured: 6.6, 6.9, 2.8 %."""

TURNS = 0.05
"""Of ordinary turns of a talk ("he is asleep now") at most: called an emergency. Measured: 1 of 90."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What we made of the messages of the development half."""

    messages: Sequence[Judged]
    alarms: Sequence[Alarm]


@pytest.fixture(scope="module")
def exam(model: Model) -> Examination:
    return Examination(judged_messages(model, HALF), judged_alarms(model, HALF))


def known_texts(catalogue: Catalogue) -> set[str]:
    """All that the model learns from, and whole messages that it knows."""
    phrases = {plain(phrase) for tag in catalogue.languages for phrase in catalogue.phrases(tag)}
    return phrases.union(*(words for act in catalogue.acts.values() for words in act.words.values()))


def of(rows: Iterable[T], language: str, *kinds: str) -> list[T]:
    return [row for row in rows if row.language == language and (not kinds or getattr(row, "kind", None) in kinds)]


def check(rows: Sequence[T], right: Callable[[T], bool], least: float) -> None:
    """At least this share is right; the message of the failure lists the others."""
    others = [row for row in rows if not right(row)]
    share = 1 - len(others) / len(rows)
    assert share >= least, f"{share:.1%} of {len(rows)}, {least:.1%} wanted:\n" + "\n".join(map(said, others))


def said(row: Judged | Alarm) -> str:
    if isinstance(row, Alarm):
        return f"  {row.text} | {row.kind or 'calm'} | found {row.found}, by rules {row.by_rules}"
    guesses = " ".join(f"{n.code}{'!' * n.wanted} {n.confidence:.2f}" for n in row.found.needs[:3])
    return f"  {row.found.text} | {' '.join(sorted(row.needs)) or 'none'} | {row.found.act}: {guesses}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_need_comes_first(language: str, exam: Examination) -> None:
    check(of(exam.messages, language, *SINGLE), lambda j: j.ranked[:1] == list(j.needs), FIRST[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_need_is_among_the_first_three(language: str, exam: Examination) -> None:
    check(of(exam.messages, language, *SINGLE), lambda j: j.needs <= set(j.ranked[:3]), IN_THREE[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_needs_in_one_message_are_both_named_in_our_first_answer(language: str, exam: Examination) -> None:
    check(of(exam.messages, language, "compound"), lambda j: j.needs <= set(j.named), NAMED[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_needs_in_one_message_are_both_acted_on(language: str, exam: Examination) -> None:
    check(of(exam.messages, language, "compound"), lambda j: j.acted_on == j.needs, BOTH[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_none_of_our_needs_is_left_alone(language: str, exam: Examination) -> None:
    check(of(exam.messages, language, "out_of_scope"), lambda j: not j.acted_on, LEFT_ALONE[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_we_are_seldom_wrong_and_confident(language: str, exam: Examination) -> None:
    check(of(exam.messages, language), lambda j: j.acted_on <= j.needs, 1 - WRONG[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_that_is_named_is_heard(language: str, exam: Examination) -> None:
    named = [told for told in of(exam.alarms, language) if told.kind and told.explicit]
    check(named, lambda a: a.found is not None, EXPLICIT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_is_heard_though_nobody_names_it(language: str, exam: Examination) -> None:
    check([told for told in of(exam.alarms, language) if told.kind], lambda a: a.found is not None, RED_FLAGS[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_that_we_don_t_hear_we_ask_about(language: str, exam: Examination) -> None:
    red = [told for told in of(exam.alarms, language) if told.kind]
    check(red, lambda a: a.found is not None or a.asked, HEEDED[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_are_asked_about_danger_without_need(language: str, exam: Examination) -> None:
    check(of(exam.messages, language), lambda j: j.found.perhaps_urgent is None, 1 - ASKED[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_sounds_like_danger_raises_few_alarms(language: str, exam: Examination) -> None:
    calm = [told for told in of(exam.alarms, language) if not told.kind]
    check(calm, lambda a: a.found is None, 1 - LOOKALIKES[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_everyday_needs_raise_few_alarms(language: str, exam: Examination) -> None:
    check(of(exam.messages, language), lambda j: j.found.urgent is None, 1 - EVERYDAY[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rules_alone_find_all_danger_that_is_named(language: str, exam: Examination) -> None:
    missed = {told.text for told in of(exam.alarms, language) if told.kind and told.explicit and not told.by_rules}
    assert missed == set()


@pytest.mark.parametrize("half", ["development", "final"])
def test_the_messages_are_not_what_the_model_learnt_from(half: str, model: Model) -> None:
    """Neither half's messages are shown here, not even where this fails: the final one must stay unread."""
    known = known_texts(model.catalogue)
    counts = {}
    for file in sorted(HERE.glob(f"*/{half}/*.toml")):
        rows = [row for table in tomllib.loads(file.read_text("utf-8")).values() for row in table]
        counts[f"{file.parent.parent.name}/{file.name}"] = (sum(plain(row["text"]) in known for row in rows), len(rows))
    assert len(counts) == 2 * len(LANGUAGES)
    seen, total = (sum(column) for column in zip(*counts.values(), strict=True))
    assert total > 1_000
    assert seen == 0, f"{seen} of {total} are in the catalogue: {counts}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_turns_of_a_talk_raise_hardly_an_alarm(language: str, model: Model) -> None:
    turns = tomllib.loads((HERE / "turns" / f"{HALF}.toml").read_text("utf-8"))[language]
    called = [turn for turn in turns if understand(turn, model).urgent]
    assert len(called) <= TURNS * len(turns), called
