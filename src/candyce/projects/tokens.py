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

from candyce.lib.errors import NotSignedIn

LIFETIME = 15 * 60  # seconds
CHAIN_LIFETIME = 24 * 3600  # seconds after the first token during which it can be renewed
SCOPES = ("read", "comment", "write", "submit")


class TokenExpired(NotSignedIn):
    code = "token_expired"


class SessionEnded(NotSignedIn):
    code = "session_ended"


@dataclass(frozen=True)
class Token:
    """A verified token. Times are epoch seconds."""

    project_id: uuid.UUID
    user_id: uuid.UUID
    scopes: tuple[str, ...]
    first_issued: int
    issued: int
    expires: int

    def encode(self) -> str:
        """The signed text of the token."""
        payload = {
            "p": self.project_id.hex,
            "u": self.user_id.hex,
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
    at = int(time.time() if now is None else now)
    return Token(project_id, user_id, scopes, at, at, at + LIFETIME)


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
            int(data["i"]),
            int(data["t"]),
            int(data["e"]),
        )
    except (BadSignature, ValueError, KeyError, TypeError) as error:
        raise NotSignedIn from error
    if not allow_expired and (time.time() if now is None else now) > token.expires:
        raise TokenExpired
    return token
