"""Marks as people write them: ``12,5`` and ``12.5`` are the same mark."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def say_mark(mark: Decimal | None) -> str:
    """A mark in the reader's language, without needless zeros; empty when there is none."""
    if not isinstance(mark, Decimal):
        return ""
    text = f"{mark:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return number_format(Decimal(text), use_l10n=True, force_grouping=False)
