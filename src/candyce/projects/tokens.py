"""Capability tokens: what the editor page may do, with one project, for a quarter of an hour.

Form: ``base64url(JSON).base64url(HMAC)``, made of characters allowed in a WebSocket subprotocol
(RFC 6455 section 4.1, token of RFC 7230). A token is an upper bound: callers also ask for the person's present
rights. See docs/architecture.md section 1, "Two origins".
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, replace

from django.core import signing
from django.core.signing import BadSignature, b64_decode, b64_encode
from django.utils.translation import gettext_lazy as _

from candyce.lib.errors import NotSignedIn

LIFETIME = 15 * 60  # seconds
CHAIN_LIFETIME = 24 * 3600  # seconds after the first token during which it can be renewed
SCOPES = ("read", "comment", "write", "submit", "manage")


class TokenExpired(NotSignedIn):
    code = "token_expired"
    default_message = _("This page was idle for a while. It connects again by itself.")


class SessionEnded(NotSignedIn):
    code = "session_ended"
    default_message = _("You are signed out. Sign in again to go on: what you typed is kept here.")


@dataclass(frozen=True)
class Token:
    """A verified token. Times are epoch seconds.

    ``first_issued`` names the chain of renewals and is compared with the moment of signing out, hence
    its milliseconds.
    """

    project_id: uuid.UUID
    user_id: uuid.UUID
    scopes: tuple[str, ...]
    first_issued: float
    issued: int
    expires: int

    def encode(self) -> str:
        """The signed text of the token."""
        payload = {
            "p": str(self.project_id),
            "u": str(self.user_id),
            "s": list(self.scopes),
            "i": self.first_issued,
            "t": self.issued,
            "e": self.expires,
        }
        body = b64_encode(json.dumps(payload, separators=(",", ":")).encode()).decode()
        return _signer().sign(body)


def _signer() -> signing.Signer:
    return signing.Signer(salt="candyce.projects.token", sep=".")


def issue(
    project_id: uuid.UUID, user_id: uuid.UUID, scopes: tuple[str, ...], *, now: float | None = None
) -> Token:
    """A fresh token, first of its chain."""
    # Rounded down: a token is never younger than a sign-out that came after it.
    first = int((time.time() if now is None else now) * 1000) / 1000
    return Token(project_id, user_id, scopes, first, int(first), int(first) + LIFETIME)


def renew(token: Token, scopes: tuple[str, ...], *, now: float | None = None) -> Token:
    """The next token of the chain. The caller has verified the person's present rights."""
    at = int(time.time() if now is None else now)
    if at > token.first_issued + CHAIN_LIFETIME:
        raise SessionEnded
    return replace(token, scopes=scopes, issued=at, expires=at + LIFETIME)


def read(text: str, *, allow_expired: bool = False, now: float | None = None) -> Token:
    """Verify a token; raises :class:`NotSignedIn` (forged) or :class:`TokenExpired`."""
    try:
        body = _signer().unsign(text)
        data = json.loads(b64_decode(body.encode()))
        token = Token(
            uuid.UUID(data["p"]),
            uuid.UUID(data["u"]),
            tuple(scope for scope in data["s"] if scope in SCOPES),
            float(data["i"]),
            int(data["t"]),
            int(data["e"]),
        )
    except (BadSignature, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotSignedIn from error
    if not allow_expired and (time.time() if now is None else now) > token.expires:
        raise TokenExpired
    return token
