"""How well listings of one service are told from look-alikes, on pairs labelled by hand (tests/evaluation/directory).

    python scripts/evaluate_duplicates.py --half development [--fit]

`--fit` fits the weights of core/directory/duplicates/likeness.py to the development half and prints them.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid5

import numpy as np

from core.directory.duplicates.finding import AUTOMATIC, SHOWN
from core.directory.duplicates.likeness import Evidence, Weights, compare, likeness
from core.directory.duplicates.listings import Listing, plain_site, plain_website
from core.directory.identity import HANDRAIL
from core.directory.importing.cleaning import parse_phone
from core.directory.names import plain_name

PAIRS = Path(__file__).resolve().parents[1] / "tests" / "evaluation" / "directory" / "pairs.jsonl"
# What the mapping files of these sources do too.
CITY_CENTRES = {(40.7130466, -74.0072301)}
CONTRACT = re.compile(r" *\([0-9A-Z]{3}\) *$")
RIDGE = 0.1
"""Keeps the weights small where few pairs speak; chosen by ten-fold loss on the development half."""


def listing(told: dict[str, Any], key: str) -> Listing:
    """One side of a labelled pair as it would stand in the directory."""
    number, _ = parse_phone(told.get("phone") or "", "US")
    latitude, longitude = _degrees(told.get("latitude")), _degrees(told.get("longitude"))
    if (latitude, longitude) in CITY_CENTRES:
        latitude = longitude = None
    site = plain_site(told.get("address"), told.get("city"), told.get("postcode"), latitude, longitude)
    return Listing(
        id=uuid5(HANDRAIL, key),
        source_id=uuid5(HANDRAIL, str(told["source"])),
        name=plain_name(CONTRACT.sub("", told.get("name") or "")),
        organization=plain_name(told.get("organization") or ""),
        sites=(site,),
        phones=frozenset(filter(None, [number])),
        website=plain_website(told.get("url") or ""),
        email=(told.get("email") or "").strip().casefold(),
    )


def read_pairs(half: str) -> list[tuple[Listing, Listing, bool]]:
    """(left, right, whether they are one service); pairs that the labeller was unsure of are left out."""
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    return [
        (listing(row["left"], f"{row['id']}:left"), listing(row["right"], f"{row['id']}:right"), row["same"])
        for row in rows
        if row["half"] == half and isinstance(row["same"], bool)
    ]


def fit(pairs: Sequence[tuple[Listing, Listing, bool]]) -> Weights:
    """Logistic regression with a small ridge, by Newton's method: a weight per evidence, and one for not told."""
    kinds = list(Evidence)
    rows = [compare(left, right) for left, right, _ in pairs]
    told = np.array([[found.get(kind, 0.0) for kind in kinds] for found in rows])
    untold = np.array([[float(kind not in found) for kind in kinds] for found in rows])
    x = np.hstack([np.ones((len(rows), 1)), told, untold])
    y = np.array([float(same) for _, _, same in pairs])
    beta, ridge = np.zeros(x.shape[1]), RIDGE * np.eye(x.shape[1])
    ridge[0, 0] = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (y - p) - ridge @ beta
        beta += np.linalg.solve((x.T * (p * (1 - p))) @ x + ridge, gradient)
    per = dict(zip(kinds, beta[1 : 1 + len(kinds)].tolist(), strict=True))
    unknown = dict(zip(kinds, beta[1 + len(kinds) :].tolist(), strict=True))
    return Weights(float(beta[0]), per, unknown)


def measure(pairs: Sequence[tuple[Listing, Listing, bool]], weights: Weights | None = None) -> str:
    """Precision and recall at the two thresholds, and where precision first reaches 0.99."""
    scores = [(likeness(left, right, weights).score, same) for left, right, same in pairs]
    lines = [f"{len(pairs)} pairs, {sum(same for _, same in scores)} of them the same"]
    for name, least in (("shown", SHOWN), ("automatic", AUTOMATIC)):
        taken = [same for score, same in scores if score >= least]
        right, all_same = sum(taken), sum(same for _, same in scores)
        lines.append(f"{name} (>= {least}): {len(taken)} pairs, precision {right / max(len(taken), 1):.3f}, "
                     f"recall {right / max(all_same, 1):.3f}")  # fmt: skip
    return "\n".join(lines)


def _degrees(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def main() -> None:
    """Print the figures; with --fit the weights too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("development", "final"), default="development")
    parser.add_argument("--fit", action="store_true")
    chosen = parser.parse_args()
    pairs = read_pairs(chosen.half)
    if chosen.fit:
        if chosen.half != "development":
            parser.error("weights are fitted to the development half only")
        weights = fit(pairs)
        print(f"start={weights.start:.2f}")
        for kind in Evidence:
            print(f"Evidence.{kind.name}: {weights.per[kind]:.2f}, not told {weights.unknown[kind]:.2f}")
        print(measure(pairs, weights))
    else:
        print(measure(pairs))


if __name__ == "__main__":
    main()
