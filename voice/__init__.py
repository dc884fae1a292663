"""Telephone calls: Twilio's forms in, TwiML out. The answer to a call is spoken in the response, not sent."""
