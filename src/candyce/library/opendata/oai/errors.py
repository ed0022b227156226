"""Errors of the protocol (section 3.6): an answer with a code, of HTTP status 200."""

from __future__ import annotations


class OaiError(Exception):
    """``code`` is the protocol's."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def bad_argument(message: str) -> OaiError:
    return OaiError("badArgument", message)
