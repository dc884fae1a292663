"""A model that was taught nonsense is seen to be worse; one that was taught well is not."""

from __future__ import annotations

import pytest

from intents.catalogue import Catalogue, load_catalogue
from intents.retraining import TOLERANCE, Comparison, Figures, compare
from tests.conftest import ROOT
from tests.small_catalogue import bad_lessons, good_lessons, small


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return small(load_catalogue(kept_in=ROOT / ".cache" / "model"))


@pytest.fixture(scope="module")
def good(catalogue: Catalogue) -> Comparison:
    return compare(catalogue, good_lessons("en", "es"), None)


@pytest.fixture(scope="module")
def bad(catalogue: Catalogue) -> Comparison:
    return compare(catalogue, bad_lessons(), None)


def test_good_lessons_are_taken(good: Comparison) -> None:
    assert good.worse() == (), good.to_text()


def test_what_was_known_before_is_counted(good: Comparison, bad: Comparison) -> None:
    assert good.lessons == 3 * 2 * 4 * 3
    assert good.known_before > 0.9 * good.lessons  # the same things, asked for in another way
    assert bad.lessons == 4 * 20
    assert bad.known_before == 0  # nobody takes a toothache for a meal


def test_nonsense_is_seen_as_worse_and_named_with_its_figures(bad: Comparison) -> None:
    before, after = bad.before["en"].right_first, bad.after["en"].right_first
    assert before is not None
    assert after is not None
    assert before - after > 0.15, bad.to_text()
    assert f"en: the right need first: {before:.1%} before, {after:.1%} after" in bad.worse()
    named = {line.partition(" before")[0].rpartition(":")[0] for line in bad.worse()}
    assert named >= {
        "all: the right need first",
        "all: not wrong and confident",
        "en: the right need first",
        "en: not wrong and confident",
    }
    assert {name.partition(":")[0] for name in named} == {"all", "en"}


def test_nonsense_in_one_language_is_not_laid_at_the_others_door(bad: Comparison) -> None:
    assert (bad.before["es"], bad.before["zh"]) == (bad.after["es"], bad.after["zh"]), bad.to_text()


def test_each_language_has_its_figures(bad: Comparison) -> None:
    assert list(bad.before) == list(bad.after) == ["all", "en", "es", "zh"]
    assert sum(bad.before[tag].phrases for tag in ("en", "es", "zh")) == bad.before["all"].phrases
    assert all(figures.phrases == bad.after[tag].phrases >= 12 for tag, figures in bad.before.items())
    table = bad.to_text().splitlines()
    assert [row.split()[0] for row in table[1:]] == ["all", "en", "es", "zh"]
    assert f"{bad.before['en'].right_first:5.1%} -> {bad.after['en'].right_first:5.1%}" in table[2]


def test_a_share_may_drop_by_chance_and_no_more() -> None:
    def judged(right: float | None, wrong: float | None, alone: float | None) -> dict[str, Figures]:
        return {"es": Figures(200, right, wrong, alone)}

    def worse(*after: float | None) -> tuple[str, ...]:
        return Comparison(judged(0.9, 0.02, 0.95), judged(*after), lessons=1, known_before=0).worse()

    assert TOLERANCE == 0.01
    assert worse(0.895, 0.025, 0.945) == ()
    assert worse(0.88, 0.02, 0.95) == ("es: the right need first: 90.0% before, 88.0% after",)
    assert worse(0.9, 0.04, 0.95) == ("es: not wrong and confident: 98.0% before, 96.0% after",)
    assert worse(0.9, 0.02, 0.93) == ("es: left alone what is no need: 95.0% before, 93.0% after",)
    assert worse(None, 0.02, 0.95) == ()
