"""Telegram, with python-telegram-bot. An empty room so far: nothing answers a chat yet."""
