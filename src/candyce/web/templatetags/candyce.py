"""Filters and tags of every template."""

from __future__ import annotations

import re

from django import template
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candyce.lib.typography import set_french

register = template.Library()


@register.filter
def when(moment) -> str:  # type: ignore[no-untyped-def]
    """A moment as people say it: ``today at 10:42``, ``yesterday at 8:05``, ``3 March at 9:00``."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    days = (timezone.localdate() - local.date()).days
    clock = (
        format_date(local, "G:i") if _("at") == "at" else format_date(local, "G\u202f\\h\u202fi")
    )
    if days == 0:
        return _("today at %(time)s") % {"time": clock}
    if days == 1:
        return _("yesterday at %(time)s") % {"time": clock}
    if days == -1:
        return _("tomorrow at %(time)s") % {"time": clock}
    pattern = "j F" if local.year == timezone.localdate().year else "j F Y"
    return _("%(day)s at %(time)s") % {"day": format_date(local, pattern), "time": clock}


@register.filter
def filesize(size: int | None) -> str:
    """Bytes as people say them."""
    value = float(size or 0)
    for unit in (_("bytes"), _("kB"), _("MB"), _("GB")):
        if value < 1000 or unit == _("GB"):
            return (
                f"{value:.0f} {unit}"
                if value >= 10 or unit == _("bytes")
                else f"{value:.1f} {unit}"
            )
        value /= 1000
    return ""


@register.filter
def minutes(value: int) -> str:
    """``55 min``, ``1 h 30``."""
    hours, rest = divmod(int(value), 60)
    if not hours:
        return ngettext("%(n)s minute", "%(n)s minutes", rest) % {"n": rest}
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


@register.filter
def spaced(code: str) -> str:
    """A code in groups of three, easier to read out: ``ABC 234``."""
    return re.sub(r"(.{3})(?=.)", r"\1 ", code)


@register.filter
def typeset(text: str) -> str:
    """A title whose lines never begin with a sign that French sets apart: ``Le son\u00a0: fréquences``."""
    return set_french(str(text))
