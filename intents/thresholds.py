"""How sure is sure enough. Chosen by scripts/calibrate_understanding.py, which prints the table behind each
number.
"""

from __future__ import annotations

CONFIDENT = 0.65
"""Act without asking at this confidence or above."""

ASK_BACK = 0.20
"""Between this and `CONFIDENT` the best guesses are worth a question back; below it we don't know."""

SECOND_NEED = 0.98
"""Both needs that the parts of a message tell are acted on only where each is told at this confidence or above."""

ALSO_TOLD = 0.10
"""Beside the need acted on, one that a part tells at this confidence or above is offered as well."""

ALSO_LIKELY = 0.04
"""The same for one that the message as a whole tells second."""

TOLD_OTHERWISE = 0.20
"""How much less danger counts in a message that surely tells a need, or surely none: "a ride, my leg is bad" and "over
the moon" are no alarm."""

ALARM = 0.30
"""Call it an emergency without any rule where a message sounds so much like danger."""

ALARM_IN_BRIEF = 0.50
"""The same for a message of few words: "i'm on my way" and "he is asleep now" sound like much and say little."""

WORRY = 0.13
"""Between this and `ALARM`, ask whether anyone is in danger."""

WORRY_IN_BRIEF = 0.36
"""The same for a message of few words."""

BELIEVED = 0.22
"""A rule is believed where a message sounds so much like danger; below that, ask whether anyone is."""

CALM = 0.12
"""Below this a message sounds so calm that a rule which fired must have misread it."""

LOUDER = 0.30
"""A kind of emergency that sounds so much louder than the one a rule tells takes its place."""

EXPECTED = 4.0
"""How many times likelier an act is, in a short message, where the open question expects it."""

SHARPNESS = 24.0
"""What makes the classifier's scores into probabilities that keep what they promise."""
