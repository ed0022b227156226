"""Comments in the notebooks, on the marking pages and on the page of the returned copy."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candyce.assignments import actions as assignment_actions
from candyce.collab.comments import actions as comments
from candyce.collab.comments.access import get_voice
from candyce.collab.models import CommentThread
from candyce.grading.tests.marked import as_, classroom, marked

__all__ = ["as_", "classroom", "marked"]

NASTY = '<script>alert("x")</script> & vous'


@pytest.fixture
def said(marked):
    """In Bob's copy: at a question's cell, waiting for the return; at another cell, seen by him already."""
    voice = get_voice(marked.user("alice"), marked.copy("bob").project)

    def say(cell, text, *, hidden):
        return comments.start(
            "aires.ipynb", acting=voice, cell=cell, text=text, quote="la base", hidden=hidden
        )

    return say("pourquoi", NASTY, hidden=True), say("titre", "Beau titre", hidden=False)


def question_page(marked, number):
    return reverse("grading:question", args=[marked.assignment.pk, number])


def test_the_teacher_reads_them_beside_the_answers(marked, said, as_):
    teacher = as_("alice")
    page = teacher.get(reverse("grading:copy", args=[marked.copy("bob").pk])).content.decode()
    card = page[page.index('id="q2"') : page.index('id="q3"')]
    assert "&lt;script&gt;alert" in card
    assert "Montré à l’élève à la restitution" in card
    assert "Beau titre" not in card
    assert "Autres commentaires dans le carnet" in page
    assert "Beau titre" in page
    question = teacher.get(question_page(marked, 2)).content.decode()
    assert question.count("&lt;script&gt;alert") == 1
    assert "<script>alert" not in page + question
    assert "path=aires.ipynb&amp;cell=pourquoi" in question
    assert "&lt;script&gt;" not in teacher.get(question_page(marked, 1)).content.decode()


def test_hidden_names_are_hidden_there_too(marked, said, as_):
    bob = marked.user("bob")
    comments.reply(said[1], "Merci", acting=get_voice(bob, marked.copy("bob").project))
    teacher = as_("alice")
    teacher.post(reverse("grading:names", args=[marked.assignment.pk]), {"hidden": "1"})
    page = teacher.get(reverse("grading:copy", args=[marked.copy("bob").pk])).content.decode()
    assert "Merci" in page
    assert bob.full_name not in page
    assert str(marked.copy("bob").project_id) not in page


def test_the_pupil_reads_them_once_the_copy_is_returned(marked, said, as_):
    page = reverse("assignments:copy", args=[marked.copy("bob").pk])
    before = as_("bob").get(page).content.decode()
    assert "alert(" not in before
    assert "Beau titre" not in before  # it is in the notebook
    assignment_actions.return_copies([marked.copy("bob")], acting_user=marked.user("alice"))
    after = as_("bob").get(page).content.decode()
    assert "&lt;script&gt;alert" in after
    assert "<script>alert" not in after
    assert "Beau titre" in after
    assert "Montré à l’élève" not in after


def test_work_without_questions_shows_its_comments_too(marked, as_):
    copy = marked.room.open("bob")
    voice = get_voice(marked.user("alice"), copy.project)
    [path] = [name for name in copy.project.tree if name.endswith(".ipynb")]
    comments.start(path, acting=voice, cell="a1", text="Bien vu", hidden=True)
    page = reverse("assignments:copy", args=[copy.pk])
    assignment_actions.return_copies([copy], acting_user=marked.user("alice"))
    assert "Bien vu" in as_("bob").get(page).content.decode()


def test_a_page_of_many_copies_asks_for_comments_once(marked, said, as_):
    teacher = as_("alice")
    with CaptureQueriesContext(connection) as found:
        teacher.get(question_page(marked, 2))
    asked = [one["sql"] for one in found if 'FROM "collab_commentthread"' in one["sql"]]
    assert len(asked) == 1


def test_a_comment_is_written_from_the_marking(marked, as_):
    copy = marked.copy("bob")
    teacher = as_("alice")
    address = reverse("grading:remark", args=[copy.pk, 2])
    page = reverse("grading:copy", args=[copy.pk])
    body = {"text": "Précisez", "hidden": "1", "next": page}
    answer = teacher.post(address, body, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "Votre commentaire est dans le carnet." in answer.content.decode()
    thread = CommentThread.objects.get()
    assert (thread.cell, thread.hidden) == ("pourquoi", True)
    assert thread.quote.startswith("Parce que, dit bob")
    for wrong in ({"text": " "}, {"text": "x" * 2001}, {"text": "a\0"}, {}):
        assert teacher.post(address, wrong, follow=True).status_code == 200
    assert teacher.post(reverse("grading:remark", args=[copy.pk, 9]), body).status_code == 404
    assert teacher.post(address, body | {"next": "https://evil.example/"}).url == page
    for name in ("bob", "chloe", "charlie", "fay"):
        assert as_(name).post(address, body).status_code in {403, 404}
    assert CommentThread.objects.count() == 2
