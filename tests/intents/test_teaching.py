"""What coordinators taught joins what we know, and is never half kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from intents.catalogue import Catalogue, CatalogueError, load_catalogue
from intents.teaching import KEPT_AS, Lesson, read_lessons, teach, write_lessons
from intents.understanding import Act
from tests.conftest import ROOT

RAMP = Lesson("me da miedo el escalon de la puerta", "es", "home.adapt")
SOUP = Lesson("nobody cooks for me since the fall", "en", "food.meals")
WEATHER = Lesson("今天风真大呀", "zh", "unknown")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(kept_in=ROOT / ".cache" / "model")


def test_lessons_join_the_phrases_of_their_need_and_language(catalogue: Catalogue) -> None:
    taught = teach(catalogue, [RAMP, SOUP, WEATHER])
    before, after = catalogue.needs["home.adapt"].phrases, taught.needs["home.adapt"].phrases
    assert after["es"] == (*before["es"], RAMP.text)
    assert (after["en"], after["zh"]) == (before["en"], before["zh"])
    assert SOUP.text in taught.needs["food.meals"].phrases["en"]
    assert WEATHER.text in taught.acts[Act.UNKNOWN].phrases["zh"]
    assert {RAMP.text, SOUP.text, WEATHER.text} <= {
        phrase for tag in taught.languages for phrase in taught.phrases(tag)
    }


def test_nothing_else_changes(catalogue: Catalogue) -> None:
    taught = teach(catalogue, [RAMP])
    others = [code for code in catalogue.needs if code != "home.adapt"]
    assert [taught.needs[code] for code in others] == [catalogue.needs[code] for code in others]
    assert (taught.acts, taught.rules, taught.shown) == (catalogue.acts, catalogue.rules, catalogue.shown)
    assert RAMP.text not in catalogue.needs["home.adapt"].phrases["es"]


def test_what_was_taught_makes_another_model(catalogue: Catalogue) -> None:
    digests = {teach(catalogue, lessons).digest for lessons in ([], [RAMP], [SOUP], [RAMP, SOUP])}
    assert len(digests) == 4
    assert catalogue.digest in digests


def test_the_order_of_lessons_makes_no_difference(catalogue: Catalogue) -> None:
    one, other = teach(catalogue, [SOUP, RAMP, WEATHER]), teach(catalogue, [WEATHER, RAMP, RAMP, SOUP])
    assert one.digest == other.digest
    assert (one.needs, one.acts) == (other.needs, other.acts)


def test_lessons_taught_at_two_times_come_out_as_they_would_at_once(catalogue: Catalogue, tmp_path: Path) -> None:
    write_lessons(tmp_path, [SOUP])
    write_lessons(tmp_path, [*read_lessons(tmp_path), RAMP])
    assert teach(catalogue, read_lessons(tmp_path)).digest == teach(catalogue, [RAMP, SOUP]).digest


@pytest.mark.parametrize(
    "gone",
    [
        Lesson("the bath hoist man", "en", "home.hoists"),
        Lesson("cadeira de rodas", "pt", "home.adapt"),
        Lesson("stop it please", "en", "stop"),
    ],
    ids=["its need is gone", "its language is gone", "it is no need"],
)
def test_a_lesson_that_has_no_place_any_more_is_left_out(gone: Lesson, catalogue: Catalogue) -> None:
    taught = teach(catalogue, [gone, SOUP])
    said = {phrase for tag in taught.languages for phrase in taught.phrases(tag)}
    assert SOUP.text in said
    assert gone.text not in said
    assert taught.needs.keys() == catalogue.needs.keys()


def test_lessons_are_read_as_they_were_kept(tmp_path: Path) -> None:
    assert read_lessons(tmp_path / "nothing here") == ()
    write_lessons(tmp_path / "model", [WEATHER, SOUP, RAMP, SOUP])
    assert set(read_lessons(tmp_path / "model")) == {RAMP, SOUP, WEATHER}
    assert len(read_lessons(tmp_path / "model")) == 3
    assert [file.name for file in (tmp_path / "model").iterdir()] == [KEPT_AS]
    assert WEATHER.text in (tmp_path / "model" / KEPT_AS).read_text("utf-8")  # a person can read it


def test_lessons_are_kept_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_lessons(tmp_path, [SOUP])

    def full_disk(self: Path, text: str, encoding: str) -> int:
        with self.open("w", encoding=encoding) as stream:
            stream.write(text[: len(text) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_lessons(tmp_path, [SOUP, RAMP])
    assert read_lessons(tmp_path) == (SOUP,)


@pytest.mark.parametrize(
    "content",
    [
        b'[{"text": "soup", "langu',
        b'"soup"',
        b"7",
        b'[{"text": "soup"}]',
        b'[{"text": "soup", "language": "en", "label": "food.meals", "by": "cora"}]',
        b'[{"text": null, "language": "en", "label": "food.meals"}]',
        json.dumps([{"text": "cómo", "language": "es", "label": "food.meals"}], ensure_ascii=False).encode("latin-1"),
    ],
    ids=["cut short", "a text", "a number", "a field missing", "a field too many", "no text", "not UTF-8"],
)
def test_a_spoilt_file_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / KEPT_AS).write_bytes(content)
    with pytest.raises(CatalogueError, match=r"taught\.json: is not a list of lessons"):
        read_lessons(tmp_path)
