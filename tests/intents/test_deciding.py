"""When do we act, ask back or raise the alarm? On chances made up for the purpose."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from intents import thresholds
from intents.catalogue import Need, load_catalogue
from intents.deciding import Danger, Heard, Verdict, danger, decide, expect
from intents.decompose import Run
from intents.emergencies import EmergencyKind
from intents.understanding import Act
from tests.conftest import ROOT

FOOD, RAMP, TEETH, HOLE = "food.meals", "home.adapt", "health.dental", "street.repair"
A_BIT = 0.01


@cache
def needs() -> Mapping[str, Need]:
    return load_catalogue(kept_in=ROOT / ".cache" / "model").needs


def chances(**told: float) -> dict[str, float]:
    """Every label's chance; dots of needs are written as two underscores. What is left goes to "unknown"."""
    given = {name.replace("__", "."): chance for name, chance in told.items()}
    every = dict.fromkeys((*needs(), *Act), 0.0) | given
    if "unknown" not in given:
        every["unknown"] = 1.0 - sum(given.values())
    return every


def heard(
    whole: Mapping[str, float] | None = None,
    parts: Mapping[Run, Mapping[str, float]] | None = None,
    **dangers: float,
) -> Heard:
    return Heard(whole or chances(unknown=0.0), parts or {}, dict.fromkeys(EmergencyKind, 0.0) | dangers)


def verdict(whole: Mapping[str, float], parts: Mapping[Run, Mapping[str, float]] | None = None) -> Verdict:
    return decide(heard(whole, parts), needs())


def wanted(found: Verdict) -> list[str]:
    return [need.code for need in found.needs if need.wanted]


def alarm(by_rules: EmergencyKind | None, what: Heard | None) -> EmergencyKind | None:
    found = danger(by_rules, what, needs())
    return found.kind if found and found.sure else None


# The alarm


def test_without_a_classifier_the_rules_alone_decide() -> None:
    assert alarm(EmergencyKind.GAS, None) is EmergencyKind.GAS
    assert alarm(None, None) is None


def test_a_rule_is_believed_where_the_message_sounds_like_danger() -> None:
    assert alarm(EmergencyKind.GAS, heard(gas=0.9)) is EmergencyKind.GAS
    assert alarm(EmergencyKind.GAS, heard(gas=thresholds.BELIEVED)) is EmergencyKind.GAS


def test_the_rule_says_which_danger_unless_another_sounds_clearly_louder() -> None:
    assert alarm(EmergencyKind.GAS, heard(fire=0.3 + thresholds.LOUDER - A_BIT, gas=0.3)) is EmergencyKind.GAS
    assert alarm(EmergencyKind.GAS, heard(fire=0.3 + thresholds.LOUDER + A_BIT, gas=0.3)) is EmergencyKind.FIRE


def test_a_rule_that_misread_a_calm_message_is_not_believed() -> None:
    assert alarm(EmergencyKind.FIRE, heard(fire=thresholds.CALM - A_BIT)) is None
    assert alarm(EmergencyKind.FIRE, heard(fire=thresholds.CALM - A_BIT, medical=0.0)) is None


def test_a_rule_is_believed_where_its_own_kind_sounds_through_what_counts_against_danger() -> None:
    assert alarm(EmergencyKind.GAS, heard(gas=0.3, medical=-0.25)) is EmergencyKind.GAS  # beside a need


def test_danger_is_heard_without_any_rule() -> None:
    assert alarm(None, heard(medical=thresholds.ALARM)) is EmergencyKind.MEDICAL
    assert alarm(None, heard(medical=thresholds.ALARM - A_BIT)) is None


def test_doubt_between_two_dangers_is_danger_all_the_same() -> None:
    assert alarm(None, heard(fire=thresholds.ALARM / 2, gas=thresholds.ALARM / 2 + A_BIT)) is EmergencyKind.GAS


def test_danger_too_faint_for_an_alarm_is_worth_a_question() -> None:
    assert danger(None, heard(medical=thresholds.WORRY), needs()) == Danger(EmergencyKind.MEDICAL, sure=False)
    assert danger(None, heard(medical=thresholds.WORRY - A_BIT), needs()) is None


def test_in_a_few_words_danger_must_be_told_more_plainly() -> None:
    faint, plain = heard(other=thresholds.ALARM), heard(other=thresholds.ALARM_IN_BRIEF)
    assert danger(None, faint, needs(), brief=True) is None
    assert danger(None, heard(other=thresholds.WORRY_IN_BRIEF), needs(), brief=True) == Danger(
        EmergencyKind.OTHER, sure=False
    )
    assert danger(None, plain, needs(), brief=True) == Danger(EmergencyKind.OTHER)


def test_an_illness_beside_a_clear_need_is_no_alarm() -> None:
    ride = chances(transport__medical=1.0)
    assert alarm(None, heard(ride, medical=thresholds.ALARM)) is None
    assert alarm(None, heard(ride, medical=thresholds.ALARM + thresholds.TOLD_OTHERWISE)) is EmergencyKind.MEDICAL
    assert alarm(EmergencyKind.MEDICAL, heard(ride, medical=thresholds.ALARM)) is EmergencyKind.MEDICAL  # a sign rules


def test_chatter_and_nonsense_are_no_alarm() -> None:
    nothing = chances(unknown=1.0)
    assert danger(None, heard(nothing, medical=thresholds.WORRY + thresholds.TOLD_OTHERWISE - A_BIT), needs()) is None


def test_a_rule_in_a_message_that_sounds_fairly_calm_is_asked_about() -> None:
    between = heard(violence=thresholds.BELIEVED - A_BIT)
    assert danger(EmergencyKind.VIOLENCE, between, needs()) == Danger(EmergencyKind.VIOLENCE, sure=False)
    assert danger(EmergencyKind.VIOLENCE, heard(violence=thresholds.BELIEVED), needs()) == Danger(
        EmergencyKind.VIOLENCE
    )


# One need


def test_a_sure_need_is_acted_on() -> None:
    found = verdict(chances(home__adapt=thresholds.CONFIDENT + A_BIT, food__meals=0.2))
    assert (found.act, wanted(found)) == (Act.FIND_HELP, [RAMP])
    assert found.confidence == pytest.approx(thresholds.CONFIDENT + A_BIT)


def test_something_broken_is_a_report() -> None:
    found = verdict(chances(street__repair=0.9))
    assert (found.act, wanted(found)) == (Act.REPORT_PROBLEM, [HOLE])


def test_a_likely_need_is_asked_about() -> None:
    found = verdict(chances(home__adapt=thresholds.CONFIDENT - A_BIT))
    assert (found.act, wanted(found), found.needs[0].code) == (Act.FIND_HELP, [], RAMP)
    assert found.confidence == pytest.approx(thresholds.CONFIDENT - A_BIT)


def test_below_that_we_say_that_we_do_not_know() -> None:
    found = verdict(chances(home__adapt=thresholds.ASK_BACK - A_BIT, unknown=0.1))
    assert (found.act, wanted(found)) == (Act.UNKNOWN, [])


def test_many_faint_needs_are_some_need_at_least() -> None:
    faint = thresholds.ASK_BACK - A_BIT
    found = verdict(chances(home__adapt=faint, food__meals=faint, health__dental=faint, child__care=faint, unknown=0.0))
    assert (found.act, wanted(found)) == (Act.FIND_HELP, [])


def test_courtesy_does_not_hide_a_need() -> None:
    found = verdict(chances(greeting=0.45, home__adapt=0.5))
    assert (found.act, wanted(found)) == (Act.FIND_HELP, [RAMP])
    assert found.confidence == pytest.approx(0.5 / 0.55)
    assert verdict(chances(greeting=0.8, home__adapt=0.1)).act is Act.GREETING


def test_stop_is_never_read_out_of_a_doubtful_sentence() -> None:
    assert verdict(chances(stop=thresholds.CONFIDENT - A_BIT)).act is Act.UNKNOWN
    assert verdict(chances(stop=thresholds.CONFIDENT + A_BIT)).act is Act.STOP


# Two needs


TWO_PARTS: Mapping[Run, Mapping[str, float]] = {(0, 1): chances(home__adapt=0.99), (1, 2): chances(food__meals=0.98)}


def parts(first: float, second: float) -> Mapping[Run, Mapping[str, float]]:
    return {(0, 1): chances(home__adapt=first), (1, 2): chances(food__meals=second)}


def test_two_needs_in_two_parts_are_both_acted_on() -> None:
    found = verdict(chances(home__adapt=0.5, food__meals=0.4), parts(0.99, thresholds.SECOND_NEED))
    assert wanted(found) == [RAMP, FOOD]
    assert found.confidence == pytest.approx(thresholds.SECOND_NEED)


@pytest.mark.parametrize(("first", "second"), [(0.99, thresholds.SECOND_NEED - A_BIT), (0.8, 0.99)])
def test_where_either_part_is_doubtful_only_the_whole_is_acted_on(first: float, second: float) -> None:
    found = verdict(chances(home__adapt=0.8, food__meals=0.1), parts(first, second))
    assert wanted(found) == [RAMP]


def test_two_needs_in_one_part_are_never_both_acted_on() -> None:
    """What the whole tells second is too often the first once more, seen from another side."""
    assert wanted(verdict(chances(home__adapt=0.5, food__meals=0.5))) == []


def test_parts_that_both_tell_the_same_are_one_need() -> None:
    story = {(0, 1): chances(home__adapt=0.8), (1, 2): chances(home__adapt=0.95)}
    assert wanted(verdict(chances(home__adapt=0.99), story)) == [RAMP]


def test_parts_that_tell_nothing_of_what_the_whole_tells_are_not_believed() -> None:
    assert wanted(verdict(chances(health__dental=0.9), TWO_PARTS)) == [TEETH]


def test_three_needs_are_found_in_three_parts() -> None:
    runs = {
        (0, 1): chances(home__adapt=0.99),
        (1, 2): chances(food__meals=0.99),
        (2, 3): chances(health__dental=0.99),
        (0, 2): chances(home__adapt=0.5, food__meals=0.4),
        (1, 3): chances(food__meals=0.5, health__dental=0.4),
    }
    assert wanted(verdict(chances(home__adapt=0.4, food__meals=0.3, health__dental=0.3), runs)) == [FOOD, TEETH, RAMP]


def test_a_story_is_not_cut_to_shreds() -> None:
    """One more part must be as sure as those before it were."""
    runs = {
        (0, 1): chances(home__adapt=0.99),
        (1, 2): chances(food__meals=0.93),
        (2, 3): chances(health__dental=0.94),
        (0, 2): chances(home__adapt=0.985),
        (1, 3): chances(health__dental=0.985),
    }
    assert wanted(verdict(chances(home__adapt=0.6, health__dental=0.3), runs)) == [RAMP, TEETH]


# A need beside


def beside(found: Verdict) -> list[str]:
    return [need.code for need in found.needs if need.also]


@pytest.mark.parametrize("told", [thresholds.ALSO_TOLD, thresholds.SECOND_NEED - A_BIT])
def test_what_another_part_may_tell_is_offered_beside_the_sure_one(told: float) -> None:
    found = verdict(chances(home__adapt=0.99), parts(0.99, told))
    assert (wanted(found), beside(found)) == ([RAMP], [FOOD])
    assert found.needs[1].confidence == pytest.approx(told)


def test_what_a_part_hardly_tells_is_not_offered() -> None:
    assert beside(verdict(chances(home__adapt=0.99), parts(0.99, thresholds.ALSO_TOLD - A_BIT))) == []


def test_what_the_whole_tells_second_is_offered_beside() -> None:
    found = verdict(chances(home__adapt=0.9, food__meals=thresholds.ALSO_LIKELY))
    assert (wanted(found), beside(found)) == ([RAMP], [FOOD])


def test_what_the_whole_hardly_tells_is_a_guess_and_no_more() -> None:
    found = verdict(chances(home__adapt=0.9, food__meals=thresholds.ALSO_LIKELY - A_BIT))
    assert ([need.code for need in found.needs], beside(found)) == ([RAMP, FOOD], [])


def test_what_a_part_tells_is_offered_before_what_the_whole_tells_second() -> None:
    found = verdict(chances(home__adapt=0.8, health__dental=0.15), parts(0.99, 0.5))
    assert beside(found) == [FOOD]
    assert [need.code for need in found.needs] == [RAMP, FOOD, TEETH]


def test_parts_that_leave_out_what_the_whole_tells_offer_nothing() -> None:
    assert beside(verdict(chances(health__dental=0.99), parts(0.5, 0.5))) == []


def test_where_both_are_acted_on_nothing_is_offered_beside() -> None:
    found = verdict(chances(home__adapt=0.5, food__meals=0.3, health__dental=0.1), parts(0.99, 0.98))
    assert (wanted(found), beside(found)) == ([RAMP, FOOD], [])


def test_where_nothing_is_sure_all_are_guesses_and_none_is_beside() -> None:
    found = verdict(chances(home__adapt=0.5, food__meals=0.3), parts(0.6, 0.5))
    assert (wanted(found), beside(found)) == ([], [])


# Guesses


def test_guesses_are_ranked_and_few() -> None:
    found = verdict(
        chances(
            food__meals=0.05, home__adapt=0.3, health__dental=0.15, child__care=0.04, care__day=0.03, home__heating=0.02
        )
    )
    assert [need.code for need in found.needs] == [RAMP, TEETH, FOOD, "child.care", "care.day"]
    assert [need.confidence for need in found.needs] == [0.3, 0.15, 0.05, 0.04, 0.03]


def test_guesses_that_say_nothing_are_left_out() -> None:
    assert [need.code for need in verdict(chances(home__adapt=0.3, food__meals=0.009)).needs] == [RAMP]


def test_what_a_part_tells_is_guessed_before_what_nothing_tells() -> None:
    doubtful = {(0, 1): chances(home__adapt=0.9), (1, 2): chances(food__meals=0.3, child__care=0.2)}
    found = verdict(chances(home__adapt=0.5, health__dental=0.4), doubtful)
    assert [need.code for need in found.needs] == [RAMP, FOOD, TEETH]


def test_needs_as_likely_as_each_other_come_in_one_order() -> None:
    found = verdict(chances(home__adapt=0.3, food__meals=0.3))
    assert [need.code for need in found.needs] == [FOOD, RAMP]


# What the open question expects


def test_what_the_question_expects_is_likelier_and_nothing_more() -> None:
    before = chances(yes=0.3, no=0.4)
    after = expect(before, frozenset({"yes"}))
    assert sum(after.values()) == pytest.approx(1.0)
    assert after["yes"] > after["no"]
    assert after["yes"] / after["no"] == pytest.approx(thresholds.EXPECTED * 0.3 / 0.4)
    assert expect(before, frozenset()) == pytest.approx(before)
