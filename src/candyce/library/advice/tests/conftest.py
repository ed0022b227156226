"""A few small resources of several disciplines, made without files."""

from __future__ import annotations

import pytest

from candyce.library.models import Edition, Resource
from candyce.projects.models import Project, Version


def make_resource(slug: str, **values) -> Resource:
    """A resource whose project holds nothing; ``values`` are its fields."""
    project = Project.objects.create(kind=Project.Kind.RESOURCE, title=slug, owner=None)
    version = Version.objects.create(project=project, tree={}, reason=Version.Reason.PUBLISHED)
    known = {
        "title": slug.title(), "abstract": "A lesson.", "discipline": "nsi", "duration": 55,
        "levels": ["premiere"], **values,
    }  # fmt: skip
    resource = Resource.objects.create(slug=slug, version=version, **known)
    Edition.objects.create(resource=resource, number=1, version=version)
    return resource


@pytest.fixture
def lesson(db) -> Resource:
    return make_resource("boucles", title="Les boucles")
