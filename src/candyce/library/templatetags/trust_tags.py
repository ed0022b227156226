"""What cards show of a resource besides its words."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from candyce.library.models import Resource
from candyce.library.trust.covers import make_cover

register = template.Library()


@register.filter
def cover(resource: Resource) -> SafeString:
    return make_cover(resource.title, resource.discipline)
