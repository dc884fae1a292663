"""How an unexpected failure is logged: what and where, never its message, which may hold a resident's words."""

from __future__ import annotations

import logging


def log_failure(log: logging.Logger, what: str, error: Exception) -> None:
    """Log that `what` happened, with the kind of `error` and the line that raised it."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "an unknown place"
    log.error("%s: %s at %s", what, type(error).__name__, where)
