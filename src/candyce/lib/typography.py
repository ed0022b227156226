"""French typography: signs that stand apart never begin a line.

Source: Imprimerie nationale, "Lexique des règles typographiques", signs of punctuation.
"""

from __future__ import annotations

import re

_APART = re.compile(r"(?<=\S) (?=[:;!?»](?:\W|$))|(?<=«) ")


def set_french(text: str) -> str:
    """No-break spaces before ``: ; ! ? »`` and after ``«``, where a plain one stands."""
    return _APART.sub("\u00a0", text)
