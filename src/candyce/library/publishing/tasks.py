"""Work for the background worker."""

from __future__ import annotations

import logging

from django.utils import timezone
from django_tasks import task

from candyce.library.models import Draft
from candyce.library.publishing.trial import DONE, QUEUED, RUNNING, UNAVAILABLE, run_trial

logger = logging.getLogger(__name__)


@task()
def try_out(draft_id: str) -> str:
    """Try a draft's files; gives the result. A draft that went, or changed meanwhile, is passed over."""
    draft = Draft.objects.filter(pk=draft_id).first()
    if draft is None or draft.trial.get("state") != QUEUED:
        return ""
    # Each trial planned has a token of its own: one that is planned meanwhile is neither begun nor ended here.
    token = draft.trial.get("token", "")
    this = Draft.objects.filter(pk=draft_id, trial__token=token)
    begun = {"state": RUNNING, "at": timezone.now().isoformat(), "token": token}
    if not this.filter(trial__state=QUEUED).update(trial=begun):
        return ""
    try:
        trial = run_trial(draft)
    except Exception:
        logger.exception("A project could not be tried: %s", draft.project_id)
        trial = {"state": DONE, "result": UNAVAILABLE}
    return trial["result"] if this.update(trial=trial | {"token": token}) else ""
