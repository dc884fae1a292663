"""Measurements. They print and write figures; no test depends on them."""
