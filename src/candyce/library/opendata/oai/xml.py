"""Making XML with the standard library: elements by namespace, text cleaned, attributes escaped by it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from candyce.library.opendata.cleaning import clean

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_ID = "http://www.openarchives.org/OAI/2.0/oai-identifier"
DC = "http://purl.org/dc/elements/1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LOM = "http://ltsc.ieee.org/xsd/LOM"
LOMFR = "http://www.lom-fr.fr/xsd/LOMFR"
SCOLOMFR = "http://www.lom-fr.fr/xsd/SCOLOMFR"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
for _prefix, _uri in (
    ("oai_dc", OAI_DC), ("dc", DC), ("xsi", XSI), ("lom", LOM), ("lomfr", LOMFR),
    ("scolomfr", SCOLOMFR), ("oai", OAI), ("oai-identifier", OAI_ID),
):  # fmt: skip
    ET.register_namespace(_prefix, _uri)

Element = ET.Element


def add(
    parent: Element, namespace: str, name: str, text: object = "", **attributes: str
) -> Element:
    """A child; ``text`` and the attributes are whatever people typed."""
    values = {key: clean(value) for key, value in attributes.items()}
    child = ET.SubElement(parent, f"{{{namespace}}}{name}", values)
    if text != "":
        child.text = clean(text)
    return child


def make_root(namespace: str, name: str, schema: str) -> Element:
    """``schema``: the address of the XML schema of the namespace."""
    root = ET.Element(f"{{{namespace}}}{name}")
    root.set(f"{{{XSI}}}schemaLocation", f"{namespace} {schema}")
    return root


def write(root: Element) -> bytes:
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
