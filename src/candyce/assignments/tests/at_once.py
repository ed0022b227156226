"""People who do something at the same moment."""

from __future__ import annotations

import threading

from django.db import DatabaseError, connection

from candyce.lib.errors import CandyceError


def at_once(*attempts):
    """Run these side by side, each on a connection of its own; gives what each returned or raised."""
    barrier = threading.Barrier(len(attempts))
    found: list = [None] * len(attempts)

    def run(number, attempt):
        barrier.wait()
        try:
            found[number] = attempt()
        except (CandyceError, DatabaseError) as error:
            found[number] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(number, attempt))
        for number, attempt in enumerate(attempts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
