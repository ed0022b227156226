"""Contents survive crashes, are shared, and go when nothing names them; two saves lose nothing."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from candyce.projects import actions, blobs
from candyce.projects.blobs import do_purge_blobs, do_store_blob, get_blob_path, read_blob
from candyce.projects.files import make_folder, save_file, save_live_files
from candyce.projects.models import Blob, Project, Version


def test_a_content_is_stored_once_and_found_by_its_hash(db):
    blob = do_store_blob(b"hello")
    assert do_store_blob(b"hello") == blob
    assert read_blob(blob.sha256) == b"hello"
    assert Blob.objects.count() == 1


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_crash_while_writing_leaves_no_half_content(db, monkeypatch, step):
    def crash(*_args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, step, crash)
        with pytest.raises(OSError):
            do_store_blob(b"hello")
    folder = get_blob_path(do_store_blob(b"other").sha256).parents[2]
    assert [path.read_bytes() for path in folder.rglob("*") if path.is_file()] == [b"other"]
    assert read_blob(do_store_blob(b"hello").sha256) == b"hello"


def test_a_crash_before_the_row_leaves_the_old_tree(school, monkeypatch):
    project = actions.create_project(acting_user=school.alice, title="P", files={"a": b"old"})

    def crash(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("candyce.projects.files.do_audit", crash)
    with pytest.raises(KeyboardInterrupt):
        save_file(project, "a", b"new", acting_user=school.alice)
    project.refresh_from_db()
    assert read_blob(project.tree["a"][0]) == b"old"


def _age():
    Blob.objects.update(created_at=timezone.now() - blobs.GRACE - timedelta(minutes=1))


def test_contents_that_nothing_names_go_after_a_while(school):
    project = actions.create_project(acting_user=school.alice, title="P", files={"a": b"one"})
    actions.cut_version(project, Version.Reason.NAMED, acting_user=school.alice)
    save_file(project, "a", b"two", acting_user=school.alice)
    save_file(project, "a", b"three", acting_user=school.alice)
    assert do_purge_blobs() == 0
    _age()
    assert do_purge_blobs() == 1
    left = {read_blob(blob.sha256) for blob in Blob.objects.all()}
    assert left == {b"one", b"three"}
    _age()
    do_store_blob(b"two")
    assert do_purge_blobs() == 0


def test_storing_again_renews_the_time_of_grace(db):
    blob = do_store_blob(b"hello")
    _age()
    do_store_blob(b"hello")
    assert do_purge_blobs() == 0
    assert read_blob(blob.sha256) == b"hello"


def test_the_command_and_the_task_purge(school, capsys):
    from candyce.projects.tasks import purge

    project = actions.create_project(acting_user=school.alice, title="P")
    actions.delete(project, acting_user=school.alice)
    Project.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    call_command("purge_trash")
    assert capsys.readouterr().out.startswith("1 projects")
    assert purge.enqueue().return_value == {"projects": 0, "blobs": 0}


def test_live_content_is_never_refused_and_never_brings_back_a_deleted_file(school, settings):
    project = actions.create_project(acting_user=school.alice, title="P", files={"a": b"1"})
    settings.PROJECT_QUOTA = 1
    project = save_live_files(project, {"a": b"x" * 1000, "gone": b"2"})
    assert {path: entry[1] for path, entry in project.tree.items()} == {"a": 1000}


@pytest.mark.django_db(transaction=True)
def test_two_people_who_save_at_once_lose_nothing(school):
    project = actions.create_project(acting_user=school.alice, title="P", files={"a": b"1"})
    stale = Project.objects.get(pk=project.pk)
    start, errors = threading.Barrier(4), []

    def work(name):
        try:
            start.wait()
            for number in range(6):
                save_file(stale, f"{name}/{number}.txt", name.encode(), acting_user=school.alice)
            make_folder(stale, f"{name}/empty", acting_user=school.alice)
        except Exception as error:  # noqa: BLE001 - it is reported by the main thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    project.refresh_from_db()
    expected = {f"t{n}/{m}.txt" for n in range(4) for m in range(6)} | {
        f"t{n}/empty/" for n in range(4)
    }
    assert set(project.tree) == expected | {"a"}
