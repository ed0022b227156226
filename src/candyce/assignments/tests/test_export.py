"""All copies as a zip."""

import io
import json
import re
import zipfile

import pytest
from django.urls import reverse

from candyce.assignments import actions
from candyce.assignments.tests.conftest import enrol
from candyce.assignments.tests.pages import url
from candyce.conftest import make_user
from candyce.projects.models import Project


def test_zip_holds_every_copy_under_a_safe_name(as_, classroom):
    school_class = classroom.school.school_class
    odd = {
        "odd1": ("../../etc", "passwd\u0007"),
        "odd2": ("Müller-O'Neil", "Zoé <b>"),
        "odd3": ("李", "明"),
        "odd4": ("Test", "Bob"),
        "odd5": ("CON", ""),
    }
    for username, (family, given) in odd.items():
        user = make_user(username, "student", classroom.school.organisation)
        user.family_name, user.given_name = family, given
        user.save()
        enrol(user, school_class)
        classroom.people[username] = user
        classroom.open(username)
    copy = classroom.open("bob")
    Project.objects.filter(pk=copy.project_id).update(
        tree={path: entry for path, entry in copy.project.tree.items() if path.endswith(".ipynb")}
    )
    answer = as_("alice").get(url("download", classroom.assignment.pk))
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="les-triangles.zip"'
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    names = archive.namelist()
    assert len(names) == len(set(names))
    assert sum(name.endswith(".ipynb") for name in names) == 7
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]+)?(\.ipynb)?", name) for name in names)
    assert {
        "MULLER-O-NEIL_Zoe-b/mesures.csv",
        "odd3/odd3.ipynb",
        "TEST_Remi/TEST_Remi.ipynb",
    } <= set(names)
    assert "ETC_passwd/ETC_passwd.ipynb" in names
    alone = [name for name in names if "/" not in name]
    assert len(alone) == 1
    assert json.loads(archive.read(alone[0]))["cells"][0]["source"] == "# Les triangles"


async def test_zip_streams_under_asgi_too(async_client, classroom_async, settings):
    settings.CANDYCE_PORTAL_URL = "http://testserver"  # the name by which this client calls
    user, pk = classroom_async
    await async_client.aforce_login(user)
    answer = await async_client.get(reverse("assignments:download", args=[pk]))
    assert answer.is_async
    data = b"".join([chunk async for chunk in answer])
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == 2


@pytest.fixture
def classroom_async(transactional_db, classroom):
    return classroom.people["alice"], classroom.assignment.pk


def test_handed_in_version_is_what_the_zip_holds(as_, classroom):
    copy = classroom.open("bob")
    actions.hand_in(copy, acting_user=classroom.people["bob"])
    Project.objects.filter(pk=copy.project_id).update(tree={})
    answer = as_("dan").get(url("download", classroom.assignment.pk))
    names = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()
    assert names == ["TEST_Bob/mesures.csv", "TEST_Bob/TEST_Bob.ipynb"]
