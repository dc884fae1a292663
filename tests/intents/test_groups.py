"""Groups of needs: everything we know can be chosen by the keys of a telephone, in a few words, and nothing twice."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from intents.catalogue import BUILT_IN, Catalogue, CatalogueError, load_catalogue
from intents.groups import OTHER, Group, load_groups
from intents.model import Model
from tests.intents.test_catalogue import PIANO

SMALL = """
[food]
en = "food"
es = "comida"
zh = "吃饭"
needs = ["food.meals", "food.groceries"]
[rides]
en = "rides"
es = "viajes"
zh = "出行"
needs = ["transport.local"]
[other]
en = "something else"
es = "otra cosa"
zh = "别的事"
"""
KNOWN = ("food.groceries", "food.meals", "transport.local")
LANGUAGES = ("en", "es", "zh")


@pytest.fixture
def catalogue(model: Model) -> Catalogue:
    return model.catalogue


def groups_of(text: str, folder: Path, needs: tuple[str, ...] = KNOWN) -> tuple[Group, ...]:
    (folder / "groups.toml").write_text(text, "utf-8")
    return load_groups(folder, needs, LANGUAGES)


def test_every_need_can_be_chosen_in_exactly_one_place(catalogue: Catalogue) -> None:
    offered = Counter(need for group in catalogue.groups for need in group.needs)
    assert offered == dict.fromkeys(catalogue.needs, 1)


def test_a_caller_hears_few_groups_and_few_needs_in_each(catalogue: Catalogue) -> None:
    assert len(catalogue.groups) <= 9
    assert max(len(group.needs) for group in catalogue.groups) <= 7
    assert OTHER not in {group.code for group in catalogue.groups}


def test_food_the_doctor_and_a_ride_are_offered_first(catalogue: Catalogue) -> None:
    assert [group.needs[0] for group in catalogue.groups[:3]] == ["food.meals", "health.doctor", "transport.medical"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_name_of_a_group_is_said_in_a_breath_and_is_unlike_the_others(language: str, catalogue: Catalogue) -> None:
    names = [group.names[language] for group in catalogue.groups]
    assert len(set(names)) == len(names)
    assert max(len(name) if language == "zh" else len(name.split()) for name in names) <= (8 if language == "zh" else 4)


def test_groups_and_needs_keep_the_order_of_the_file(tmp_path: Path) -> None:
    food, rides = groups_of(SMALL, tmp_path)
    assert (food.code, food.needs) == ("food", ("food.meals", "food.groceries"))
    assert (rides.code, rides.names["es"]) == ("rides", "viajes")


def test_what_the_file_leaves_out_comes_last_as_something_else(tmp_path: Path) -> None:
    *_, last = groups_of(SMALL, tmp_path, (*KNOWN, "home.piano", "home.clock"))
    assert last == Group(
        OTHER, {"en": "something else", "es": "otra cosa", "zh": "别的事"}, ("home.clock", "home.piano")
    )


def test_a_need_of_the_communitys_own_can_be_chosen_too(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "home.piano.toml").write_text(PIANO, "utf-8")
    larger = load_catalogue(tmp_path)
    assert larger.groups[:-1] == catalogue.groups
    assert larger.groups[-1].needs == ("home.piano",)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('["transport.local"]', '["transport.lokal"]', "groups.toml: rides.needs: transport.lokal is not a need"),
        ('["transport.local"]', '["food.meals"]', "groups.toml: rides.needs: food.meals is already in food"),
        ('"food.groceries"]', '"food.meals"]', "groups.toml: food.needs: food.meals is already in food"),
        ('["transport.local"]', "[]", "groups.toml: rides.needs: must name at least one need"),
        ('es = "viajes"\n', "", "groups.toml: rides.es: is missing"),
        ("[other]", "[rest]", "groups.toml: other: is missing"),
        ("[rides]", "[rides", "groups.toml: is not valid TOML"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(wrong: str, right: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"groups\.toml") as error:
        groups_of(SMALL.replace(wrong, right), tmp_path)
    assert str(error.value).startswith(said)


def test_another_order_of_the_groups_needs_no_other_model(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(BUILT_IN, tmp_path / "catalogue")
    was, becomes = '"food.meals", "food.groceries"', '"food.groceries", "food.meals"'
    groups = copy / "groups.toml"
    groups.write_text(groups.read_text("utf-8").replace(was, becomes), "utf-8")
    monkeypatch.setattr("intents.catalogue.BUILT_IN", copy)
    other = load_catalogue()
    assert other.groups[0].needs[0] == "food.groceries"
    assert other.digest == catalogue.digest
