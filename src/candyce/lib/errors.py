"""Errors are typed values: a code for programs, a status for HTTP, a message for the reader.

They are raised anywhere below the views and rendered once, as JSON for the editor's API and as a
page or a form error in the portal. The message is lazy: it is said in the reader's language.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class CandyceError(Exception):
    """Base of the errors that a reader may see.

    ``code`` is stable and machine-readable; ``status`` is the HTTP status; ``message`` is
    translated and says what to do; ``fields`` maps a form field to its message; ``retry_after``:
    seconds after which the same may succeed.
    """

    code = "error"
    status = 400
    default_message: Any = _("Something went wrong. Try again.")
    retry_after: int | None = None

    def __init__(
        self, message: Any = None, *, code: str | None = None, fields: dict[str, Any] | None = None
    ) -> None:
        self.message = message if message is not None else self.default_message
        self.code = code or self.code
        self.fields = fields or {}
        super().__init__(self.code)

    def as_dict(self) -> dict[str, Any]:
        """The body of an API answer, in the active language."""
        return {
            "error": {
                "code": self.code,
                "message": str(self.message),
                "fields": {name: str(text) for name, text in self.fields.items()},
            }
        }

    def __str__(self) -> str:
        return str(self.message)


class BadRequest(CandyceError):
    code = "bad_request"
    status = 422
    default_message = _("This request is not complete or not valid.")


class NotSignedIn(CandyceError):
    code = "token_invalid"
    status = 401
    default_message = _("You are not signed in. Sign in and open this page again.")


class Forbidden(CandyceError):
    code = "forbidden"
    status = 403
    default_message = _("You may not do this. Ask your teacher or your administrator.")


class NotFound(CandyceError):
    code = "not_found"
    status = 404
    default_message = _("This does not exist, or is not shared with you.")


class Conflict(CandyceError):
    code = "conflict"
    status = 409
    default_message = _("Someone changed this in the meantime. Reload and try again.")


class TooLarge(CandyceError):
    code = "too_large"
    status = 413
    default_message = _("This is too large.")


class TooMany(CandyceError):
    code = "too_many"
    status = 429
    default_message = _("Too many tries. Wait a few minutes, then try again.")


class QuotaFull(CandyceError):
    code = "quota_full"
    status = 507
    default_message = _("The space of this project is full. Delete files or large outputs.")
