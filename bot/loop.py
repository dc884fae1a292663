"""The one place where asyncio lives: a thread with an event loop, which everyone else reaches synchronously."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

T = TypeVar("T")


class EventLoop:
    """Runs coroutines in a thread of its own, which begins with the first one: so a process may be forked before."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="handrail-telegram-loop", daemon=True)
        self._lock = threading.Lock()
        self._closed = False

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float) -> T:
        """What `coroutine` gives; from any thread but the loop's own. timeout: in seconds.

        Raises what it raises, TimeoutError where it takes longer (it is cancelled then), RuntimeError once closed.
        """
        with self._lock:
            if self._closed:
                coroutine.close()
                raise RuntimeError("the event loop is closed")
            if not self._thread.is_alive():
                self._thread.start()
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise
        except CancelledError:
            raise RuntimeError("the event loop was closed") from None

    def close(self) -> None:
        """Cancel what runs and end the thread. Calling it again does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._thread.is_alive():
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
            self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        running = asyncio.all_tasks(self._loop)
        for task in running:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*running, return_exceptions=True))
