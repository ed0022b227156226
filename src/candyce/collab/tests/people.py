"""What stories about people in live documents share."""

from __future__ import annotations

import asyncio

from asgiref.sync import sync_to_async

from candyce.projects.models import Member

in_database = sync_to_async


async def enter(client):
    await client.connect()
    await client.wait_for(lambda: client.synced.is_set() and client.status is not None)
    return client


async def eventually(condition, patience=12.0):
    async with asyncio.timeout(patience):
        while not await condition():  # noqa: ASYNC110 what is awaited rings no bell
            await asyncio.sleep(0.05)


@in_database
def share(project, user, *rights):
    Member.objects.update_or_create(project=project, user=user, defaults={"rights": list(rights)})
