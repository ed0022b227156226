"""What is said of an execution, in plain words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candyce.library.models import Execution

Result = Execution.Result

# result: (how a badge says it, its style, the sign of the row of marks)
BADGES: dict[str, tuple[Any, str, str]] = {
    Result.PASSED: (gettext_lazy("Runs to the end"), "returned", "✓"),
    Result.FAILED: (gettext_lazy("Stops at an error"), "bad", "✗"),
    Result.TOO_LONG: (gettext_lazy("Takes too long"), "bad", "✗"),
    Result.WAITING: (gettext_lazy("Waits for somebody to type"), "working", "…"),
    Result.UNAVAILABLE: (gettext_lazy("Could not be tried"), "idle", "–"),
}
# message of ``unavailable``: how a badge says that it ran, but is not proved
NOT_WHOLE = {
    "too_many": gettext_lazy("Not everything was executed"),
    "skipped": gettext_lazy("Not everything was executed"),
    "nothing": gettext_lazy("Nothing to execute"),
}
REASONS: dict[str, Any] = {
    "no_sandbox": gettext_lazy("This server cannot execute strangers’ code safely."),
    "no_environment": gettext_lazy("The kernel that the notebook asks for is not on this server."),
    "no_kernel": gettext_lazy("The kernel did not start."),
    "no_notebook": gettext_lazy("There is no notebook to execute."),
    "too_many": gettext_lazy("There are more notebooks than are executed here."),
    "skipped": gettext_lazy("Some of its cells say that they are not to be executed."),
    "nothing": gettext_lazy("No cell holds code."),
    "unreadable": gettext_lazy("The notebook cannot be read."),
    "crash": gettext_lazy("Python stopped: it may have needed too much memory."),
    "output": gettext_lazy("It shows far more than a page can hold."),
    "internal": gettext_lazy("An error of ours kept it from being executed."),
}


def get_badge(execution: Execution) -> tuple[Any, str, str]:
    """How a badge says it, its style, the sign of the row of marks."""
    label, style, sign = BADGES[execution.result]
    return NOT_WHOLE.get(execution.message, label), style, sign


def say_where(execution: Execution) -> str:
    """Where it stopped and over what, for those who may read the authors' version; "" where it went to the end."""
    reason = str(REASONS.get(execution.message, execution.message))
    if execution.cell is None or not execution.path:
        return reason
    place = _("%(path)s, cell %(cell)s") % {"path": execution.path, "cell": execution.cell + 1}
    return f"{place} — {reason}" if reason else place
