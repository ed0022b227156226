"""Why a copy could not be marked, or not wholly: the codes of ``Sheet.reason``, and what to say of each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

NO_SANDBOX = "no_sandbox"
NO_ENVIRONMENT = "no_environment"
SANDBOX_FAILED = "sandbox_failed"
TOO_LONG = "too_long"
NO_NOTEBOOK = "no_notebook"
UNREADABLE = "unreadable"
INTERNAL = "internal"

MESSAGES: dict[str, Any] = {
    NO_SANDBOX: _(
        "This server cannot run pupils' code safely: bubblewrap is missing or may not be used."
        " Tell the person who looks after it. Nothing was run."
    ),
    NO_ENVIRONMENT: _(
        "This work is to be marked in an environment of the server that is not there. Tell the"
        " person who looks after it which kernel the notebook names. Nothing was run; mark by hand, or"
        " again later."
    ),
    SANDBOX_FAILED: _(
        "The tests could not be started. Mark again; if it lasts, tell the operator."
    ),
    TOO_LONG: _("This copy took too long: what came after was not run."),
    NO_NOTEBOOK: _("The notebook is not in the copy: its answers count as empty."),
    UNREADABLE: _("The notebook cannot be read: its answers count as empty."),
    INTERNAL: _("Marking stopped on an error of ours. Mark again; if it lasts, tell the operator."),
}


def say_reason(code: str) -> str:
    """A reason in the reader's words; the code itself where it is not known."""
    return str(MESSAGES.get(code, code))
