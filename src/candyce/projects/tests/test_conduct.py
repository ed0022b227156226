"""Leading people in one project: holding, the pen, whose results are kept."""

from __future__ import annotations

import pytest

from candyce.conftest import make_user
from candyce.lib.errors import NotFound
from candyce.projects import conduct, tokens
from candyce.projects.access import MANAGE, READ, WRITE, get_rights, keeps_outputs
from candyce.projects.actions import create_project, set_member

pytestmark = pytest.mark.django_db


NAMES = ("owner", "writer", "reader", "stranger")


@pytest.fixture
def people(school):
    return {name: make_user(name, "teacher", school.organisation) for name in NAMES}


@pytest.fixture
def project(people):
    project = create_project(acting_user=people["owner"], title="Ensemble")
    set_member(project, people["writer"], ["write"], acting_user=people["owner"])
    set_member(project, people["reader"], ["read"], acting_user=people["owner"])
    return project


def may_write(people, project) -> set[str]:
    return {name for name, user in people.items() if WRITE in get_rights(user, project)}


def test_holding_leaves_the_writing_to_who_manages_and_to_the_pen(people, project, announced):
    owner = people["owner"]
    assert may_write(people, project) == {"owner", "writer"}
    project = conduct.hold(project, held=True, acting_user=owner)
    assert may_write(people, project) == {"owner"}
    rights = get_rights(people["writer"], project)
    assert (rights.scopes, rights.reason) == (frozenset({READ}), "held")
    project = conduct.give_pen(project, people["writer"], acting_user=owner)
    assert may_write(people, project) == {"owner", "writer"}
    project = conduct.hold(project, held=False, acting_user=owner)
    assert project.pen is None
    assert may_write(people, project) == {"owner", "writer"}


def test_the_pen_lets_a_reader_write_until_it_is_taken_back(people, project):
    project = conduct.give_pen(project, people["reader"], acting_user=people["owner"])
    rights = get_rights(people["reader"], project)
    assert WRITE in rights
    assert rights.reason is None
    assert MANAGE not in rights
    project = conduct.give_pen(project, None, acting_user=people["owner"])
    assert may_write(people, project) == {"owner", "writer"}


def test_the_pen_is_not_for_strangers(people, project):
    with pytest.raises(NotFound):
        conduct.give_pen(project, people["stranger"], acting_user=people["owner"])


def test_results_of_others_stay_with_them_when_the_project_says_so(people, project):
    def keepers(project):
        return {
            name
            for name, user in people.items()
            if keeps_outputs(user, project, get_rights(user, project))
        }

    assert keepers(project) == {"owner", "writer"}
    project = conduct.set_outputs(project, "owner", acting_user=people["owner"])
    assert keepers(project) == {"owner"}


def test_open_pages_ask_again_when_the_lead_changes(
    people, project, announced, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        conduct.hold(project, held=True, acting_user=people["owner"])
    assert announced["access_changed"] == [{"project_ids": [project.pk]}]


def post(editor, project, user, path, body, *scopes):
    token = tokens.issue(project.pk, user.pk, scopes or tokens.SCOPES).encode()
    return editor.post(
        f"/api/room/{path}",
        body,
        content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )


def test_the_page_of_who_manages_leads(editor, people, project):
    owner = people["owner"]
    answer = post(editor, project, owner, "hold", {"held": True})
    assert answer.json()["room"]["held"] is True
    answer = post(editor, project, owner, "pen", {"username": people["writer"].username})
    assert answer.json()["room"]["pen_name"] == people["writer"].full_name
    answer = post(editor, project, owner, "outputs", {"mode": "owner"})
    assert answer.json()["room"]["outputs"] == "owner"
    assert post(editor, project, owner, "hold", {"held": False}).json()["room"]["pen"] is None


@pytest.mark.parametrize("name", ["writer", "reader"])
def test_nobody_else_leads_whatever_the_token_says(editor, people, project, name):
    for path, body in (("hold", {"held": True}), ("pen", {"username": None}), ("outputs", {})):
        assert post(editor, project, people[name], path, body).status_code == 403
    project.refresh_from_db()
    assert project.held_at is None


ODD = (
    ("hold", {"held": "yes"}, 422),
    ("hold", {}, 422),
    ("pen", {"username": 3}, 422),
    ("pen", {"username": "stranger"}, 404),
    ("pen", {"username": "nobody"}, 404),
    ("outputs", {"mode": "everyone"}, 422),
)


@pytest.mark.parametrize("order", ODD)
def test_odd_orders_are_refused(editor, people, project, order):
    path, body, status = order
    assert post(editor, project, people["owner"], path, body).status_code == status


def test_a_token_without_the_right_does_not_lead(editor, people, project):
    answer = post(editor, project, people["owner"], "hold", {"held": True}, "read", "write")
    assert answer.status_code == 403
