"""Standard output and error: gathered for a moment, and bounded for each execution.

A line printed at a time would cost one message each; an endless printing loop would fill the
machine's memory. After `LIMIT` characters the rest of an execution's output is dropped, and one line
says so. How much of it is drawn and shared is for the page to decide.
"""

import time

INTERVAL = 0.05
CHUNK = 32_768
MUCH = 1_000_000  # nobody reads along any more: larger pieces, fewer messages
LARGE_CHUNK = 524_288
LIMIT = 64_000_000

_written = 0


def start_execution():
    global _written
    _written = 0


class Stream:
    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name, emit, truncated):
        self.name = name
        self._emit = emit
        self._truncated = truncated
        self._parts = []
        self._size = 0
        self._sent = 0.0

    def write(self, text):
        global _written
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        length = len(text)
        if _written > LIMIT:
            return length
        _written += length
        if _written > LIMIT:
            text = text[: max(0, LIMIT - (_written - length))] + f"\n[{self._truncated()}]\n"
        self._parts.append(text)
        self._size += length
        now = time.monotonic()
        chunk, interval = (CHUNK, INTERVAL) if _written < MUCH else (LARGE_CHUNK, 4 * INTERVAL)
        if self._size > chunk or now - self._sent > interval:
            self.flush()
            self._sent = now
        return length

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        if self._parts:
            text, self._parts, self._size = "".join(self._parts), [], 0
            self._emit("stream", {"name": self.name, "text": text})

    def isatty(self):
        return False

    def readable(self):
        return False

    def writable(self):
        return True

    def seekable(self):
        return False

    def fileno(self):
        import io

        raise io.UnsupportedOperation("fileno")

    @property
    def closed(self):
        return False
