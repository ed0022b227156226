"""Addresses of resources: words of the title, and four signs of chance.

The chance keeps two publications of one title apart, and a person's resource from the folders that ship with
a later Candyce, which have no such ending.
"""

from __future__ import annotations

import secrets

from candyce.lib.text import to_handle

# Pages below /library/ whose place no resource may take.
RESERVED = frozenset(
    {
        "api", "collections", "citations", "drafts", "everything", "feed", "for-you", "import", "invitations",
        "licences", "mine", "moderation", "news", "oai", "preferences", "publish", "search", "searches",
        "sequences", "sitemap", "suggest", "thumbnails", "vocabulary",
    }
)  # fmt: skip
_SIGNS = "bcdfghjkmnpqrstvwxz23456789"  # without vowels no word comes of them
_WORDS = 70


def make_slug(title: str) -> str:
    """An address for a new resource of this title: ``le-tri-par-insertion-x7kq``."""
    words = to_handle(title)[:_WORDS].strip("-") or "resource"
    return f"{words}-{''.join(secrets.choice(_SIGNS) for _ in range(4))}"
