"""Projects are made, forked, kept, renamed, deleted, restored and shared."""

from __future__ import annotations

import json

import nbformat
import pytest
from django.utils import timezone

from candyce.accounts.models import AuditEntry
from candyce.lib.errors import BadRequest, NotFound, TooMany
from candyce.projects import access, actions, quota
from candyce.projects.access import ProjectDeleted
from candyce.projects.blobs import read_blob
from candyce.projects.files import save_file
from candyce.projects.models import Project, Version


def read(project: Project, path: str) -> bytes:
    return read_blob(Project.objects.get(pk=project.pk).tree[path][0])


@pytest.fixture
def project(school) -> Project:
    return actions.create_project(
        acting_user=school.alice, title="Tri", files={"a.txt": b"one", "data/b.csv": b"x,y\n"}
    )


def test_create_from_nothing_makes_a_valid_titled_notebook(school):
    project = actions.create_project(acting_user=school.alice, title="  L'été : 1/2 ")
    assert project.title == "L'été : 1/2"
    assert list(project.tree) == ["L'été _ 1_2.ipynb"]
    notebook = json.loads(read(project, project.main_path))
    nbformat.validate(notebook)
    assert notebook["nbformat_minor"] == 5
    assert notebook["cells"][0]["source"] == "# L'été : 1/2"


def test_create_without_a_title_uses_the_readers_language(school):
    project = actions.create_project(acting_user=school.bob, title="")
    assert project.title in {"Untitled notebook", "Carnet sans titre"}


@pytest.mark.parametrize("title", ["\x00", " \n ", "x" * 201])
def test_a_title_must_be_a_line_of_text(school, title):
    with pytest.raises(BadRequest):
        actions.create_project(acting_user=school.alice, title=title or "\x00")


def test_a_fork_is_one_row_and_shares_every_content(school, project, django_assert_max_num_queries):
    version = actions.cut_version(project, Version.Reason.GIVEN, acting_user=school.alice)
    with django_assert_max_num_queries(6):
        copy = actions.fork(
            version, acting_user=school.bob, owner=school.bob, title="Tri", kind=Project.Kind.COPY
        )
    assert copy.tree == version.tree
    assert copy.forked_from == version


def test_a_version_never_changes(school, project):
    version = actions.cut_version(project, Version.Reason.NAMED, acting_user=school.alice)
    save_file(project, "a.txt", b"two", acting_user=school.alice)
    version.refresh_from_db()
    assert read_blob(version.tree["a.txt"][0]) == b"one"
    assert read(project, "a.txt") == b"two"


def test_cut_version_first_brings_live_documents_up_to_date(school, project, live_documents):
    live_documents.contents[project.pk, "a.txt"] = "typed a second ago"
    version = actions.cut_version(project, Version.Reason.HANDED_IN, acting_user=school.bob)
    assert read_blob(version.tree["a.txt"][0]) == b"typed a second ago"


def test_duplicate_belongs_to_who_asked(school, project):
    actions.set_member(project, school.bob, {"read"}, acting_user=school.alice)
    copy = actions.duplicate(project, acting_user=school.bob)
    assert copy.owner == school.bob
    assert copy.title != project.title
    assert copy.tree == project.tree


def test_delete_hides_until_restored(school, project):
    actions.set_member(project, school.bob, {"write"}, acting_user=school.alice)
    actions.delete(project, acting_user=school.alice)
    for person in (school.alice, school.bob):
        with pytest.raises(NotFound):
            access.get_project(person, project.pk)
    with pytest.raises(ProjectDeleted):
        save_file(project, "a.txt", b"two", acting_user=school.alice)
    actions.restore(project, acting_user=school.alice)
    assert access.get_project(school.bob, project.pk, "write").tree == project.tree


def test_a_member_can_always_read_and_access_changes_are_announced(
    school, project, announced, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        member = actions.set_member(project, school.bob, {"write"}, acting_user=school.alice)
    assert member.rights == ["read", "write"]
    assert announced["access_changed"] == [{"project_ids": [project.pk]}]
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.set_member(project, school.bob, set(), acting_user=school.alice) is None
    assert len(announced["access_changed"]) == 2
    assert access.get_rights(school.bob, project) == access.NO_RIGHTS


def test_rights_are_of_the_list_and_the_owner_is_no_member(school, project):
    with pytest.raises(BadRequest):
        actions.set_member(project, school.bob, {"everything"}, acting_user=school.alice)
    with pytest.raises(BadRequest):
        actions.set_member(project, school.alice, {"read"}, acting_user=school.alice)


def test_every_deed_leaves_an_audit_entry(school, project):
    actions.rename(project, acting_user=school.alice, title="Tri 2")
    actions.delete(project, acting_user=school.alice)
    actions.restore(project, acting_user=school.alice)
    entries = AuditEntry.objects.filter(object_id=str(project.pk)).order_by("pk")
    verbs = ["project_created", "project_renamed", "project_deleted", "project_restored"]
    assert [entry.verb for entry in entries] == verbs
    assert {entry.actor_id for entry in entries} == {school.alice.pk}


def _delete_long_ago(project, user):
    actions.delete(project, acting_user=user)
    Project.objects.update(deleted_at=timezone.now() - timezone.timedelta(days=31))


def test_purge_removes_what_was_long_in_the_trash_only(school, project):
    recent = actions.create_project(acting_user=school.alice, title="Recent")
    _delete_long_ago(project, school.alice)
    Project.objects.filter(pk=recent.pk).update(deleted_at=timezone.now())
    assert actions.purge_trash() == 1
    assert list(Project.objects.all()) == [recent]


def test_purge_keeps_the_versions_that_pupils_work_stands_on(school, project):
    from candyce.assignments.models import Assignment

    version = actions.cut_version(project, Version.Reason.GIVEN, acting_user=school.alice)
    Assignment.objects.create(version=version, author=school.alice, title="Tri", code="ABC234")
    _delete_long_ago(project, school.alice)
    assert actions.purge_trash() == 1
    assert actions.purge_trash() == 0
    version.refresh_from_db()
    assert read_blob(version.tree["a.txt"][0]) == b"one"
    assert Project.objects.get().tree == {}


def test_nobody_fills_the_house_with_projects(school, monkeypatch):
    monkeypatch.setattr(quota, "PROJECT_COUNT_LIMIT", 1)
    project = actions.create_project(acting_user=school.bob, title="1")
    with pytest.raises(TooMany):
        actions.create_project(acting_user=school.bob, title="2")
    with pytest.raises(TooMany):
        actions.duplicate(project, acting_user=school.bob)
