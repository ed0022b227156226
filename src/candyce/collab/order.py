"""The log's order: updates of a document arrive from here and from elsewhere, and not always in turn."""

from __future__ import annotations

HELD = 500  # updates kept until those before them arrive
HELD_SIZE = 64 * 1024  # larger ones are read from the log when it is their turn


class Order:
    """``seq`` is the number up to which nothing is missing, ``known`` the highest one heard of."""

    __slots__ = ("_early", "known", "seq")

    def __init__(self, seq: int) -> None:
        self.seq = self.known = seq
        self._early: dict[int, bytes | None] = {}

    @property
    def is_behind(self) -> bool:
        return self.known > self.seq

    def hear_of(self, seq: int) -> None:
        """Somebody knows of update ``seq``."""
        self.known = max(self.known, seq)

    def place(self, seq: int, data: bytes | None) -> list[bytes]:
        """Take in update ``seq``; gives what may be passed on now, in order.

        ``data`` is None for an update that was passed on already: our own, at its commit.
        """
        if seq <= self.seq:
            return []
        self.hear_of(seq)
        if seq == self.seq + 1 and not self._early:
            self.seq = seq
            return [] if data is None else [data]
        if data is None or seq == self.seq + 1:
            self._early[seq] = data
        elif len(self._early) < HELD and len(data) <= HELD_SIZE:
            self._early.setdefault(seq, data)
        return self._take()

    def jump(self, seq: int) -> list[bytes]:
        """Everything up to ``seq`` was passed on by other means."""
        self.hear_of(seq)
        if seq > self.seq:
            self.seq = seq
            self._early = {at: data for at, data in self._early.items() if at > seq}
        return self._take()

    def _take(self) -> list[bytes]:
        ready = []
        while self.seq + 1 in self._early:
            self.seq += 1
            data = self._early.pop(self.seq)
            if data is not None:
                ready.append(data)
        return ready
