"""The history of live documents: who changed what and when, and any moment of it again.

``chunks`` archives what compaction takes out of the log, ``marks`` says in short what was done, ``moments``
gives the moments and the content at each, ``thinning`` keeps the storage bounded.
"""

from candyce.collab.history.moments import Moment, list_moments

__all__ = ["Moment", "list_moments"]
