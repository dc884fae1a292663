"""The catalogue: complete, readable, and plain about what is wrong in a community's own file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from intents.catalogue import BUILT_IN, Catalogue, CatalogueError, load_catalogue
from intents.model import Model
from intents.understanding import Act

CODES = (
    "food.meals food.groceries food.shopping home.repair home.cleaning home.adapt home.heating "
    "utilities.bills housing.shelter housing.rent health.doctor health.nursing health.medicine "
    "health.mental health.dental health.sight_hearing health.equipment health.vaccine care.personal "
    "care.day care.carer care.dementia child.care family.planning transport.medical transport.local "
    "money.benefits money.debt money.tax legal.advice legal.documents legal.scam safety.abuse "
    "safety.security digital.phone digital.access social.company social.activities learning.classes "
    "work.jobs street.cleaning street.repair street.noise pets.care language.interpreter "
    "end_of_life.funeral emergency.weather "
)
PIANO = """
code = "home.piano"
group = "home"
place_matters = true
report = false
private = false
[en]
name = "piano tuning"
description = "Someone tunes your piano."
phrases = ["tune my piano"]
[es]
name = "afinar el piano"
description = "Alguien afina su piano."
phrases = ["afinar mi piano"]
[zh]
name = "钢琴调音"
description = "有人上门给钢琴调音。"
phrases = ["钢琴调音"]
"""


@pytest.fixture
def catalogue(model: Model) -> Catalogue:
    return model.catalogue


def test_every_need_is_there_in_every_language(catalogue: Catalogue) -> None:
    assert set(CODES.split()) <= catalogue.needs.keys()
    assert catalogue.languages == ("en", "es", "zh")
    for need in catalogue.needs.values():
        for tag in catalogue.languages:
            assert need.names[tag]
            assert need.descriptions[tag]
            assert len(set(need.phrases[tag])) >= 12, (need.code, tag)


def test_every_act_has_phrases_of_its_own_in_every_language(catalogue: Catalogue) -> None:
    for act in Act:
        for tag in catalogue.languages:
            assert len(set(catalogue.acts[act].phrases[tag])) >= 12, (act, tag)


def test_reports_are_the_street_needs(catalogue: Catalogue) -> None:
    assert {need.code for need in catalogue.needs.values() if need.report} == {
        code for code in catalogue.needs if code.startswith("street.")
    }


def test_a_community_adds_a_need_of_its_own(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "home.piano.toml").write_text(PIANO, "utf-8")
    larger = load_catalogue(tmp_path)
    assert larger.needs["home.piano"].names["es"] == "afinar el piano"
    assert larger.digest != catalogue.digest
    assert larger.digest == load_catalogue(tmp_path).digest


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('code = "home.piano"', 'code = "Piano"', 'own.toml: code: must look like "group.name"'),
        ('group = "home"', 'group = "music"', 'own.toml: group: must be "home"'),
        ("report = false", 'report = "no"', "own.toml: report: must be true or false"),
        ("private = false\n", "", "own.toml: private: is missing"),
        ('name = "afinar el piano"\n', "", "own.toml: es.name: is missing"),
        ('phrases = ["tune my piano"]', "phrases = []", "own.toml: en.phrases: must hold at least one"),
        ('phrases = ["tune my piano"]', "phrases = [1]", "own.toml: en.phrases: must be a list of texts"),
        ("[zh]", "[zh", "own.toml: is not valid TOML"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(wrong: str, right: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(PIANO.replace(wrong, right), "utf-8")
    with pytest.raises(CatalogueError, match=r"own\.toml") as error:
        load_catalogue(tmp_path)
    assert str(error.value).startswith(said)


def test_messages_of_two_needs_are_there_for_every_need_in_every_language(catalogue: Catalogue) -> None:
    for tag in catalogue.languages:
        told = {need for message in catalogue.together if message.language == tag for need in message.needs}
        assert told == set(CODES.split()), tag


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ('messages = "both"', "en.toml: messages: must be a list of tables"),
        (
            "messages = [{ needs = ['home.adapt', 'home.moat'], text = 'a moat' }]",
            "en.toml: messages[0].needs: must hold the codes of two",
        ),
    ],
)
def test_two_needs_that_are_told_wrongly_are_named_with_their_place(
    messages: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(BUILT_IN, tmp_path / "catalogue")
    (copy / "together" / "en.toml").write_text(f"{messages}\n", "utf-8")
    monkeypatch.setattr("intents.catalogue.BUILT_IN", copy)
    with pytest.raises(CatalogueError) as error:
        load_catalogue()
    assert str(error.value).startswith(said)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="is not a folder"):
        load_catalogue(tmp_path / "nowhere")
