"""What becomes of a resource when it is executed: its mark, its history, what its authors are told, when it is due."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from candyce.compute.kernels import Kernel
from candyce.library import news
from candyce.library.models import Execution, Outputs, Resource, SearchChange, Thumbnail
from candyce.library.needs import derive, uses_network
from candyce.library.trust import actions, queries, tasks
from candyce.library.trust.execute import Report
from candyce.library.trust.queries import find_due, get_detail, get_executions, get_shown
from candyce.library.trust.tests.conftest import code, notebook, store, text

SHOWN = {"output_type": "stream", "name": "stdout", "text": "un\ndeux\n"}
SECRET = {"output_type": "stream", "name": "stdout", "text": "SOLUTION\n"}


@pytest.fixture
def results(monkeypatch):
    """What executing gives from now on: a list of reports, the last one again and again."""
    reports: list[Report] = []

    def run_tree(tree, *, language="fr", past_errors=False):
        return reports.pop(0) if len(reports) > 1 else reports[0]

    monkeypatch.setattr(actions, "run_tree", run_tree)
    return reports


def passed(**values) -> Report:
    return Report(
        seconds=2.0, kernel="Python 3.14 (Pyodide 1)", environment="pyodide-1-a", **values
    )


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def failed() -> Report:
    return passed(result="failed", path="cours.ipynb", cell=1, message="NameError: x")


def test_authors_are_told_of_a_fault_and_of_its_end(school, publish, results):
    resource = publish(notebook("1"))
    told = []
    changes = SearchChange.objects.count()
    for report in (passed(), failed(), failed(), passed()):
        results[:] = [report]
        actions.execute(resource.pk)
        resource.refresh_from_db()
        told.append((resource.execution, [one.kind for one in resource.news.all()]))
    assert told == [
        ("passed", []), ("failed", ["broken"]), ("failed", ["broken"]), ("passed", ["works_again"]),
    ]  # fmt: skip
    assert SearchChange.objects.count() == changes + 3
    assert resource.environment == "pyodide-1-a"
    assert news.get_news(school.alice)[0].url == "/library/suites/executions/"


def test_moderators_are_told_of_what_has_no_author(school, publish, portal, results):
    resource = publish(notebook("1"), owner=None)
    portal.force_login(school.admin)
    told = []
    for report in (failed(), failed(), passed()):
        results[:] = [report]
        actions.execute(resource.pk)
        assert {one.user for one in resource.news.all()} == {school.admin}
        page = unescape(portal.get("/").content.decode())
        told.append([one.text for one in news.get_news(school.admin) if f">{one.text}</a>" in page])
    broken = (
        "« Les suites », qui n’a pas d’auteur ici, ne s’exécute plus jusqu’au bout : "
        "la modération en est prévenue."
    )
    works = "« Les suites » s’exécute de nouveau du début à la fin."
    assert [[plain(one) for one in texts] for texts in told] == [[broken], [broken], [works]]
    resource.co_authors.add(school.charlie)
    results[:] = [failed()]
    actions.execute(resource.pk)
    assert {one.user for one in resource.news.all()} == {school.charlie}


@pytest.fixture
def kernel(monkeypatch):
    """The lock of the Python of today: change its one element."""
    lock = ["pyodide-1-a"]
    monkeypatch.setattr(actions, "describe_kernel", lambda *_args: Kernel("Python", lock[0]))
    return lock


def test_it_is_not_verified_any_more_on_another_python_that_cannot_try_it(publish, results, kernel):
    resource = publish(notebook("1"))
    results[:] = [passed()]
    actions.execute(resource.pk)
    kernel[0] = "pyodide-2-b"
    results[:] = [Report(result="unavailable", message="no_sandbox")]
    changes = SearchChange.objects.count()
    actions.execute(resource.pk)
    resource.refresh_from_db()
    assert (resource.execution, SearchChange.objects.count()) == ("", changes + 1)
    assert get_detail(resource.owner, resource)["outdated"]


def test_it_is_not_verified_any_more_when_not_all_of_it_runs(publish, results, kernel):
    resource = publish(notebook("1"))
    for report in (passed(), passed(result="unavailable", message="skipped")):
        results[:] = [report]
        actions.execute(resource.pk)
    resource.refresh_from_db()
    assert resource.execution == "unavailable"


def test_what_ran_a_month_ago_says_nothing_any_more(publish, results, kernel, settings):
    resource = publish(notebook("1"))
    results[:] = [passed()]
    actions.execute(resource.pk)
    now = timezone.now()
    assert actions.do_expire(now + timedelta(days=29)) == 0
    assert actions.do_expire(now + timedelta(days=31)) == 1
    resource.refresh_from_db()
    assert resource.execution == ""
    actions.execute(resource.pk)
    settings.LIBRARY_MINUTES = 0
    assert actions.do_expire() == 0
    kernel[0] = "pyodide-2-b"
    assert tasks.execute_in_turn.call()["expired"] == 1


def test_the_last_that_is_known_outlives_the_twenty(publish, results, kernel):
    resource = publish(notebook("1"))
    for report in (passed(), *[Report(result="unavailable", message="no_sandbox")] * 22):
        results[:] = [report]
        actions.execute(resource.pk)
    assert get_executions(resource).count() == actions.KEPT + 1
    assert get_detail(resource.owner, resource)["last_execution"].execution.result == "passed"


def test_what_could_not_be_tried_takes_nothing_away(publish, results, kernel):
    resource = publish(notebook("1"))
    for report in (passed(), Report(result="unavailable", message="no_sandbox")):
        results[:] = [report]
        actions.execute(resource.pk)
    resource.refresh_from_db()
    assert resource.execution == "passed"
    assert [one.result for one in get_executions(resource)] == ["unavailable", "passed"]


def test_a_result_is_of_the_edition_that_was_executed(publish, results, monkeypatch):
    resource = publish(notebook("1"))

    def publish_meanwhile(tree, **_options):
        publish(notebook("2"))
        return failed()

    monkeypatch.setattr(actions, "run_tree", publish_meanwhile)
    actions.execute(resource.pk)
    resource.refresh_from_db()
    assert (resource.execution, resource.news.count()) == ("", 0)


def test_the_last_twenty_are_kept(publish, results):
    resource = publish(notebook("1"))
    results[:] = [passed()]
    for _turn in range(22):
        actions.execute(resource.pk)
    assert get_executions(resource).count() == actions.KEPT


def test_each_has_its_turn_and_all_are_due_on_another_python(publish, monkeypatch):
    kernel = Kernel("Python", "pyodide-1-a")
    monkeypatch.setattr("candyce.library.trust.queries.describe_kernel", lambda: kernel)
    slugs = [publish(notebook("1"), slug).pk for slug in ("a", "b", "c", "d")]
    now = timezone.now()
    for slug, days, lock in (
        ("a", 0, "pyodide-1-a"),
        ("b", 2, "pyodide-1-a"),
        ("c", 0, "pyodide-0-z"),
    ):
        version = Resource.objects.get(pk=slug).version
        row = Execution.objects.create(version=version, result="passed", environment=lock)
        Execution.objects.filter(pk=row.pk).update(started_at=now - timedelta(days=days))
    Resource.objects.filter(pk="d").update(withdrawn_at=now)
    assert len(slugs) == 4
    assert [one.pk for one in find_due()] == ["b", "c"]
    publish(notebook("2"), "a")
    assert [one.pk for one in find_due()] == ["a", "b", "c"]


def test_a_night_executes_until_its_time_is_over(publish, results, settings):
    publish(notebook("1"))
    results[:] = [passed()]
    assert tasks.execute_next.call((timezone.now() - timedelta(1)).isoformat()) == ""
    until = (timezone.now() + timedelta(1)).isoformat()
    assert tasks.execute_next.call(until) == "suites: passed"
    assert tasks.execute_next.call(until) == ""
    settings.LIBRARY_MINUTES = 0
    assert tasks.execute_in_turn.call() == {"due": 0, "expired": 0, "news": 0}


def test_one_that_stops_us_goes_to_the_end(publish, monkeypatch):
    publish(notebook("1"))

    def stop(*_args, **_options):
        raise RuntimeError

    monkeypatch.setattr(actions, "run_tree", stop)
    until = (timezone.now() + timedelta(1)).isoformat()
    assert tasks.execute_next.call(until) == "suites: unavailable"
    assert not find_due().exists()


@pytest.mark.parametrize(
    ("source", "networked"),
    [
        ("import requests", True),
        ("from urllib import request", True),
        ("pd.read_csv('https://a.example/x.csv')", True),
        ("pd.read_csv(f'https://a.example/{name}.csv')", True),
        ("pd.read_csv('x.csv')  # or https://a.example/x.csv", False),
        ("import js\nr = await js.fetch('donnees.json')", True),
        ("js.XMLHttpRequest.new()", True),
        ("%pip install x\nawait pyfetch(url)", True),
        ("ligne = requete.fetch()", False),
        ("def fetch(x): return x\nfetch(3)", False),
        ("x = ...\n# requests.get(url)", False),
        ("def f(:\n    requests.get(url)", True),
    ],
)
def test_code_says_whether_it_needs_a_network(source, networked):
    assert uses_network(source) is networked


def test_content_says_what_it_needs_where_its_authors_did_not(school, publish, results):
    source = (
        "%matplotlib inline\nimport numpy as np, os\nfrom sklearn.svm import SVC\nimport outils"
    )
    found = notebook(
        text("import rien"), source, "!pip x\nfrom pyodide.http import pyfetch", "def ("
    )
    tree = store(cours_ipynb=found)
    tree["outils.py"] = store(x_csv=b"import pandas")["x.csv"]
    derived = derive(tree)
    assert (derived.packages, derived.offline) == (("numpy", "pandas", "sklearn"), False)
    assert derive(store(a_ipynb=notebook("import math"))).offline
    results[:] = [passed()]
    said = []
    for owner in (None, school.alice):  # who published it ticked that it works without a network
        resource = publish(found, owner=owner)
        actions.execute(resource.pk)
        resource.refresh_from_db()
        said.append((resource.packages, resource.offline))
        resource.delete()
    assert said == [(["numpy", "outils", "sklearn"], offline) for offline in (False, True)]
    server = {"kernelspec": {"name": "candyce-sciences", "display_name": ""}}
    assert derive(store(a_ipynb=notebook("1", **server))).kernel == "candyce-sciences"


def test_outputs_are_kept_where_the_notebook_was_published_without(school, publish, results):
    exercise = code(
        "### BEGIN SOLUTION\nprint('SOLUTION')\n### END SOLUTION",
        nbgrader={"schema_version": 3, "grade": False, "solution": True, "locked": False, "task": False, "grade_id": "s"},
    )  # fmt: skip
    resource = publish(notebook("print('un')", exercise))
    full = notebook(code("print('un')", outputs=[SHOWN]), {**exercise, "outputs": [SECRET]})
    released = notebook(code("print('un')", outputs=[SHOWN]), "# VOTRE CODE")
    results[:] = [
        passed(notebooks={"cours.ipynb": full}),
        passed(notebooks={"cours.ipynb": released}),
    ]
    actions.execute(resource.pk)
    resource.refresh_from_db()
    assert resource.released is not None
    for version, secret in ((resource.version, True), (resource.released, False)):
        shown = get_shown(version)
        assert ("SOLUTION" in str(shown["cells"])) is secret
        assert shown["cells"][0]["outputs"] == [SHOWN]
    picture = Thumbnail.objects.get()
    assert picture.version_id == resource.released_id
    results[:] = [passed()]
    actions.execute(resource.pk)
    assert Thumbnail.objects.get().made_at == picture.made_at
    assert Outputs.objects.count() == 2


def test_outputs_that_a_page_could_not_show_are_neither_kept_nor_read(
    publish, results, monkeypatch
):
    resource = publish(notebook("print('un')"))
    drawing = {"text/html": "<p>motif</p>" * 2000}
    large = {"output_type": "display_data", "data": drawing, "metadata": {}}
    executed = notebook(code("print('un')", outputs=[large]))
    results[:] = [passed(notebooks={"cours.ipynb": executed})] * 2
    actions.execute(resource.pk)
    assert get_shown(resource.version)["cells"][0]["outputs"] == [large]
    for module in (actions, queries):
        monkeypatch.setattr(module, "MAX_PREVIEW", 10_000)
    assert get_shown(resource.version)["cells"][0]["outputs"] == []
    Outputs.objects.all().delete()
    actions.execute(resource.pk)
    assert not Outputs.objects.exists()


def test_where_nothing_is_executed_there_is_a_picture_all_the_same(publish, settings):
    resource = publish(notebook(code("print('un')", outputs=[SHOWN])))
    settings.LIBRARY_MINUTES = 0
    assert tasks.execute_resource.call(resource.pk) == ""
    assert resource.editions.get().version.executions.count() == 0
    assert Thumbnail.objects.get().resource_id == resource.pk


def test_the_command_says_what_came_of_each(publish, results, capsys):
    publish(notebook("1"))
    results[:] = [failed()]
    call_command("execute_library", "suites")
    assert "failed" in (said := capsys.readouterr().out)
    assert "cours.ipynb[1] NameError: x" in said
    with pytest.raises(CommandError, match="nulle-part"):
        call_command("execute_library", "nulle-part")
