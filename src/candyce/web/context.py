"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def candyce(request: HttpRequest) -> dict[str, Any]:
    """Demonstration mode, the two addresses, and the person's roles (for the navigation)."""
    user = getattr(request, "user", None)
    roles = set()
    if user is not None and user.is_authenticated:
        roles = set(user.roles.values_list("name", flat=True))
    return {
        "demo": settings.CANDYCE_DEMO,
        "portal_url": settings.CANDYCE_PORTAL_URL,
        "editor_url": settings.CANDYCE_EDITOR_URL,
        "offline_days": max(0, settings.CANDYCE_OFFLINE_DAYS),
        "roles": roles,
        "theme": getattr(user, "theme", "") or request.COOKIES.get("candyce-theme", ""),
    }
