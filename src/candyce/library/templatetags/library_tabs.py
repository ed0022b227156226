"""The row of tabs that the library's own pages share."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from candyce.accounts.access import is_teacher
from candyce.library.peers.access import is_moderator

register = template.Library()


@register.inclusion_tag("library/_tabs.html", takes_context=True)
def library_tabs(context: dict[str, Any], here: str) -> dict[str, Any]:
    """The pages that are for this reader; ``here``: the name of the one that is shown."""
    user = context["request"].user
    tabs = [("list", _("Resources")), ("collections", _("Collections and sequences"))]
    if user.is_authenticated:
        if is_teacher(user):
            tabs.append(("mine", _("My resources")))
        tabs.append(("searches", _("My searches")))
        if is_moderator(user):
            tabs.append(("moderation", _("Reports")))
    return {"tabs": [(f"library:{name}", label, name == here) for name, label in tabs]}
