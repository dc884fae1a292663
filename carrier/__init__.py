"""Twilio's API, as texts and calls share it."""
