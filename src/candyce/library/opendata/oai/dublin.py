"""Unqualified Dublin Core, which every harvester understands."""

from __future__ import annotations

from candyce.library.opendata.describing import Description
from candyce.library.opendata.oai.xml import DC, OAI_DC, XML_LANG, Element, add, make_root

SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"


def make_dublin_core(told: Description) -> Element:
    root = make_root(OAI_DC, "dc", SCHEMA)

    def tell(name: str, *values: str, language: str = "") -> None:
        for value in values:
            if value:
                child = add(root, DC, name, value)
                if language:
                    child.set(XML_LANG, language)

    tell("title", told.title, language=told.language)
    tell("creator", *told.authors)
    tell("subject", told.discipline[1], language="fr")
    tell("subject", told.theme, *told.keywords, language=told.language)
    tell("description", told.abstract, language=told.language)
    tell("publisher", "Candyce")
    tell("date", told.updated_at.date().isoformat())
    tell("type", "InteractiveResource", told.kind[1])
    tell("format", "application/x-ipynb+json")
    tell("identifier", told.url, f"https://doi.org/{told.doi}" if told.doi else "")
    tell("source", told.based_on)
    tell("language", told.language)
    tell("coverage", *(name for _value, name in told.levels))
    tell("rights", told.licence_name, told.licence_link)
    return root
