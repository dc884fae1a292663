"""Text messages through Twilio: parse and verify the webhook, render, send, follow the delivery status."""
