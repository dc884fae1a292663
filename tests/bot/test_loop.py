"""Asyncio stays in one thread, and whoever asks it for something gets an answer in time."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from bot.loop import EventLoop


async def nap(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return threading.current_thread().name


def test_what_a_coroutine_gives_comes_back(loop):
    assert loop.run(nap(0), 1) == "handrail-telegram-loop"


def test_what_it_raises_too(loop):
    async def fails() -> None:
        raise LookupError("as it is")

    with pytest.raises(LookupError, match="as it is"):
        loop.run(fails(), 1)


def test_nobody_waits_for_ever(loop):
    ended = threading.Event()

    async def hangs() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        loop.run(hangs(), 0.05)
    assert ended.wait(1), "what took too long goes on in the background"
    assert loop.run(nap(0), 1)


def test_many_threads_wait_beside_each_other(loop):
    began = time.monotonic()
    threads = [threading.Thread(target=loop.run, args=(nap(0.2), 5)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 1.5


def test_a_house_that_never_uses_it_has_no_thread():
    before = threading.active_count()
    loop = EventLoop()
    assert threading.active_count() == before
    loop.close()


def test_closed_it_says_so_and_lets_go_of_who_waits():
    loop = EventLoop()
    ended = []

    def wait() -> None:
        try:
            loop.run(nap(60), 30)
        except Exception as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=wait)
    thread.start()
    assert loop.run(nap(0.05), 1)  # both run by now
    loop.close()
    loop.close()
    thread.join(2)
    assert ended == ["RuntimeError"]
    with pytest.raises(RuntimeError):
        loop.run(nap(0), 1)
