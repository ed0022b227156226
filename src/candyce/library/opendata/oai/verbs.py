"""The six verbs: each adds its element to the answer, or raises :class:`OaiError`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.library.models import PublicRecord, Resource
from candyce.library.opendata.describing import (
    Description,
    describe,
    find_public_originals,
    prepared,
    public_resources,
)
from candyce.library.opendata.oai import arguments
from candyce.library.opendata.oai.arguments import TOKEN_HOURS, Asked
from candyce.library.opendata.oai.dublin import SCHEMA as DC_SCHEMA
from candyce.library.opendata.oai.dublin import make_dublin_core
from candyce.library.opendata.oai.errors import OaiError
from candyce.library.opendata.oai.lom import SCHEMA as LOM_SCHEMA
from candyce.library.opendata.oai.lom import SCHEMA_FR, make_lom
from candyce.library.opendata.oai.xml import LOM, OAI, OAI_DC, OAI_ID, XSI, Element, add

PAGE = 50
FORMATS: dict[str, tuple[str, str, Callable[[Description], Element]]] = {
    "oai_dc": (DC_SCHEMA, OAI_DC, make_dublin_core),
    "lom": (LOM_SCHEMA, LOM, lambda told: make_lom(told, french=False)),
    "scolomfr": (SCHEMA_FR, LOM, lambda told: make_lom(told, french=True)),
}


def write_time(at: datetime) -> str:
    """Seconds of UTC, the granularity of this repository."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def identify(answer: Element, asked: dict[str, str], address: str) -> None:
    first = PublicRecord.objects.values_list("changed_at", flat=True).first()
    add(answer, OAI, "repositoryName", "Candyce")
    add(answer, OAI, "baseURL", address)
    add(answer, OAI, "protocolVersion", "2.0")
    add(answer, OAI, "adminEmail", settings.CANDYCE_CONTACT)
    add(answer, OAI, "earliestDatestamp", write_time(first or timezone.now()))
    add(answer, OAI, "deletedRecord", "persistent")
    add(answer, OAI, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    told = add(add(answer, OAI, "description"), OAI_ID, "oai-identifier")
    schema = "http://www.openarchives.org/OAI/2.0/oai-identifier.xsd"
    told.set(f"{{{XSI}}}schemaLocation", f"{OAI_ID} {schema}")
    add(told, OAI_ID, "scheme", "oai")
    add(told, OAI_ID, "repositoryIdentifier", arguments.get_namespace())
    add(told, OAI_ID, "delimiter", ":")
    add(told, OAI_ID, "sampleIdentifier", arguments.make_identifier("boucles"))


def list_metadata_formats(answer: Element, asked: dict[str, str], address: str) -> None:
    if "identifier" in asked:
        _get_record(asked["identifier"])
    for prefix, (schema, namespace, _make) in FORMATS.items():
        told = add(answer, OAI, "metadataFormat")
        add(told, OAI, "metadataPrefix", prefix)
        add(told, OAI, "schema", schema)
        add(told, OAI, "metadataNamespace", namespace)


def list_sets(answer: Element, asked: dict[str, str], address: str) -> None:
    if "resumptionToken" in asked:
        raise OaiError("badResumptionToken", "The list of sets comes whole.")
    sets = [("discipline", _("Disciplines"))]
    sets += [(f"discipline:{value}", str(name)) for value, name in Resource.Discipline.choices]
    sets += [("level", _("Levels"))]
    sets += [(f"level:{value}", str(name)) for value, name in Resource.Level.choices]
    for spec, name in sets:
        told = add(answer, OAI, "set")
        add(told, OAI, "setSpec", spec)
        add(told, OAI, "setName", name)


def get_record(answer: Element, asked: dict[str, str], address: str) -> None:
    prefix = arguments.check_prefix(asked["metadataPrefix"])
    _add_records(answer, [_get_record(asked["identifier"])], prefix)


def list_records(answer: Element, asked: dict[str, str], address: str) -> None:
    _list(answer, arguments.read_list(asked))


def _get_record(identifier: str) -> PublicRecord:
    record = PublicRecord.objects.filter(slug=arguments.read_identifier(identifier)).first()
    if record is None:
        raise OaiError("idDoesNotExist", "No record has this identifier.")
    return record


def _list(answer: Element, asked: Asked) -> None:
    records = _find(asked)
    total = records.count() if asked.total is None else asked.total
    rest = records
    if asked.after is not None:
        at, slug = datetime.fromisoformat(asked.after[0]), asked.after[1]
        rest = records.filter(Q(changed_at__gt=at) | Q(changed_at=at, slug__gt=slug))
    page = list(rest.order_by("changed_at", "slug")[: PAGE + 1])
    if not page and asked.after is None:
        raise OaiError("noRecordsMatch", "Nothing matches.")
    shown = page[:PAGE]
    _add_records(answer, shown, asked.prefix, whole=asked.verb == "ListRecords")
    if len(page) > PAGE:
        last = shown[-1]
        after = (last.changed_at.isoformat(), last.slug)
        following = replace(asked, after=after, given=asked.given + PAGE, total=total)
        expires = write_time(timezone.now() + timedelta(hours=TOKEN_HOURS))
        text = arguments.make_token(following)
        token = add(answer, OAI, "resumptionToken", text, expirationDate=expires)
    elif asked.after is not None:
        token = add(answer, OAI, "resumptionToken")
    else:
        return
    token.set("completeListSize", str(total))
    token.set("cursor", str(asked.given))


def _find(asked: Asked) -> QuerySet[PublicRecord]:
    records = PublicRecord.objects.all()
    if asked.since is not None:
        records = records.filter(changed_at__gte=asked.since)
    if asked.before is not None:
        records = records.filter(changed_at__lt=asked.before)
    if asked.set:
        leaf = ":" in asked.set
        records = records.filter(sets__contains=f",{asked.set}{',' if leaf else ':'}")
    return records


def _add_records(
    answer: Element, records: list[PublicRecord], prefix: str, *, whole: bool = True
) -> None:
    """What is gone, or hidden since the last look, is told as deleted."""
    slugs = [one.slug for one in records if one.public]
    resources = prepared(public_resources().defer("search_text")).in_bulk(slugs)
    originals = find_public_originals(list(resources.values())) if whole else set()
    for record in records:
        resource = resources.get(record.slug)
        parent = add(answer, OAI, "record") if whole else answer
        header = add(parent, OAI, "header")
        if resource is None:
            header.set("status", "deleted")
        add(header, OAI, "identifier", arguments.make_identifier(record.slug))
        add(header, OAI, "datestamp", write_time(record.changed_at))
        for spec in record.sets.strip(",").split(","):
            if spec:
                add(header, OAI, "setSpec", spec)
        if whole and resource is not None:
            told = describe(resource, public=originals)
            add(parent, OAI, "metadata").append(FORMATS[prefix][2](told))


ANSWERS: dict[str, Callable[[Element, dict[str, str], str], None]] = {
    "Identify": identify,
    "ListMetadataFormats": list_metadata_formats,
    "ListSets": list_sets,
    "GetRecord": get_record,
    "ListIdentifiers": list_records,
    "ListRecords": list_records,
}
