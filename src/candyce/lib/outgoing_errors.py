"""Why a request of ours to another site was refused or failed, each with a sentence for the reader."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from candyce.lib.errors import CandyceError


class _Said:
    """A sentence and what it names, put together only when it is read, in the reader's language."""

    def __init__(self, text: Any, names: dict[str, Any]) -> None:
        self.text, self.names = text, names

    def __str__(self) -> str:
        return str(self.text) % self.names


class OutgoingError(CandyceError):
    """Base of them. ``names``: what the sentence names (``host``, ``seconds``, ``limit``)."""

    code = "outgoing"
    status = 422
    sentence: Any = _("Another site could not be asked.")

    def __init__(self, **names: Any) -> None:
        self.names = names
        super().__init__(lazystr(_Said(self.sentence, names)))


class UrlRefused(OutgoingError):
    code = "outgoing_url"
    sentence = _(
        "This address cannot be used: it begins with https://, and has no user name, no password and no"
        " unusual port."
    )


class AddressRefused(OutgoingError):
    code = "outgoing_private"
    sentence = _(
        "“%(host)s” belongs to a private network, where this server asks nothing. An administrator can"
        " allow it."
    )


class UnknownHost(OutgoingError):
    code = "outgoing_unknown"
    sentence = _("No site is called “%(host)s”. Check the address.")


class Unreachable(OutgoingError):
    code = "outgoing_unreachable"
    sentence = _("“%(host)s” cannot be reached. Check the address, or try again later.")


class CertificateRefused(OutgoingError):
    code = "outgoing_certificate"
    sentence = _(
        "“%(host)s” cannot prove that it is that site: its certificate is not valid. Nothing was read."
    )


class TooSlow(OutgoingError):
    code = "outgoing_slow"
    sentence = _("“%(host)s” takes too long to answer. Try again later.")


class TooMuch(OutgoingError):
    code = "outgoing_large"
    status = 413
    sentence = _("“%(host)s” sends too much: %(limit)s MB at most are read.")


class TooManyRedirects(OutgoingError):
    code = "outgoing_redirects"
    sentence = _("“%(host)s” sends from address to address without end. Check the address.")


class BadAnswer(OutgoingError):
    code = "outgoing_answer"
    sentence = _("“%(host)s” gave an answer that cannot be read. Check the address.")


BY_CODE = {
    kind.code: kind
    for kind in (
        *(UrlRefused, AddressRefused, UnknownHost, Unreachable, CertificateRefused, TooSlow),
        *(TooMuch, TooManyRedirects, BadAnswer),
    )
}
