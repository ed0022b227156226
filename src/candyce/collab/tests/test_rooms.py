"""Stories of people in a live document, over real sockets."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from candyce.collab import notebook
from candyce.collab.queries import get_notebook
from candyce.collab.tests.conftest import NOTEBOOK

pytestmark = pytest.mark.django_db(transaction=True)


async def test_bob_opens_his_notebook_and_finds_what_the_file_holds(live, school, project):
    async with live.client(project, school.bob) as bob:
        await bob.wait_for(bob.synced.is_set)
        assert notebook.read(bob.doc) == NOTEBOOK
        await bob.wait_for(lambda: bob.status is not None)
        assert bob.status["scopes"] == ["read", "write"]
        assert bob.status["code"] is None


async def test_what_bob_types_is_saved_and_still_there_after_a_restart(live, school, project):
    async with live.client(project, school.bob) as bob:
        await bob.wait_for(bob.synced.is_set)
        for letter in "Bonjour":
            bob.type(0, letter)
        await bob.wait_saved()
        assert (
            bob.saved == bob.sent == 7
        )  # the empty answer to the server's question is not counted
    content = await sync_to_async(get_notebook)(project, "lesson.ipynb")
    assert content["cells"][0]["source"] == "# Été 😀Bonjour"
