"""Answers with a file that a person made: it is downloaded, or stands in ``<img>``, and never runs here."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

# An SVG that is visited all the same may show its own colours and nothing else.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def answer_file(
    data: bytes, name: str, content_type: str = "application/octet-stream"
) -> HttpResponse:
    """The bytes under the last part of ``name`` (any path; RFC 6266 encoding), kept by no cache."""
    response = HttpResponse(data, content_type=content_type)
    last = quote(name.rpartition("/")[2], safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{last}"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
