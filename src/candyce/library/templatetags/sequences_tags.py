"""The bookmark of a resource."""

from __future__ import annotations

from typing import Any

from django import template

from candyce.library.models import Resource
from candyce.library.sequences.queries import get_kept

register = template.Library()


@register.inclusion_tag("library/sequences/_keep.html", takes_context=True)
def keep_button(
    context: dict[str, Any], resource: Resource, *, labelled: bool = False
) -> dict[str, Any]:
    """The button that keeps a resource; however many stand on a page, the database is asked once."""
    request = context["request"]
    kept = get_kept(request)
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "resource": resource,
        "kept": None if kept is None else resource.pk in kept,
        "labelled": labelled,
    }


@register.simple_tag(takes_context=True)
def may_keep(context: dict[str, Any]) -> bool:
    """Whether the reader has collections."""
    return get_kept(context["request"]) is not None
