"""What may stand in a name, a number, a class's title: the same for forms and for imported files.

Each ``check_…`` takes the text with its spaces cleaned, returns it, or raises ``ValidationError``.
"""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CLASS_SEPARATOR = "|"  # between the classes of one person in a file
_NAME_SIGNS = frozenset(" '’.-·()")
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]*")
_IDENTIFIER = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._/-]*")


def check_name(text: str) -> str:
    """A given or family name: begins with a letter; letters of any script, digits, ``' . - ·``."""
    if not text:
        raise ValidationError(_("This is missing."))
    if len(text) > 100:
        raise ValidationError(_("This is longer than 100 characters."))
    if not text[0].isalpha() or not all(_is_of_name(char) for char in text):
        raise ValidationError(
            _("A name begins with a letter and has only letters, spaces, hyphens and apostrophes.")
        )
    return text


def _is_of_name(char: str) -> bool:
    return char in _NAME_SIGNS or unicodedata.category(char)[0] in "LM" or char.isdigit()


def check_email(text: str) -> str:
    if text:
        if len(text) > 254:
            raise ValidationError(_("This is not an email address."))
        validate_email(text)
    return text


def check_identifier(text: str) -> str:
    """The school's own number of a person; may be empty."""
    if text and (len(text) > 64 or not _IDENTIFIER.fullmatch(text)):
        raise ValidationError(
            _("A number has at most 64 letters and digits, hyphens, full stops or slashes.")
        )
    return text


def check_username(text: str) -> str:
    """A username in its stored form; may be empty (one is made of the name)."""
    if text and (not 2 <= len(text) <= 60 or not _USERNAME.fullmatch(text)):
        raise ValidationError(
            _("A username has 2 to 60 letters without accents, digits, full stops or hyphens.")
        )
    return text


def check_class_title(text: str) -> str:
    if not text:
        raise ValidationError(_("This is missing."))
    if len(text) > 100:
        raise ValidationError(_("This is longer than 100 characters."))
    if text.startswith(FORMULA_STARTS) or CLASS_SEPARATOR in text or not text.isprintable():
        raise ValidationError(_("A title begins with a letter or a digit and has no vertical bar."))
    return text
