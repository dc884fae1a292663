"""Telephone calls, rendered as TwiML. An empty room so far: nothing answers a call yet."""
