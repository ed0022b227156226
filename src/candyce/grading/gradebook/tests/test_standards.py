"""The gradebook in the formats of others: ODS, OneRoster."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from candyce.grading.gradebook import actions, oneroster
from candyce.grading.gradebook.export import make_rows, make_spreadsheet
from candyce.grading.gradebook.ods import Sheet, make_ods
from candyce.grading.gradebook.tests.conftest import find, get_book
from candyce.grading.gradebook.words import Given

NS = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


# --- ODS ----------------------------------------------------------------------------------------


def open_ods(data: bytes) -> tuple[zipfile.ZipFile, ET.Element]:
    package = zipfile.ZipFile(io.BytesIO(data))
    return package, ET.fromstring(package.read("content.xml"))


def test_spreadsheet_is_a_package_of_open_document(room):
    data = make_spreadsheet(get_book(room))
    package, content = open_ods(data)
    first = package.infolist()[0]
    # Part 2, 3.3: found at byte 38, without an extra field or compression.
    assert (first.filename, first.compress_type, first.extra) == (
        "mimetype",
        zipfile.ZIP_STORED,
        b"",
    )
    assert data[30:38] == b"mimetype"
    assert data[38:].startswith(b"application/vnd.oasis.opendocument.spreadsheet")
    manifest = ET.fromstring(package.read("META-INF/manifest.xml"))
    listed = {
        one.attrib[next(k for k in one.attrib if k.endswith("full-path"))] for one in manifest
    }
    assert listed == {"/", "content.xml"}
    assert package.testzip() is None
    rows = content.findall(".//table:table-row", NS)
    expected = make_rows(get_book(room))
    assert len(rows) == len(expected)
    for row, values in zip(rows, expected, strict=True):
        assert len(row) == len(values)
        for cell, value in zip(row, values, strict=True):
            kind = cell.get(f"{{{NS['office']}}}value-type")
            if isinstance(value, Decimal):
                assert (kind, Decimal(cell.get(f"{{{NS['office']}}}value"))) == ("float", value)
            else:
                assert kind == ("string" if value else None)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5), st.text(min_size=1))
def test_spreadsheet_holds_any_text_and_no_formula(values, title):
    package, content = open_ods(
        make_ods([Sheet(title, [["=1+1", *values, Decimal("1.50"), None]])])
    )
    assert b"formula" not in package.read("content.xml").replace(
        title.encode("utf-8", "ignore"), b""
    )
    assert len(content.findall(".//table:table-cell", NS)) == len(values) + 3


# --- OneRoster ----------------------------------------------------------------------------------


def test_oneroster_has_the_binding_s_files_and_fields(room):
    school_class = room.school.school_class
    actions.set_periods(
        school_class,
        [("T1", date(2026, 9, 1), date(2026, 11, 30))],
        acting_user=room.people["alice"],
    )
    room.people["chloe"].identifier = "INE-42"
    room.people["chloe"].save()
    package = zipfile.ZipFile(io.BytesIO(oneroster.make_oneroster(get_book(room))))
    tables = {
        name.removesuffix(".csv"): list(
            csv.DictReader(io.StringIO(package.read(name).decode(), newline=""))
        )
        for name in package.namelist()
    }
    assert set(tables) == {"manifest", "academicSessions", "categories", "lineItems", "results"}
    modes = {one["propertyName"]: one["value"] for one in tables["manifest"]}
    assert (modes["manifest.version"], modes["oneroster.version"]) == ("1.0", "1.2")
    assert {name for name, mode in modes.items() if mode == "bulk"} == {
        f"file.{name}" for name in tables if name != "manifest"
    }
    assert tuple(tables["lineItems"][0]) == oneroster.LINE_ITEMS
    assert tuple(tables["results"][0]) == oneroster.RESULTS
    ids = {
        name: {one["sourcedId"] for one in rows}
        for name, rows in tables.items()
        if name != "manifest"
    }
    oral = next(one for one in tables["lineItems"] if one["title"] == "Oral")
    assert (oral["resultValueMin"], oral["resultValueMax"], oral["dueDate"]) == (
        "0",
        "10.00",
        "2026-11-03",
    )
    session = next(one for one in tables["academicSessions"] if one["title"] == "T1")
    assert oral["academicSessionSourcedId"] == session["sourcedId"]
    assert {one["categorySourcedId"] for one in tables["lineItems"]} == ids["categories"]
    assert all(one["lineItemSourcedId"] in ids["lineItems"] for one in tables["results"])
    results = {
        one["studentSourcedId"]: (one["scoreStatus"], one["score"]) for one in tables["results"]
    }
    assert results == {
        str(room.people["bob"].pk): ("fully graded", "7.50"),
        "INE-42": ("exempt", ""),
    }
    again = zipfile.ZipFile(io.BytesIO(oneroster.make_oneroster(get_book(room))))
    assert again.read("results.csv") == package.read("results.csv")


def test_oneroster_says_what_was_not_handed_in(room):
    book = get_book(room)
    cell = find(book, "chloe", "Les triangles")
    actions.set_cell(cell, Given(state="missing"), seen="", acting_user=room.people["alice"])
    package = zipfile.ZipFile(io.BytesIO(oneroster.make_oneroster(get_book(room))))
    rows = csv.DictReader(io.StringIO(package.read("results.csv").decode(), newline=""))
    missing = [one for one in rows if one["missing"] == "true"]
    assert [(one["scoreStatus"], one["score"]) for one in missing] == [("not submitted", "0")]
