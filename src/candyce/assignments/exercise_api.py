"""Exercises in the editor: what pupils will get of a notebook, and what its author should mend first."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext

from candyce.exercises.release import release
from candyce.exercises.validate import Problem, find_problems
from candyce.lib.errors import Forbidden, NotFound
from candyce.projects.access import WRITE
from candyce.projects.api import capability, methods, read_json
from candyce.projects.capabilities import Capability
from candyce.projects.contents import get_stored
from candyce.projects.models import Project
from candyce.projects.notebooks import InvalidNotebook
from candyce.projects.paths import check_path, is_notebook
from candyce.projects.release import get_release_language


@capability(WRITE)
def post_preview(request: HttpRequest, cap: Capability) -> JsonResponse:
    """``{"path"}`` -> ``{"notebook", "problems": [{"code", "cell_id", "message"}]}``.

    ``notebook`` is what would be released now (nbformat 4), open edits that are stored included. Only where
    exercises are written: in a project, by those who may write in it.
    """
    if cap.project.kind != Project.Kind.PROJECT:
        raise Forbidden
    path = check_path(read_json(request).get("path"))
    if not is_notebook(path):
        raise NotFound
    try:
        notebook = json.loads(get_stored(cap.project, path))
    except ValueError as error:
        raise InvalidNotebook from error
    problems = [_describe(problem) for problem in find_problems(notebook)]
    released = release(notebook, get_release_language())
    return JsonResponse({"notebook": released, "problems": problems})


def _describe(problem: Problem) -> dict[str, Any]:
    message = gettext(problem.message) % problem.params
    return {"code": problem.code, "cell_id": problem.cell_id, "message": message}


preview = methods(POST=post_preview)
