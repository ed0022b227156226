"""Group commit: updates of all rooms that arrive within a few milliseconds share one transaction.

A commit costs a disk flush, whatever it holds. While one is under way the next batch gathers, so a
thousand edits a second need some dozens of flushes.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError

from candyce.collab import limits, store
from candyce.collab.database import DatabaseThreads

logger = logging.getLogger(__name__)
RETRIES = 7  # with doubling pauses from 0.1 s: the disk may be full for some seconds


@dataclass(slots=True, eq=False)
class Job:
    """An update to store, or None to be told when all before it is stored.

    ``done(seq)`` runs on the event loop: the number that the update got (of the document's last one
    where there is no data), 0 if the document is gone, None if the store failed.
    """

    document_id: int
    data: bytes | None
    author_id: uuid.UUID | None
    done: Callable[[int | None], None]


class Writer:
    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads
        self._waiting: list[Job] = []
        self._task: asyncio.Task[None] | None = None
        self.commits = 0

    def submit(self, job: Job) -> None:
        self._waiting.append(job)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def flush(self) -> None:
        """Wait until everything submitted so far is stored (or failed)."""
        while self._task is not None:
            await asyncio.shield(self._task)

    async def _work(self) -> None:
        try:
            await asyncio.sleep(limits.GATHER)
            while self._waiting:
                jobs, self._waiting = self._waiting, []
                last = await self._commit(jobs)
                if last is None:
                    # What came in the meantime builds on what was not stored: the log must have no hole.
                    jobs, self._waiting = [*jobs, *self._waiting], []
                self._tell(jobs, last)
        finally:
            self._task = None

    @staticmethod
    def _tell(jobs: list[Job], last: dict[int, int] | None) -> None:
        seqs = dict(last or {})
        for job in jobs:
            if job.data is not None and job.document_id in seqs:
                seqs[job.document_id] -= 1
        for job in jobs:
            if job.data is not None and job.document_id in seqs:
                seqs[job.document_id] += 1
            try:
                job.done(None if last is None else seqs.get(job.document_id, 0))
            except Exception:
                logger.exception("A room failed after a commit")

    async def _commit(self, jobs: list[Job]) -> dict[int, int] | None:
        batch: dict[int, list[store.Entry]] = {}
        for job in jobs:
            entries = batch.setdefault(job.document_id, [])
            if job.data is not None:
                entries.append(store.Entry(job.data, job.author_id))
        for attempt in range(RETRIES):
            if attempt:
                await asyncio.sleep(0.05 * 2**attempt)
            try:
                last = await self._threads.write(store.append, batch)
            except DatabaseError:
                logger.exception(
                    "The log of live documents cannot be written (try %d)", attempt + 1
                )
            else:
                self.commits += 1
                return last
        return None
