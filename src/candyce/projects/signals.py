"""What this room announces upwards. Receivers run after the commit.

``access_changed(project_ids: list[UUID])``: someone's rights in these projects may have changed (hand-in,
removal, deletion, window). Live connections ask for their rights again.
``tree_changed(project_id: UUID, paths: list[str], source: str)``: files were written outside the live
documents; ``source`` is ``"http"``, ``"import"``, ``"rename"``, ``"delete"``.
"""

from django.dispatch import Signal

access_changed = Signal()
tree_changed = Signal()
