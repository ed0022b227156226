"""What is published is executed soon after."""

from __future__ import annotations

from typing import Any

from candyce.library.models import Resource
from candyce.library.trust.tasks import plan_execution


def hear_edition(sender: object, resource: Resource, **_rest: Any) -> None:
    plan_execution(resource.pk)
