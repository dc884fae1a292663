"""How sure is sure enough. Chosen by scripts/calibrate_understanding.py, which prints the table behind each
number.
"""

from __future__ import annotations

CONFIDENT = 0.60
"""Act without asking at this confidence or above."""

ASK_BACK = 0.20
"""Between this and `CONFIDENT` the best guesses are worth a question back; below it we don't know."""

SECOND_NEED = 0.70
"""A part of a message counts as a need of its own only at this confidence or above."""

NO_DOUBT = 0.999
"""Where a whole message means one need at this confidence or above, a second one must be told at `CERTAIN_PART`."""

CERTAIN_PART = 0.90
"""See `NO_DOUBT`."""

ALARM = 0.37
"""Call it an emergency without any rule where a message sounds so much like danger."""

CALM = 0.13
"""Below this a message sounds so calm that a rule which fired must have misread it."""

EXPECTED = 4.0
"""How many times likelier an act is, in a short message, where the open question expects it."""

SHARPNESS = 22.0
"""What makes the classifier's scores into probabilities that keep what they promise."""
