"""Whether listings still hold: their ages, who doubts them, and what providers answer when they are asked."""
