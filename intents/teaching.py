"""What coordinators taught: words from the review list with the need that they mean, kept beside the model.

They join the phrases of the catalogue, so everything that learns from phrases learns from them, and the model is
another one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from intents.catalogue import Catalogue, CatalogueError
from intents.understanding import Act

KEPT_AS = "taught.json"
"""The file's name, in the folder of the model."""


@dataclass(frozen=True, slots=True, order=True)
class Lesson:
    """text, in language, means label: the code of a need, or "unknown" for none of ours."""

    text: str
    language: str
    label: str


def read_lessons(folder: Path) -> tuple[Lesson, ...]:
    """Give what was taught so far; nothing where there is no file. Raises CatalogueError for a spoilt one."""
    file = folder / KEPT_AS
    if not file.exists():
        return ()
    try:
        lessons = tuple(Lesson(**row) for row in json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise CatalogueError(file, "", f"is not a list of lessons ({error})") from error
    if not all(isinstance(value, str) for lesson in lessons for value in asdict(lesson).values()):
        raise CatalogueError(file, "", "is not a list of lessons (all they say must be text)")
    return lessons


def write_lessons(folder: Path, lessons: Iterable[Lesson]) -> None:
    """Keep all lessons; the file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{KEPT_AS}.{os.getpid()}.part"
    rows = [asdict(lesson) for lesson in sorted(set(lessons))]
    part.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    os.replace(part, folder / KEPT_AS)


def teach(catalogue: Catalogue, lessons: Collection[Lesson]) -> Catalogue:
    """Give the catalogue with the lessons among its phrases; their order, or one told twice, makes no difference.

    One whose need or language is gone is left out.
    """
    if not lessons:
        return catalogue
    needs, acts = dict(catalogue.needs), dict(catalogue.acts)
    ordered = sorted(set(lessons))
    for lesson in ordered:
        if lesson.language not in catalogue.grammars:
            continue
        if lesson.label in needs:
            need = needs[lesson.label]
            phrases = {**need.phrases, lesson.language: (*need.phrases[lesson.language], lesson.text)}
            needs[lesson.label] = replace(need, phrases=phrases)
        elif lesson.label == Act.UNKNOWN:
            act = acts[Act.UNKNOWN]
            phrases = {**act.phrases, lesson.language: (*act.phrases[lesson.language], lesson.text)}
            acts[Act.UNKNOWN] = replace(act, phrases=phrases)
    told = json.dumps([asdict(lesson) for lesson in ordered], ensure_ascii=False)
    digest = hashlib.sha256(f"{catalogue.digest}{told}".encode()).hexdigest()
    return replace(catalogue, needs=needs, acts=acts, digest=digest)
