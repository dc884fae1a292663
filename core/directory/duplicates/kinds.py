"""What a listing is, read off its name: two programmes of one agency at one door are told apart by little else."""

from __future__ import annotations

import re

_KINDS = {
    "center": r"\b(oac|nsc|sc|isc|older adult ctr|(neighborhood )?(senior|sr) (ctr|ct|c|cit\w* ctr|social|club)"
              r"|seniors? ctr|neighborhood senior|social club|centro|golden age)\b",
    "meals at home": r"\b(home deliver\w*|hdm|delivered meals?|meals on wheels|mow)\b",
    "case management": r"\b(case ?management|case mgmt|cm)\b",
    "caregivers": r"\b(care ?givers?|caregiving|respite)\b",
    "legal": r"\b(legal|law|justice|lawyers?|attorney|taxpayer|immigration|eviction|juvenile|clinic)\b",
    "abuse": r"\b(elder abuse|abuse|domestic violence|dv)\b",
    "day care": r"\b(adult day|day care|daycare|sadc|sads|social adult)\b",
    "norc": r"\b(norc|naturally occurring|supportive service program|ssp)\b",
    "transport": r"\b(transport\w*|rides?|van)\b",
    "home care": r"\b(home ?care|homemaker|housekeep\w*|home attendant)\b",
    "mobile": r"\b(mobile|truck|drive[- ]?thr\w*|pop[- ]?up)\b",
    "soup kitchen": r"\b(soup kitchen|kitchen|community meal|supper|breakfast|hot meal|dining|feeding)\b",
    "shelter": r"\b(shelter|housing|hotel)\b",
    "children": r"\b(child|children|kids?|youth|head start|day ?camp|school|preschool|academy|elementary)\b",
    "brown bag": r"\b(brown bag|senior box|csfp|senior food)\b",
    "visiting": r"\b(friendly visit\w*|visiting|shopping assistance|telephone reassurance)\b",
    "mental health": r"\b(mental|counsel\w*|geriatric)\b",
    "benefits": r"\b(benefits?|entitlements?|employment|jobs?|calworks|connects)\b",
}  # fmt: skip
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}


def kinds_of(name: str) -> frozenset[str]:
    """The kinds of service that a name (in plain form) tells; empty where it tells none."""
    return frozenset(kind for kind, pattern in _PATTERNS.items() if pattern.search(name))
