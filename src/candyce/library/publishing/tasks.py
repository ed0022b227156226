"""Work for the background worker."""

from __future__ import annotations

import logging

from django.utils import timezone
from django_tasks import task

from candyce.accounts.models import User
from candyce.library.models import Draft, Edition
from candyce.library.publishing.telling import tell_of_change
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


@task()
def tell_adapters(edition_id: int, merged: list[str], user_id: str) -> None:
    """Tell those who adapted a resource of its new edition, but for what it takes over from these adaptations."""
    edition = Edition.objects.select_related("resource").filter(pk=edition_id).first()
    user = User.objects.filter(pk=user_id).first()
    if edition is not None and user is not None:
        tell_of_change(edition.resource, but=merged, acting_user=user)
