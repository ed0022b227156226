"""Work for the background worker."""

from __future__ import annotations

import logging

from django.utils import timezone
from django_tasks import task

from candyce.library.models import Draft
from candyce.library.publishing.content import get_digest
from candyce.library.publishing.trial import DONE, QUEUED, RUNNING, UNAVAILABLE, run_trial

logger = logging.getLogger(__name__)


@task()
def try_out(draft_id: str) -> str:
    """Try a draft's files; gives the result. A draft that went, or changed meanwhile, is passed over."""
    claimed = Draft.objects.filter(pk=draft_id, trial__state=QUEUED).update(
        trial={"state": RUNNING, "at": timezone.now().isoformat()}
    )
    draft = Draft.objects.filter(pk=draft_id).first()
    if not claimed or draft is None:
        return ""
    try:
        trial = run_trial(draft)
    except Exception:
        logger.exception("A project could not be tried: %s", draft.project_id)
        trial = {"state": DONE, "result": UNAVAILABLE}
    now = Draft.objects.filter(pk=draft_id).only("tree").first()
    if now is None or get_digest(now.tree) != get_digest(draft.tree):
        return ""
    Draft.objects.filter(pk=draft_id).update(trial=trial)
    return trial["result"]
