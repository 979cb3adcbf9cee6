"""Slowing down who guesses: after some wrong tokens, an address and a name wait longer with each further one.

Pure but for its own memory; times are seconds handed in. What is remembered is bounded.
"""

from __future__ import annotations

FREE_TRIES = 5  # wrong tokens before the first wait: a person who mistypes is not stopped
FIRST_WAIT_S = 2
# A name waits a minute at most, or strangers could lock its owner out; an address waits a quarter of an hour.
LONGEST_WAIT_S = {"name": 60, "address": 900}
FORGET_S = 3600.0
MAX_KEYS = 10_000


class Throttle:
    """Counts wrong tokens by address and by name."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, float]] = {}

    def wait(self, address: str, name: str, now: float) -> int:
        """Return for how many whole seconds a further try is refused; 0 where it may be made."""
        return max(self._wait(key, now) for key in _keys(address, name))

    def note(self, address: str, name: str, now: float, *, right: bool) -> None:
        """Remember a try; a right one clears the name's wrong ones, not those of an address that guesses others."""
        if right:
            self._wrong.pop(_keys(address, name)[0], None)
            return
        for key in _keys(address, name):
            self._wrong[key] = (self._count(key, now) + 1, now)
        while len(self._wrong) > MAX_KEYS:
            self._wrong.pop(next(iter(self._wrong)))

    def _count(self, key: str, now: float) -> int:
        count, at = self._wrong.pop(key, (0, now))  # popped, so that the newest stand last
        return count if now - at < FORGET_S else 0

    def _wait(self, key: str, now: float) -> int:
        count, at = self._wrong.get(key, (0, now))
        if count < FREE_TRIES or now - at >= FORGET_S:
            return 0
        longest_s = LONGEST_WAIT_S[key.partition(" ")[0]]
        wait_s = min(longest_s, FIRST_WAIT_S * 2 ** min(count - FREE_TRIES, 20))
        return max(0, int(at + wait_s - now + 0.999))


def _keys(address: str, name: str) -> tuple[str, str]:
    return f"name {name[:80]}", f"address {address}"
