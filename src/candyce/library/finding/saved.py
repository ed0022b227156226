"""Searches that a person keeps under a name, and the secret address of the feed of each."""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import User
from candyce.lib.errors import BadRequest, NotFound
from candyce.lib.text import clean_spaces
from candyce.library.finding.asked import parse
from candyce.library.models import SavedSearch

MOST = 50  # of one person


def saved_by(user: User) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(user=user)


def get_search(user: User, pk: int) -> SavedSearch:
    """Guarded fetch: one's own only; raises :class:`NotFound`."""
    found = saved_by(user).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def get_by_feed(secret: str) -> SavedSearch:
    """The search whose feed has this address, while its owner may sign in; raises :class:`NotFound`."""
    found = SavedSearch.objects.filter(feed=secret, user__is_active=True).select_related("user")
    search = found.first()
    if search is None:
        raise NotFound
    return search


def _read_name(name: str) -> str:
    """Raises :class:`BadRequest`."""
    clean = clean_spaces(name.replace("\0", ""))
    if not clean or len(clean) > 100:
        message = _("Give the search a name of 1 to 100 characters.")
        raise BadRequest(message, fields={"name": message})
    return clean


def save_search(*, acting_user: User, name: str, query: str) -> SavedSearch:
    """Keep what stands in the address of the search page; raises :class:`BadRequest`.

    Kept under a name that is taken, it takes the place of the one before; its feed keeps its address.
    """
    clean = _read_name(name)
    address = parse(query).encode()
    if len(address) > 2000:
        raise BadRequest(_("This search is too long to be kept."))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=acting_user.pk)  # one search of a person at a time
        before = saved_by(acting_user).filter(name=clean).first()
        if before is not None:
            before.query = address
            before.save(update_fields=["query"])
            return before
        if saved_by(acting_user).count() >= MOST:
            raise BadRequest(_("You keep fifty searches: delete one first."))
        return SavedSearch.objects.create(
            user=acting_user, name=clean, query=address, feed=secrets.token_urlsafe(32)
        )


def rename_search(search: SavedSearch, *, acting_user: User, name: str) -> None:
    """Raises :class:`BadRequest`, also when another search has the name."""
    search.name = _read_name(name)
    try:
        with transaction.atomic():
            search.save(update_fields=["name"])
    except IntegrityError as error:
        message = _("Another of your searches has this name.")
        raise BadRequest(message, fields={"name": message}) from error


def renew_feed(search: SavedSearch, *, acting_user: User) -> None:
    """Give the feed another address: whoever had the old one reads nothing any more."""
    search.feed = secrets.token_urlsafe(32)
    search.save(update_fields=["feed"])


def delete_search(search: SavedSearch, *, acting_user: User) -> None:
    search.delete()
