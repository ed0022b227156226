"""The room's models, by what they are about."""

from candyce.library.models.collections import Collection, CollectionItem
from candyce.library.models.news import News
from candyce.library.models.opinions import Endorsement, Report, Review
from candyce.library.models.publishing import Draft, Invitation
from candyce.library.models.reading import (
    PublicRecord,
    Reader,
    SavedSearch,
    SearchChange,
    Standing,
    Use,
)
from candyce.library.models.resource import (
    LANGUAGE_NAMES,
    Edition,
    Execution,
    Outputs,
    Resource,
    Thumbnail,
)

__all__ = [
    "LANGUAGE_NAMES",
    "Collection",
    "CollectionItem",
    "Draft",
    "Edition",
    "Endorsement",
    "Execution",
    "Invitation",
    "News",
    "Outputs",
    "PublicRecord",
    "Reader",
    "Report",
    "Resource",
    "Review",
    "SavedSearch",
    "SearchChange",
    "Standing",
    "Thumbnail",
    "Use",
]
