"""A file that a pupil handed in as an answer, as marking sees it."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access
from candyce.assignments import queries as assignment_queries
from candyce.grading import queries, work
from candyce.grading.handed import read_handed
from candyce.lib.downloads import answer_file
from candyce.projects.preview import get_image_type


@login_required
@require_safe
def handed(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The file ``path`` of the version that is marked. Images for ``<img>``; who visits the address downloads."""
    copy = access.get_copy(request.user, pk, "follow")
    tree = work.get_trees([(copy, queries.get_sheet(copy))]).get(copy.pk)
    if tree is None:
        tree = assignment_queries.get_tree(copy)
    path = request.GET.get("path", "")
    kind = get_image_type(path) or "application/octet-stream"
    return answer_file(read_handed(tree, path), path, kind)
