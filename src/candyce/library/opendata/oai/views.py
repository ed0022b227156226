"""The one address of OAI-PMH."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from candyce.library.opendata.oai.arguments import read_arguments
from candyce.library.opendata.oai.errors import OaiError
from candyce.library.opendata.oai.verbs import ANSWERS, write_time
from candyce.library.opendata.oai.xml import OAI, Element, add, make_root, write
from candyce.projects.addresses import get_portal_url

SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
LANGUAGE = "fr"  # of names of disciplines, levels and licences: the catalogue's


@csrf_exempt  # nothing is written, nobody is signed in here
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """Whoever asks is told the same: what everybody may read."""
    with override(LANGUAGE):
        data = write(_make_answer(request))
    response = HttpResponse(data, content_type="text/xml; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _make_answer(request: HttpRequest) -> Element:
    address = get_portal_url("opendata:oai")
    root = make_root(OAI, "OAI-PMH", SCHEMA)
    add(root, OAI, "responseDate", write_time(timezone.now()))
    told = add(root, OAI, "request", address)
    try:
        # Those of the address count too: what stands in both is a repetition.
        query = request.GET.copy()
        for name, values in request.POST.lists():
            query.setlistdefault(name).extend(values)
        asked = read_arguments(query)
        for name, value in asked.items():
            told.set(name, value)
        part = add(root, OAI, asked["verb"])
        try:
            ANSWERS[asked["verb"]](part, asked, address)
        except OaiError:
            root.remove(part)
            raise
    except OaiError as error:
        if error.code in ("badVerb", "badArgument"):
            told.attrib.clear()
        add(root, OAI, "error", error, code=error.code)
    return root
