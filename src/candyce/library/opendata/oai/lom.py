"""Learning Object Metadata (IEEE 1484.12.1, XML of 1484.12.3), alone or with what LOMFR and ScoLOMFR add.

Values of vocabularies are those of LOM where LOM has one, and labels of ScoLOMFR's vocabularies elsewhere: their
numbered codes changed between editions, and a wrong code says a wrong thing (docs/decisions/open-data.md).
"""

from __future__ import annotations

from candyce.library.opendata.describing import Description
from candyce.library.opendata.oai.arguments import get_namespace
from candyce.library.opendata.oai.xml import LOM, LOMFR, Element, add, make_root

SCHEMA = "http://ltsc.ieee.org/xsd/lomv1.0/lom.xsd"
SCHEMA_FR = "https://www.reseau-canope.fr/scolomfr/xsd/8.0/lax/scolomfr.xsd"
LANGUAGES = {"fr": "fre", "en": "eng"}  # ISO 639-2, as ScoLOMFR writes them
KINDS = {
    "lesson": "lecture",
    "exercise": "exercise",
    "project": "problem statement",
    "assessment": "exam",
}
# French labels of what is done with a resource (ScoLOMFR vocabulary 010's words, LOMFR 5.12 activities).
ACTIVITIES = {
    "lesson": "apprendre",
    "exercise": "s'exercer",
    "project": "produire",
    "assessment": "s'évaluer",
}
AGES = {
    "sixieme": 11, "cinquieme": 12, "quatrieme": 13, "troisieme": 14,
    "seconde": 15, "premiere": 16, "terminale": 17,
}  # fmt: skip
COLLEGE = frozenset({"sixieme", "cinquieme", "quatrieme", "troisieme"})


def make_lom(told: Description, *, french: bool) -> Element:
    """``french``: with the elements and vocabularies of the French profiles."""
    root = make_root(LOM, "lom", SCHEMA_FR if french else SCHEMA)
    language = LANGUAGES.get(told.language, told.language) if french else told.language
    _add_general(root, told, language, french=french)
    _add_life(root, told)
    _add_record(root, told, french=french)
    _add_technical(root, told)
    _add_education(root, told, language, french=french)
    _add_rights(root, told)
    if told.based_on:
        relation = add(root, LOM, "relation")
        _vocabulary(relation, "kind", "isbasedon")
        _identify(add(relation, LOM, "resource"), "URI", told.based_on)
    _add_classification(root, told, french=french)
    return root


def _string(parent: Element, name: str, text: str, language: str) -> None:
    add(add(parent, LOM, name), LOM, "string", text, language=language)


def _vocabulary(parent: Element, name: str, value: str, source: str = "LOMv1.0") -> None:
    child = add(parent, LOM, name)
    add(child, LOM, "source", source)
    add(child, LOM, "value", value)


def _identify(parent: Element, catalog: str, entry: str) -> None:
    child = add(parent, LOM, "identifier")
    add(child, LOM, "catalog", catalog)
    add(child, LOM, "entry", entry)


def _add_general(root: Element, told: Description, language: str, *, french: bool) -> None:
    general = add(root, LOM, "general")
    _identify(general, "URI", told.url)
    if told.doi:
        _identify(general, "DOI", told.doi)
    _string(general, "title", told.title, language)
    add(general, LOM, "language", language)
    _string(general, "description", told.abstract, language)
    for keyword in (*told.keywords, *([told.theme] if told.theme else [])):
        _string(general, "keyword", keyword, language)
    _vocabulary(general, "structure", "atomic")
    _vocabulary(general, "aggregationLevel", "2")
    if french:
        kind = add(general, LOMFR, "documentType")
        add(kind, LOMFR, "source", "LOMFRv1.0")
        add(kind, LOMFR, "value", "ressource interactive")


def _add_life(root: Element, told: Description) -> None:
    life = add(root, LOM, "lifeCycle")
    _string(life, "version", str(told.edition), "x-none")
    _vocabulary(life, "status", "final")
    for name in told.authors:
        _contribute(life, "author", make_card(name), told.published_at.date().isoformat())
    card = make_card("Candyce", organisation=True)
    _contribute(life, "publisher", card, told.updated_at.date().isoformat())


def _contribute(parent: Element, role: str, card: str, date: str) -> None:
    child = add(parent, LOM, "contribute")
    _vocabulary(child, "role", role)
    add(child, LOM, "entity", card)
    add(add(child, LOM, "date"), LOM, "dateTime", date)


def make_card(name: str, *, organisation: bool = False) -> str:
    """vCard 3.0 (RFC 2426): commas, semicolons, backslashes and ends of lines escaped."""
    text = " ".join(name.split())
    for char in ("\\", ",", ";"):
        text = text.replace(char, f"\\{char}")
    more = f"ORG:{text}" if organisation else f"N:{text};;;;"
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{text}\n{more}\nEND:VCARD"


def _add_record(root: Element, told: Description, *, french: bool) -> None:
    record = add(root, LOM, "metaMetadata")
    _identify(record, get_namespace(), told.slug)
    card = make_card("Candyce", organisation=True)
    _contribute(record, "creator", card, told.updated_at.date().isoformat())
    for schema in ("LOMv1.0", *(("LOMFRv1.0", "SCOLOMFRv8.0") if french else ())):
        add(record, LOM, "metadataSchema", schema)
    add(record, LOM, "language", "fre" if french else "fr")


def _add_technical(root: Element, told: Description) -> None:
    technical = add(root, LOM, "technical")
    add(technical, LOM, "format", "text/html")
    add(technical, LOM, "format", "application/x-ipynb+json")
    add(technical, LOM, "location", told.url)
    composite = add(add(technical, LOM, "requirement"), LOM, "orComposite")
    _vocabulary(composite, "type", "browser")
    _vocabulary(composite, "name", "any")


def _add_education(root: Element, told: Description, language: str, *, french: bool) -> None:
    education = add(root, LOM, "educational")
    _vocabulary(education, "interactivityType", "active")
    _vocabulary(education, "learningResourceType", KINDS.get(told.kind[0], "lecture"))
    for role in ("learner", "teacher"):
        _vocabulary(education, "intendedEndUserRole", role)
    _vocabulary(education, "context", "school")
    ages = [AGES[value] for value, _name in told.levels if value in AGES]
    if ages:
        _string(education, "typicalAgeRange", f"{min(ages)}-{max(ages) + 1}", "x-none")
    add(add(education, LOM, "typicalLearningTime"), LOM, "duration", told.duration)
    for objective in told.objectives:
        _string(education, "description", objective, language)
    add(education, LOM, "language", language)
    if french:
        activity = add(education, LOMFR, "activity")
        add(activity, LOMFR, "source", "LOMFRv1.0")
        add(activity, LOMFR, "value", ACTIVITIES.get(told.kind[0], "apprendre"))


def _add_rights(root: Element, told: Description) -> None:
    rights = add(root, LOM, "rights")
    _vocabulary(rights, "cost", "no")
    _vocabulary(rights, "copyrightAndOtherRestrictions", "yes")
    text = f"{told.licence_name} — {told.licence_link}"
    _string(rights, "description", text, "fre")


def _add_classification(root: Element, told: Description, *, french: bool) -> None:
    source = "ScoLOMFR, vocabulaire 015 (domaines d'enseignement)" if french else "Candyce"
    _classify(root, "discipline", source, [[told.discipline[1]]])
    source = "scolomfr-voc-022" if french else "Candyce"
    paths = [
        ["collège" if value in COLLEGE else "lycée", name.lower()] for value, name in told.levels
    ]
    _classify(root, "educational level", source, paths)
    if told.theme or told.programme:
        path = [text for text in (told.programme, told.theme) if text]
        _classify(root, "educational objective", "Programme officiel", [path])


def _classify(root: Element, purpose: str, source: str, paths: list[list[str]]) -> None:
    if not paths:
        return
    child = add(root, LOM, "classification")
    _vocabulary(child, "purpose", purpose)
    for path in paths:
        taxons = add(child, LOM, "taxonPath")
        _string(taxons, "source", source, "fre")
        for text in path:
            _string(add(taxons, LOM, "taxon"), "entry", text, "fre")
