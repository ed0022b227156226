"""Slows down guessing of passwords without locking a class out.

A school shares one address, so an address may miss often; one person at one address may not. An attempt
is written before the password is verified and withdrawn when it was right: trying in parallel gains
nothing. Names are kept as keyed hashes, for an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import SignInAttempt, normalise_username
from candyce.lib.errors import TooMany

KEPT = timedelta(hours=1)
WINDOW = timedelta(minutes=15)
SAME_PERSON_AND_ADDRESS = 8
SAME_PERSON = 40
SAME_ADDRESS = 200


@dataclass(frozen=True)
class Attempt:
    """One try, as it is written."""

    id: int
    username: str
    address: str | None


class TooManySignIns(TooMany):
    """``until`` is the moment from which the person may try again."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        clock = time_format(timezone.localtime(until + timedelta(seconds=59)), "H:i")
        super().__init__(
            _(
                "Too many tries. You can try again at %(time)s. If you have forgotten your password, ask your school for a new one."
            )
            % {"time": clock}
        )


def hash_username(username: str) -> str:
    """What stands in the table for a username: not the name itself."""
    return salted_hmac(
        "candyce.accounts.throttle", normalise_username(username)[:150], algorithm="sha256"
    ).hexdigest()


def begin_attempt(username: str, address: str | None) -> Attempt:
    """Write down a try; raises :class:`TooManySignIns` when it comes too soon."""
    hashed = hash_username(username)
    _check(hashed, address)
    purge()
    row = SignInAttempt.objects.create(username=hashed, address=address)
    return Attempt(row.pk, hashed, address)


def forgive(attempt: Attempt) -> None:
    """The password was right: forget this person's misses at this address."""
    SignInAttempt.objects.filter(username=attempt.username, address=attempt.address).delete()


def purge() -> int:
    """Delete what is older than an hour; returns how many rows."""
    return SignInAttempt.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def _check(hashed: str, address: str | None) -> None:
    recent = SignInAttempt.objects.filter(at__gt=timezone.now() - WINDOW)
    limits = [
        (Q(username=hashed, address=address), SAME_PERSON_AND_ADDRESS),
        (Q(username=hashed), SAME_PERSON),
    ]
    if address is not None:
        limits.append((Q(address=address), SAME_ADDRESS))
    for rule, limit in limits:
        # The try that must grow old before one more fits: the `limit`-th counted from the latest.
        blocking = (
            recent.filter(rule).order_by("-at").values_list("at", flat=True)[limit - 1 : limit]
        )
        for moment in blocking:
            raise TooManySignIns(moment + WINDOW)
