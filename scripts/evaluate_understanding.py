"""Examine the understanding on messages that nobody wrote phrases for: tests/evaluation/.

    python scripts/evaluate_understanding.py [--half development] [--words-only] [--errors]

Prints, for each language, how often the right need is first and among the first three, how many compound messages
have both needs found, how much of what is out of scope is left alone, how often we are wrong and confident, and the
same for emergencies. `--half final` is for a release: run it once, report it, tune nothing on it.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from intents.building import load_or_train
from intents.catalogue import load_catalogue
from intents.emergencies import find_emergency
from intents.encoder import load_encoder
from intents.model import Model
from intents.thresholds import ASK_BACK
from intents.training import train
from intents.understand import understand
from intents.understanding import Understanding

MESSAGES = Path(__file__).parent.parent / "tests" / "evaluation"
LANGUAGES = ("en", "es", "zh")
T = TypeVar("T")
SINGLE = ("direct", "indirect", "misspelt", "dictated")


@dataclass(frozen=True, slots=True)
class Judged:
    """One message with what it means and what was made of it. kind: direct, indirect, ..., out_of_scope."""

    language: str
    kind: str
    needs: frozenset[str]
    found: Understanding

    @property
    def ranked(self) -> list[str]:
        """Codes of the needs found, likeliest first."""
        return [need.code for need in self.found.needs]

    @property
    def acted_on(self) -> frozenset[str]:
        """The needs we would act on without asking."""
        return frozenset(need.code for need in self.found.wanted)

    @property
    def named(self) -> list[str]:
        """The needs that our first answer names: those acted on and the one offered beside, or else the choices."""
        sure = [need.code for need in self.found.needs if need.wanted]
        if not sure:
            return [need.code for need in self.found.needs if need.confidence >= ASK_BACK][:3]
        return sure + [need.code for need in self.found.needs if need.also][:1]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One red flag or look-alike (kind None) with the emergency that was found, by all means and by rules alone.
    asked: we would ask whether anyone is in danger.
    """

    language: str
    text: str
    kind: str | None
    explicit: bool
    found: str | None
    asked: bool
    by_rules: str | None


def judged_messages(model: Model, half: str) -> list[Judged]:
    """What the model makes of every message of a half."""
    return [
        Judged(tag, row["kind"], frozenset(row["needs"]), understand(row["text"], model))
        for tag in LANGUAGES
        for row in _rows(MESSAGES / "messages" / half / f"{tag}.toml", "messages")
    ]


def judged_alarms(model: Model, half: str) -> list[Alarm]:
    """What the model makes of every red flag and look-alike of a half."""
    return [
        _alarm(tag, row, row["kind"] if field == "red_flags" else None, model)
        for tag in LANGUAGES
        for field in ("red_flags", "lookalikes")
        for row in _rows(MESSAGES / "emergencies" / half / f"{tag}.toml", field)
    ]


def _alarm(language: str, row: dict[str, Any], kind: str | None, model: Model) -> Alarm:
    text, explicit = row["text"], row.get("explicit", False)
    meant, by_rules = understand(text, model), find_emergency(text, model.catalogue.rules)
    return Alarm(language, text, kind, explicit, meant.urgent, meant.perhaps_urgent is not None, by_rules)


def _rows(file: Path, field: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(file.read_text("utf-8"))[field]
    return rows


def share(rows: Iterable[T], hit: Callable[[T], bool]) -> str:
    """Percentage of rows that hit, and how many rows there are."""
    hits = [hit(row) for row in rows]
    return f"{100 * sum(hits) / len(hits):6.1f} ({len(hits):4d})" if hits else "       -     "


def line(name: str, rows: Sequence[T], hit: Callable[[T], bool], language: Callable[[T], str]) -> None:
    """Print one row of a table: all languages, then each."""
    parts = [share(rows, hit), *(share([r for r in rows if language(r) == tag], hit) for tag in LANGUAGES)]
    print(f"  {name:42s}" + " ".join(parts))


def print_messages(judged: Sequence[Judged]) -> None:
    """The tables on needs."""

    def table(name: str, kinds: Sequence[str], hit: Callable[[Judged], bool]) -> None:
        line(name, [j for j in judged if j.kind in kinds], hit, lambda j: j.language)

    print(f"\n{'needs':44s}   all           " + "            ".join(LANGUAGES))
    table("right need first", SINGLE, lambda j: j.ranked[:1] == list(j.needs))
    for kind in SINGLE:
        table(f"  {kind}", (kind,), lambda j: j.ranked[:1] == list(j.needs))
    table("right need among the first three", SINGLE, lambda j: j.needs <= set(j.ranked[:3]))
    table("acted on, rightly", SINGLE, lambda j: j.acted_on == j.needs)
    table("compound: both named in our first answer", ("compound",), lambda j: j.needs <= set(j.named))
    table("compound: both needs acted on", ("compound",), lambda j: j.acted_on == j.needs)
    table("compound: both among the first three", ("compound",), lambda j: j.needs <= set(j.ranked[:3]))
    table("compound: at least one acted on", ("compound",), lambda j: bool(j.acted_on & j.needs))
    table("out of scope: not answered as a need", ("out_of_scope",), lambda j: not j.acted_on)
    table("out of scope: not even asked back", ("out_of_scope",), lambda j: j.found.act not in _NEEDY)
    everything = (*SINGLE, "compound", "out_of_scope")
    table("wrong and confident", everything, lambda j: bool(j.acted_on - j.needs))
    table("called an emergency", everything, lambda j: j.found.urgent is not None)
    table("asked whether anyone is in danger", everything, lambda j: j.found.perhaps_urgent is not None)
    table("language right", everything, lambda j: j.found.language == j.language)


_NEEDY = frozenset({"find_help", "report_problem"})


def print_alarms(alarms: Sequence[Alarm]) -> None:
    """The tables on emergencies."""
    red = [a for a in alarms if a.kind]
    print(f"\n{'emergencies':44s}   all           " + "            ".join(LANGUAGES))

    def table(name: str, rows: Sequence[Alarm], hit: Callable[[Alarm], bool]) -> None:
        line(name, rows, hit, lambda a: a.language)

    explicit = [a for a in red if a.explicit]
    table("explicit, found", explicit, lambda a: a.found is not None)
    table("explicit, found by rules alone", explicit, lambda a: a.by_rules is not None)
    table("all, found", red, lambda a: a.found is not None)
    table("all, found or asked about", red, lambda a: a.found is not None or a.asked)
    table("all, found by rules alone", red, lambda a: a.by_rules is not None)
    for kind in sorted({a.kind for a in red if a.kind}):
        own = [a for a in red if a.kind == kind]
        table(f"  {kind}: found", own, lambda a: a.found is not None)
        table(f"  {kind}: kind right", own, lambda a, k=kind: a.found == k)  # type: ignore[misc]
    calm = [a for a in alarms if not a.kind]
    table("look-alikes, false alarm", calm, lambda a: a.found is not None)
    table("look-alikes, asked about danger", calm, lambda a: a.asked)
    table("look-alikes, false alarm of the rules", calm, lambda a: a.by_rules is not None)


def print_languages(model: Model, half: str, *, errors: bool) -> None:
    """How often the language of short messages, loan words and other people's languages is told."""
    print("\nlanguage")
    file = MESSAGES / "language" / f"{half}.toml"
    for field in ("short", "remembered", "foreign"):
        rows = _rows(file, field)
        for tag in sorted({str(row["language"]) for row in rows}):
            own = [row for row in rows if row["language"] == tag]
            heard = [understand(str(row["text"]), model, language=row.get("remembered")) for row in own]  # type: ignore[arg-type]
            wanted = "und" if field == "foreign" else tag
            right = sum(found.language == wanted for found in heard)
            named = sum(found.other_language == _SAME.get(tag, tag) for found in heard) if field == "foreign" else right
            print(
                f"  {field:11s} {tag:3s} {right:3d} of {len(own):3d}"
                + (f", named {named}" if field == "foreign" else "")
            )
            for row, found in zip(own, heard, strict=True):
                if errors and found.language != wanted:
                    print(f"      {row} | {found.language} {found.other_language}")


_SAME = {"tl": "fil"}
"""Two tags of one language: Tagalog and Filipino."""


def print_errors(judged: Sequence[Judged], alarms: Sequence[Alarm]) -> None:
    """Every message that went wrong."""
    for j in judged:
        if j.acted_on != j.needs or j.found.urgent:
            guesses = " ".join(f"{n.code}{'!' * n.wanted} {n.confidence:.2f}" for n in j.found.needs[:3])
            print(f"{j.language} {j.kind:12s} {j.found.text} | {' '.join(j.needs)} | {j.found.act} {guesses}")
    for a in alarms:
        if (a.found or None) != a.kind:
            print(
                f"{a.language} {a.kind or 'look-alike'}{' explicit' * a.explicit} | {a.text} | {a.found} {a.by_rules}"
            )


def main() -> None:
    """Print everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--half", choices=("development", "final"), default="development")
    options.add_argument("--words-only", action="store_true", help="leave the sentence encoder out")
    options.add_argument("--errors", action="store_true", help="print every message that went wrong")
    chosen = options.parse_args()
    catalogue = load_catalogue()
    model = train(catalogue, None) if chosen.words_only else load_or_train(catalogue, Path(".cache") / "model")
    encoder = None if chosen.words_only else load_encoder()
    print(f"engine: {encoder.name if encoder else 'words only'}; catalogue {catalogue.digest[:12]}; {chosen.half} half")
    judged, alarms = judged_messages(model, chosen.half), judged_alarms(model, chosen.half)
    print_messages(judged)
    print_alarms(alarms)
    print_languages(model, chosen.half, errors=chosen.errors)
    if chosen.errors:
        print_errors(judged, alarms)


if __name__ == "__main__":
    main()
