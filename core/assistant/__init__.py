"""The front door: `Assistant.receive(Inbound) -> Reply`, and `Assistant.wake(timer)` for what time brings."""

from core.assistant.front_door import Assistant

__all__ = ["Assistant"]
