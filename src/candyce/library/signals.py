"""What the library announces, once it is committed. ``resource``: the :class:`Resource`."""

from django.dispatch import Signal

# A new edition can be read: ``resource``, ``edition``.
edition_published = Signal()
# Its row, its opinions or its visibility changed: ``resource``. Sent after an edition too.
resource_changed = Signal()
