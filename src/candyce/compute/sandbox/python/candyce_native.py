"""The inside of a sandbox around a server's own Python: messages one a line, answered by the side of that role.

Run as ``python -I candyce_native.py pupil`` (or ``tests``). Nothing here is a wall.
"""

import os
import sys

# Before a library reads it: its threads would be as many as the machine has processors.
for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
    os.environ[f"{name}_NUM_THREADS"] = "1"
os.environ.update(HOME="/tmp", MPLCONFIGDIR="/tmp", LANG="C.UTF-8")  # noqa: S108 - the sandbox's own


def take_streams():
    """The two ends of the messages, out of the way of what a program prints or asks."""
    source, target = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for end in (0, 1, 2):
        os.dup2(nothing, end)
    return os.fdopen(source, "rb"), target


def serve(handle):
    source, target = take_streams()

    def write(line):
        data = memoryview(line.encode() + b"\n")
        while data:
            data = data[os.write(target, data) :]

    def ask(line):
        write(line)
        return source.readline().decode()

    run = None
    while line := source.readline():
        answer = handle(line.decode(), ask)
        if not isinstance(answer, str):
            run = run or make_loop()
            answer = run(answer)
        write(answer)


def make_loop():
    """What runs a cell that awaits: a loop whose own ends are a pipe, as there are no sockets."""
    import asyncio

    class End:
        def __init__(self, number):
            self.number = number
            os.set_blocking(number, False)

        def fileno(self):
            return self.number

        def recv(self, size):
            return os.read(self.number, size)

        def send(self, data):
            return os.write(self.number, data)

        def close(self):
            os.close(self.number)

    class Loop(asyncio.SelectorEventLoop):
        def _make_self_pipe(self):
            self._ssock, self._csock = map(End, os.pipe())
            self._internal_fds += 1
            self._add_reader(self._ssock.fileno(), self._read_from_self)

    loop = Loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, folder)
    side = __import__(f"candyce_{sys.argv[1]}")
    sys.path.remove(folder)
    serve(side.handle)


if __name__ == "__main__":
    main()
