"""How sure is sure enough. Chosen by scripts/calibrate_understanding.py, which prints the table behind each
number.
"""

from __future__ import annotations

CONFIDENT = 0.70
"""Act without asking at this confidence or above."""

ASK_BACK = 0.20
"""Between this and `CONFIDENT` the best guesses are worth a question back; below it we don't know."""

SECOND_NEED = 0.50
"""A part of a message counts as a need of its own only at this confidence or above."""

URGENT = 0.90
"""Call it an emergency without any rule at this confidence or above; the rules are what recall rests on."""

EXPECTED = 4.0
"""How many times likelier an act is, in a short message, where the open question expects it."""
