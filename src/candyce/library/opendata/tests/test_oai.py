"""A harvester takes what is public, is told what is gone, and every mistake has its code."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server
from xml.etree import ElementTree as ET

import pytest
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from oaipmh_scythe import Scythe

from candyce.library.advice.tests.conftest import make_resource
from candyce.library.models import PublicRecord, Resource
from candyce.library.opendata.oai import arguments, verbs
from candyce.library.opendata.records import do_reconcile

NS = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "l": "http://ltsc.ieee.org/xsd/LOM",
    "fr": "http://www.lom-fr.fr/xsd/LOMFR",
}
ALL = "verb=ListRecords&metadataPrefix=oai_dc"


@pytest.fixture
def library(db):
    """Three public resources, one for teachers, one that was withdrawn after it was public."""
    make_resource(
        "boucles", title="Les boucles", authors=["Ada L.", "Bob; C"], keywords=["for", "while"],
        objectives=["Répéter"], theme="Langages", licence="CC-BY-SA-4.0", duration=90,
    )  # fmt: skip
    make_resource("son", discipline="musique", levels=["seconde", "premiere"])
    make_resource("prive", visibility="teachers")
    make_resource("parti")
    do_reconcile()
    Resource.objects.filter(pk="parti").update(withdrawn_at=timezone.now())
    Resource.objects.filter(pk="boucles").update(abstract="\x0b<script>&]]>\ufffe é")
    do_reconcile()


def ask(portal, query: str, *, post: bool = False) -> ET.Element:
    if post:
        kind = "application/x-www-form-urlencoded"
        answer = portal.post("/oai/", query, content_type=kind)
    else:
        answer = portal.get(f"/oai/?{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    return ET.fromstring(answer.content)


def get_slugs(root: ET.Element) -> list[str]:
    return sorted(one.text.rpartition(":")[2] for one in root.iterfind(".//o:identifier", NS))


def get_error(root: ET.Element) -> str:
    return root.find("o:error", NS).get("code")


def test_identify_says_what_this_repository_is(library, portal):
    root = ask(portal, "verb=Identify")
    told = {one.tag.rpartition("}")[2]: one.text for one in root.find("o:Identify", NS)}
    assert told["protocolVersion"] == "2.0"
    assert told["deletedRecord"] == "persistent"
    assert told["granularity"] == "YYYY-MM-DDThh:mm:ssZ"
    assert told["adminEmail"] == "postmaster@localhost"
    assert root.find("o:request", NS).get("verb") == "Identify"


def test_records_are_what_everybody_may_read_and_what_is_gone(library, portal, school):
    portal.force_login(school.alice)  # who asks does not matter
    root = ask(portal, ALL)
    assert get_slugs(root) == ["boucles", "parti", "son"]
    gone = root.findall(".//o:header[@status='deleted']", NS)
    assert [one.find("o:identifier", NS).text for one in gone] == ["oai:localhost:parti"]
    assert len(root.findall(".//o:metadata", NS)) == 2
    assert "prive" not in ET.tostring(root, encoding="unicode")


def test_dublin_core_is_complete_and_clean(library, portal):
    root = ask(portal, "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:boucles")
    found = [
        (one.tag.rpartition("}")[2], one.text)
        for one in root.iter()
        if one.tag.startswith(f"{{{NS['dc']}}}")
    ]
    assert ("creator", "Bob; C") in found
    assert ("rights", "https://creativecommons.org/licenses/by-sa/4.0/") in found
    assert ("description", "<script>&]]> é") in found
    assert ("subject", "Langages") in found
    assert ("coverage", "Première") in found


@pytest.mark.parametrize("prefix", ["lom", "scolomfr"])
def test_lom_keeps_the_order_of_its_categories_and_its_vocabularies(library, portal, prefix):
    query = f"verb=GetRecord&metadataPrefix={prefix}&identifier=oai:localhost:boucles"
    lom = ask(portal, query).find(".//l:lom", NS)
    assert [one.tag.rpartition("}")[2] for one in lom] == [
        "general", "lifeCycle", "metaMetadata", "technical", "educational", "rights",
        "classification", "classification", "classification",
    ]  # fmt: skip
    assert lom.find("l:educational/l:learningResourceType/l:value", NS).text == "lecture"
    assert lom.find("l:educational/l:typicalLearningTime/l:duration", NS).text == "PT1H30M"
    assert lom.find("l:educational/l:typicalAgeRange/l:string", NS).text == "16-17"
    cards = [one.text for one in lom.iterfind("l:lifeCycle/l:contribute/l:entity", NS)]
    assert "FN:Bob\\; C" in cards[1]
    assert [one.find("l:purpose/l:value", NS).text for one in lom.iterfind("l:classification", NS)] == [
        "discipline", "educational level", "educational objective",
    ]  # fmt: skip
    assert bool(lom.findall(".//fr:*", NS)) == (prefix == "scolomfr")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Steal", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=x", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=", "badArgument"),
        (f"{ALL}&metadataPrefix=lom", "badArgument"),
        (f"{ALL}&from=yesterday", "badArgument"),
        (f"{ALL}&from=2026-13-01", "badArgument"),
        (f"{ALL}&from=2026-01-01&until=2026-01-01T00:00:00Z", "badArgument"),
        (f"{ALL}&from=2027-01-01&until=2026-01-01", "badArgument"),
        (f"{ALL}&set=a%20b", "badArgument"),
        (f"{ALL}&set=%00", "badArgument"),
        (f"{ALL}&set={'a' * 9000}", "badArgument"),
        (f"{ALL}&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=marc&identifier=oai:localhost:son", "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:prive", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=son", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=oai:localhost:rien", "idDoesNotExist"),
        (f"{ALL}&set=discipline:svt", "noRecordsMatch"),
        (f"{ALL}&until=9999-12-31T23:59:59Z&set=level:rien", "noRecordsMatch"),
        (f"{ALL}&until=9999-12-31&set=level:rien", "noRecordsMatch"),
        (f"{ALL}&until=2001-01-01", "noRecordsMatch"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_code(library, portal, query, code):
    root = ask(portal, query)
    assert get_error(root) == code
    if code in ("badVerb", "badArgument"):
        assert root.find("o:request", NS).attrib == {}
    assert get_error(ask(portal, query, post=True)) == code


def test_sets_and_dates_choose_records_of_those_gone_too(library, portal):
    assert get_slugs(ask(portal, f"{ALL}&set=discipline")) == ["boucles", "parti", "son"]
    assert get_slugs(ask(portal, f"{ALL}&set=discipline:nsi")) == ["boucles", "parti"]
    assert get_slugs(ask(portal, f"{ALL}&set=level:seconde")) == ["son"]
    old = datetime(2026, 3, 2, 10, 20, 30, 999_000, tzinfo=UTC)
    PublicRecord.objects.filter(pk="son").update(changed_at=old)
    second = "2026-03-02T10:20:30Z"
    assert get_slugs(ask(portal, f"{ALL}&from={second}&until={second}")) == ["son"]
    assert get_slugs(ask(portal, f"{ALL}&from=2026-03-02&until=2026-03-02")) == ["son"]
    assert get_slugs(ask(portal, f"{ALL}&from=2026-03-03")) == ["boucles", "parti"]
    headers = ask(portal, ALL.replace("ListRecords", "ListIdentifiers"))
    assert get_slugs(headers) == ["boucles", "parti", "son"]


def test_lists_go_on_by_signed_tokens_that_expire(library, portal, monkeypatch):
    monkeypatch.setattr(verbs, "PAGE", 2)
    root = ask(portal, ALL)
    token = root.find(".//o:resumptionToken", NS)
    assert (token.get("completeListSize"), token.get("cursor")) == ("3", "0")
    query = urlencode({"verb": "ListRecords", "resumptionToken": token.text})
    rest = ask(portal, query)
    assert sorted(get_slugs(root) + get_slugs(rest)) == ["boucles", "parti", "son"]
    last = rest.find(".//o:resumptionToken", NS)
    assert (last.text, last.get("cursor")) == (None, "2")
    assert (
        get_error(ask(portal, query.replace("ListRecords", "ListIdentifiers")))
        == "badResumptionToken"
    )
    forged = urlencode({"verb": "ListRecords", "resumptionToken": token.text[:-2] + "xx"})
    assert get_error(ask(portal, forged)) == "badResumptionToken"
    monkeypatch.setattr(arguments, "TOKEN_HOURS", -1)
    assert get_error(ask(portal, query)) == "badResumptionToken"


def test_a_record_changes_when_what_is_told_changes_and_outlives_its_resource(
    library, django_capture_on_commit_callbacks
):
    long_ago = timezone.now() - timedelta(days=9)
    PublicRecord.objects.update(changed_at=long_ago)
    Resource.objects.update(rating=4.0, rating_count=3, search_text="x")
    assert do_reconcile() == 0
    Resource.objects.filter(pk="son").update(title="Le son")
    Resource.objects.filter(pk="parti").update(withdrawn_at=None)
    assert do_reconcile() == 2
    with django_capture_on_commit_callbacks(execute=True):
        Resource.objects.get(pk="son").delete()
    row = PublicRecord.objects.get(pk="son")
    assert (row.public, row.changed_at > long_ago) == (False, True)
    assert PublicRecord.objects.get(pk="parti").public
    assert not PublicRecord.objects.filter(pk="prive").exists()


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_harvester_takes_everything_over_http(settings, monkeypatch):
    monkeypatch.setattr(verbs, "PAGE", 2)
    for number in range(5):
        make_resource(f"lecon-{number}", title=f"Leçon {number}")
    do_reconcile()
    Resource.objects.filter(pk="lecon-3").update(visibility="me")
    do_reconcile()
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        settings.CANDYCE_PORTAL_URL = f"http://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with Scythe(f"{settings.CANDYCE_PORTAL_URL}/oai/") as scythe:
                records = list(scythe.list_records(metadata_prefix="oai_dc", ignore_deleted=True))
                headers = list(scythe.list_identifiers(metadata_prefix="scolomfr"))
                sets = {one.setSpec for one in scythe.list_sets()}
                formats = {one.metadataPrefix for one in scythe.list_metadata_formats()}
                one = scythe.get_record(
                    identifier="oai:localhost:lecon-1", metadata_prefix="scolomfr"
                )
        finally:
            server.shutdown()
            thread.join()
    titles = sorted(record.metadata["title"][0] for record in records)
    assert titles == ["Leçon 0", "Leçon 1", "Leçon 2", "Leçon 4"]
    assert [header.deleted for header in headers].count(True) == 1
    assert len(headers) == 5
    assert {"discipline:nsi", "level:premiere"} <= sets
    assert formats == {"oai_dc", "lom", "scolomfr"}
    assert one.header.identifier == "oai:localhost:lecon-1"
