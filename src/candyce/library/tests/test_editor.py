"""A resource tried in the editor: read only, and the way back leads to its page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from django.urls import reverse

from candyce.library.loader import load_content
from candyce.library.models import Resource
from candyce.library.tests.test_library import get_folder


def test_a_resource_opens_read_only_and_leads_back_to_its_page(
    portal, editor, school, tmp_path, settings
):
    get_folder(tmp_path)
    load_content(tmp_path)
    resource = Resource.objects.get()
    portal.force_login(school.bob)
    opened = portal.get(reverse("projects:open", args=[resource.version.project_id]))
    token = parse_qs(urlsplit(opened.url).fragment)["token"][0]
    answer = editor.get("/api/project", headers={"Authorization": f"Bearer {token}"}).json()
    assert answer["scopes"] == ["read"]
    assert answer["read_only_reason"]["code"] == "read_only"
    assert answer["back_url"] == settings.CANDYCE_PORTAL_URL + "/library/essai/"
