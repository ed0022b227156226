"""What a harvester asks for: the arguments of each verb (OAI-PMH 2.0 section 4), read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import QueryDict

from candyce.lib.origins import get_host
from candyce.library.opendata.oai.errors import OaiError, bad_argument

# verb: (required, optional); a resumption token stands alone.
VERBS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset({"resumptionToken"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
    "ListIdentifiers": (
        frozenset({"metadataPrefix"}),
        frozenset({"from", "until", "set", "resumptionToken"}),
    ),
    "ListRecords": (
        frozenset({"metadataPrefix"}),
        frozenset({"from", "until", "set", "resumptionToken"}),
    ),
}
LONGEST = 2000  # characters of an argument
PREFIXES = ("oai_dc", "lom", "scolomfr")
SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
TOKEN_HOURS = 24
SALT = "candyce.oai"


@dataclass(frozen=True)
class Asked:
    """A list that is asked for, from the place where the last answer ended.

    ``since`` is included, ``before`` is not; ``after``: the time (ISO) and slug of the last record given.
    """

    verb: str
    prefix: str
    since: datetime | None = None
    before: datetime | None = None
    set: str = ""
    after: tuple[str, str] | None = None
    given: int = 0
    total: int | None = None


def read_arguments(query: QueryDict) -> dict[str, str]:
    """The arguments, checked for their verb; raises :class:`OaiError` ``badVerb`` or ``badArgument``."""
    verbs = query.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise OaiError("badVerb", "Say one verb of OAI-PMH 2.0.")
    required, optional = VERBS[verbs[0]]
    found: dict[str, str] = {}
    for name in query:
        values = query.getlist(name)
        if name != "verb" and name not in required | optional:
            raise bad_argument("This verb has no such argument.")
        if len(values) != 1:
            raise bad_argument(f"{name} is repeated.")
        if len(values[0]) > LONGEST or not values[0].isprintable():
            raise bad_argument(f"{name} is not valid.")
        found[name] = values[0]
    if "resumptionToken" in found:
        if len(found) > 2:
            raise bad_argument("A resumptionToken stands alone.")
        return found
    missing = sorted(required - {name for name, value in found.items() if value})
    if missing:
        raise bad_argument(f"Missing: {', '.join(missing)}.")
    return found


def read_list(arguments: dict[str, str]) -> Asked:
    """The list asked for; raises :class:`OaiError`."""
    verb = arguments["verb"]
    if "resumptionToken" in arguments:
        return read_token(arguments["resumptionToken"], verb)
    since, until = arguments.get("from"), arguments.get("until")
    if since is not None and until is not None and len(since) != len(until):
        raise bad_argument("from and until have different granularities.")
    start = None if since is None else read_date(since, "from")
    end = None if until is None else read_date(until, "until")
    if start is not None and end is not None and start > end:
        raise bad_argument("from is later than until.")
    if end is not None:
        end += timedelta(days=1) if until and len(until) == 10 else timedelta(seconds=1)
    chosen = arguments.get("set", "")
    if "set" in arguments and not SET.fullmatch(chosen):
        raise bad_argument("set is not valid.")
    return Asked(verb, check_prefix(arguments["metadataPrefix"]), start, end, chosen)


def check_prefix(prefix: str) -> str:
    if prefix not in PREFIXES:
        raise OaiError("cannotDisseminateFormat", f"Formats: {', '.join(PREFIXES)}.")
    return prefix


def read_date(text: str, name: str) -> datetime:
    """``YYYY-MM-DD`` or ``YYYY-MM-DDThh:mm:ssZ``; raises :class:`OaiError`."""
    try:
        form = "%Y-%m-%d" if DAY.fullmatch(text) else "%Y-%m-%dT%H:%M:%SZ"
        if DAY.fullmatch(text) or SECOND.fullmatch(text):
            found = datetime.strptime(text, form).replace(tzinfo=UTC)
            # Harvesters write 9999-12-31 for "no end"; a day more must still be a date.
            return min(found, datetime(9998, 1, 1, tzinfo=UTC))
    except ValueError:
        pass
    raise bad_argument(f"{name} is no date of the protocol.")


def make_token(asked: Asked) -> str:
    """All of the list's state, signed: the server remembers nothing."""
    state: dict[str, Any] = {
        "v": asked.verb,
        "p": asked.prefix,
        "s": asked.set,
        "f": asked.since and asked.since.isoformat(),
        "b": asked.before and asked.before.isoformat(),
        "a": asked.after,
        "g": asked.given,
        "t": asked.total,
    }
    return signing.dumps(state, salt=SALT, compress=True)


def read_token(token: str, verb: str) -> Asked:
    """Raises :class:`OaiError` ``badResumptionToken`` when it is forged, expired or of another verb."""
    bad = OaiError(
        "badResumptionToken", "This token is not valid, or has expired: begin the list again."
    )
    try:
        state = signing.loads(token, salt=SALT, max_age=TOKEN_HOURS * 3600)
    except signing.BadSignature as error:
        raise bad from error
    if state["v"] != verb or state["p"] not in PREFIXES:
        raise bad
    since, before = (
        datetime.fromisoformat(state[name]) if state[name] else None for name in ("f", "b")
    )
    after = (state["a"][0], state["a"][1])
    return Asked(verb, state["p"], since, before, state["s"], after, state["g"], state["t"])


def get_namespace() -> str:
    """The domain that makes identifiers unique, as the scheme oai-identifier wants it."""
    return get_host(settings.CANDYCE_PORTAL_URL).partition(":")[0]


def make_identifier(slug: str) -> str:
    return f"oai:{get_namespace()}:{slug}"


def read_identifier(identifier: str) -> str:
    """The slug; raises :class:`OaiError` ``idDoesNotExist``."""
    prefix = f"oai:{get_namespace()}:"
    if not identifier.startswith(prefix):
        raise OaiError("idDoesNotExist", "No record has this identifier.")
    return identifier.removeprefix(prefix)
