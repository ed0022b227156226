"""A process of ``test_compaction``: ``prepare``, ``type`` (until told to stop), ``compact`` (until killed), ``check <n>``."""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()  # before the rooms are imported

from django.conf import settings
from django.core.management import call_command
from pycrdt import Array

from candyce.collab import notebook, store
from candyce.collab.history import list_moments
from candyce.collab.history.moments import replay
from candyce.collab.models import HistoryChunk, LiveDocument
from candyce.collab.replica import Replica, load_doc
from candyce.projects.blobs import do_store_blob
from candyce.projects.models import Project

LESSON = {
    "cells": [{"cell_type": "raw", "id": "a", "metadata": {}, "source": ""}],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def prepare() -> None:
    call_command("migrate", verbosity=0)
    data = json.dumps(LESSON).encode()
    tree = {"a.ipynb": [do_store_blob(data).sha256, len(data), 0]}
    store.open_document(Project.objects.create(title="A", tree=tree).pk, "a.ipynb")


def get_document() -> LiveDocument:
    return LiveDocument.objects.get()


def type_words() -> None:
    """Words 0, 1, 2… an update each, until the file ``stop`` stands in the data folder; tells how many."""
    pk, stop, number = get_document().pk, settings.DATA / "stop", 0
    replica = Replica(store.load(pk).updates)
    while not stop.exists():
        word = f"{number} "
        news = replica.edit(lambda doc, word=word: _append(doc, word))
        store.append({pk: [store.Entry(news, None)]})
        number += 1
        time.sleep(0.01)
    print(number)


def _append(doc, word: str) -> None:
    source = doc.get("cells", type=Array)[0]["source"]
    source.insert(len(source), word)


def compact() -> None:
    """Compact again and again, telling each time that there was something."""
    pk = get_document().pk
    while True:
        if store.compact(pk, least=4):
            print("compacted", flush=True)


def check(count: int) -> None:
    """Every moment is there once, with the words typed until then."""
    document = get_document()
    seqs = list(range(1, count + 2))
    assert [moment.seq for moment in list_moments(document)] == seqs
    words = [f"{number} " for number in range(count)]
    found = {seq: notebook.read(doc)["cells"][0]["source"] for seq, doc in replay(document, seqs)}
    assert found == {seq: "".join(words[: seq - 1]) for seq in seqs}
    now = notebook.read(load_doc(store.load(document.pk).updates))
    assert now["cells"][0]["source"] == "".join(words)
    print(HistoryChunk.objects.count())


if __name__ == "__main__":
    verb, *numbers = sys.argv[1:]
    verbs = {"prepare": prepare, "type": type_words, "compact": compact, "check": check}
    verbs[verb](*map(int, numbers))
