"""Archives of strangers: imported whole and right, or not at all."""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candyce.lib.errors import CandyceError, TooLarge
from candyce.projects import archives, imports
from candyce.projects.actions import create_project
from candyce.projects.archives import InvalidArchive, read_archive
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project
from candyce.projects.notebooks import InvalidNotebook, make_notebook, write_notebook
from candyce.projects.paths import Exists, InvalidName, Names, check_path


def make_zip(files, *, compression=zipfile.ZIP_DEFLATED):
    """``files``: name or ZipInfo -> content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def unpack(data):
    return dict(read_archive(io.BytesIO(data)))


def test_files_come_out_as_they_went_in():
    files = {"a.txt": b"1", "data/été 😀.csv": b"2", "data/empty/": b""}
    assert unpack(make_zip(files)) == files


def test_one_folder_around_everything_is_taken_off():
    assert set(unpack(make_zip({"p/": b"", "p/a": b"1", "p/d/b": b"2"}))) == {"a", "d/b"}
    assert set(unpack(make_zip({"p/a": b"1", "b": b"2"}))) == {"p/a", "b"}


def test_litter_is_left_out():
    litter = [
        "__MACOSX/._a",
        "x/.DS_Store",
        "._a",
        "x/.ipynb_checkpoints/a.ipynb",
        "Thumbs.db",
        ".git/config",
    ]
    files = dict.fromkeys(litter, b"junk") | {"a": b"1"}
    assert unpack(make_zip(files)) == {"a": b"1"}


OUTSIDE = [
    "../a",
    "a/../../b",
    "/etc/passwd",
    "..\\a",
    "\\\\server\\a",
    "C:\\a",
    "C:a",
    "a/..",
    "//x",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_names_that_leave_the_archive_are_refused(name):
    with pytest.raises(InvalidArchive):
        unpack(make_zip({"ok.txt": b"1", name: b"2"}))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(kind):
    info = zipfile.ZipInfo("link")
    info.external_attr = (kind | 0o777) << 16
    with pytest.raises(InvalidArchive):
        unpack(make_zip({info: b"/etc/passwd"}))


def test_names_that_collide_are_numbered_and_odd_ones_mended():
    files = {"A.txt": b"1", "a.txt": b"2", "q?.txt": b"3", "d/con.txt": b"4", "x ": b"5"}
    assert unpack(make_zip(files)) == {
        "A.txt": b"1", "a (2).txt": b"2", "q_.txt": b"3", "d/_con.txt": b"4", "x": b"5"
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "cp850", "cp1252"])
def test_names_of_old_programs_are_read_as_french(encoding):
    name = "Été à la mer.txt"
    raw = name.encode(encoding)
    placeholder = "x" * len(raw)
    data = make_zip({placeholder: b"1"}).replace(placeholder.encode(), raw)
    assert unpack(data) == {name: b"1"}


def test_a_file_and_a_folder_of_one_name_are_refused_typed():
    with pytest.raises((Exists, InvalidArchive)):
        unpack(make_zip({"a": b"1", "a/b": b"2", "c": b"3"}))


# --- bombs ---------------------------------------------------------------------------------------


def test_a_bomb_is_stopped_by_what_really_comes_out(settings):
    data = make_zip({"zeros": b"\0" * 6_000_000, "a": b"1"})
    with pytest.raises(InvalidArchive):
        unpack(data)
    settings.FILE_LIMIT = 1_000_000
    with pytest.raises(TooLarge):
        unpack(data)


def test_a_bomb_that_lies_about_its_size_is_stopped(settings):
    settings.FILE_LIMIT = 1_000_000
    noise = random.Random(1).randbytes(100_000) * 30
    data = make_zip({"zeros": noise}).replace(struct.pack("<L", len(noise)), struct.pack("<L", 10))
    with pytest.raises((TooLarge, InvalidArchive)):
        unpack(data)


def test_many_files_together_fill_the_project_not_the_memory(settings):
    settings.PROJECT_QUOTA = 1_000_000
    files = {f"f{n}": random.Random(n).randbytes(300_000) for n in range(5)}
    with pytest.raises(TooLarge):
        unpack(make_zip(files))


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(archives, "FILE_COUNT_LIMIT", 10)
    with pytest.raises(TooLarge):
        unpack(make_zip({f"f{n}": b"" for n in range(11)}))


def test_a_huge_directory_is_refused_before_it_is_read(monkeypatch):
    data = make_zip({f"f{n}": b"" for n in range(20)})
    monkeypatch.setattr(archives, "DIRECTORY_LIMIT", 500)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(TooLarge):
        unpack(data)


def test_files_that_overlap_in_the_archive_do_not_multiply(settings):
    """A quoted-overlap bomb: many names on one stored content (D. Fifield, USENIX WOOT 2019)."""
    settings.PROJECT_QUOTA = 3_000_000
    data = bytearray(make_zip({"a": random.Random(1).randbytes(1_000_000)}))
    directory = data.rfind(b"PK\x01\x02")
    entry, end = (
        bytes(data[directory : data.rfind(b"PK\x05\x06")]),
        data[data.rfind(b"PK\x05\x06") :],
    )
    entries = b"".join(entry[:-1] + bytes([97 + n]) for n in range(20))
    struct.pack_into("<HHL", end, 8, 20, 20, len(entries))
    with pytest.raises((TooLarge, InvalidArchive)):
        unpack(bytes(data[:directory]) + entries + bytes(end))


def encrypted():
    data = bytearray(make_zip({"a": b"1"}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(magic) + offset] |= 1
    return bytes(data)


def damaged():
    data = bytearray(make_zip({"a": random.Random(1).randbytes(5000)}))
    data[2000] ^= 255
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"PK\x05\x06" + b"\0" * 18,
        b"PK\x05\x06" + b"\xff" * 18,
        b"not a zip at all",
        make_zip({"folder/": b""}),
        make_zip({"__MACOSX/a": b""}),
        make_zip({"a": b"1" * 1000})[:-30],
        make_zip({"a": b"1"}, compression=zipfile.ZIP_LZMA),
        make_zip({"a": b"1"}, compression=zipfile.ZIP_BZIP2),
        encrypted(),
        damaged(),
    ],
    # archives hold the time they were made at: their bytes are no name for a test
    ids=lambda data: f"{len(data)}-bytes",
)
def test_damaged_or_useless_archives_are_refused_typed(data):
    with pytest.raises((InvalidArchive, TooLarge)) as caught:
        unpack(data)
    assert str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_archive_with_bytes_changed_never_breaks_the_house(data):
    archive = bytearray(make_zip({"a.txt": b"hello" * 20, "d/b": b"x"}))
    for _ in range(data.draw(st.integers(1, 6))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    try:
        files = unpack(bytes(archive))
    except CandyceError:
        return
    for path in files:
        assert check_path(path.removesuffix("/"))


# --- whole projects ------------------------------------------------------------------------------


def import_bytes(data, user, name="p.zip"):
    return imports.import_file(io.BytesIO(data), name, len(data), acting_user=user)


def test_a_zip_with_one_bad_notebook_imports_nothing(school):
    files = {"a.txt": b"1", "good.ipynb": write_notebook(make_notebook("x")), "bad.ipynb": b"{"}
    with pytest.raises(InvalidNotebook):
        import_bytes(make_zip(files), school.bob)
    assert not Project.objects.exists()


def test_notebooks_of_a_zip_are_cleaned(school):
    notebook = make_notebook("x")
    notebook["cells"][0]["metadata"]["trusted"] = True
    project = import_bytes(
        make_zip({"x/N.IPYNB": json.dumps(notebook).encode(), "y": b""}), school.bob
    )
    assert b"trusted" not in read_blob(project.tree["x/N.IPYNB"][0])


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.text("aé😀 /.x", min_size=1, max_size=12), st.binary(max_size=20), min_size=1
    )
)
def test_export_and_import_give_the_same_project(school, files):
    names, honest = Names(), {}
    for text, data in files.items():
        try:
            path = check_path(text)
        except InvalidName:
            continue
        if names.is_free(path):
            names.add(path)
            honest[path] = data
    if not honest:
        return
    project = create_project(acting_user=school.bob, title="é/x", files=honest)
    name, data = imports.export_project(project)
    again = import_bytes(data, school.bob, name)
    assert {path: entry[:2] for path, entry in again.tree.items()} == {
        path: entry[:2] for path, entry in project.tree.items()
    }
    Project.objects.all().delete()


def test_an_upload_over_the_limit_is_refused_unread(school, settings):
    settings.UPLOAD_LIMIT = 10
    with pytest.raises(TooLarge):
        imports.import_file(None, "a.zip", 11, acting_user=school.bob)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("C:\\Users\\x\\Mon cours.ipynb", "Mon cours.ipynb"),
        ("../../etc/x.ipynb", "x.ipynb"),
        ("Pourquoi ?.ipynb", "Pourquoi _.ipynb"),
        ("x" * 400 + ".ipynb", None),
        ("con.ipynb", "_con.ipynb"),
        ("a.ipynb.json", "a.ipynb"),
        (".ipynb", ".ipynb"),
        ("data.json", "data.ipynb"),
    ],
)
def test_uploads_keep_their_name_as_far_as_it_may_stand(school, name, expected):
    data = write_notebook(make_notebook("x"))
    project = import_bytes(data, school.bob, name)
    assert check_path(project.main_path)
    assert expected is None or project.main_path == expected
