"""Work for the background worker."""

from __future__ import annotations

from django_tasks import task

from candyce.library.advice import nightly


@task()
def advise() -> dict[str, int]:
    """Forget old uses, then learn what goes together from those that stay."""
    return {"forgotten": nightly.do_forget_old(), "resources": nightly.do_learn()}
