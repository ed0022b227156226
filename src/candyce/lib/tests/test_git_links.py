import pytest

from candyce.lib.git_links import Link, parse_link, split_ref

GITHUB = "https://github.com/ada/cours"
BINDER = "https://mybinder.org/v2/gh/ada/env"
FORGE = "https://forge.apps.education.fr/groupe/sous-groupe/cours"
PULL = (
    "https://hub.example.org/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fada%2Fcours"
)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (GITHUB, Link(GITHUB)),
        (f" {GITHUB}/\n", Link(GITHUB)),
        ("github.com/ada/cours", Link(GITHUB)),
        ("git@github.com:ada/cours.git", Link(f"{GITHUB}.git")),
        (f"{GITHUB}.git", Link(f"{GITHUB}.git")),
        (f"{GITHUB}/tree/main/seconde/SNT%20web", Link(GITHUB, "main", "seconde/SNT web")),
        (f"{GITHUB}/blob/v1/a.ipynb?plain=1#L3", Link(GITHUB, "v1", "a.ipynb")),
        (f"{GITHUB}/tree/feature/x/a/b", Link(GITHUB, "feature/x", "a/b")),
        (f"{FORGE}/-/tree/main/tp?ref_type=heads", Link(FORGE, "main", "tp")),
        (FORGE, Link(FORGE)),
        (
            "https://codeberg.org/ada/cours/src/branch/main/tp",
            Link("https://codeberg.org/ada/cours", "main", "tp"),
        ),
        (
            f"{PULL}&branch=main&urlpath=lab%2Ftree%2Fcours%2Ftp%2Fa.ipynb",
            Link(GITHUB, "main", "tp/a.ipynb"),
        ),
        (f"{PULL}&urlpath=tree%2Fcours%2F", Link(GITHUB)),
        (f"{PULL}&branch=feature/x&subPath=tp/un", Link(GITHUB, "feature/x", "tp/un")),
        (f"{PULL}&targetPath=chez/moi&urlpath=tree/chez/moi/tp", Link(GITHUB, "", "tp")),
        (f"{PULL}&urlpath=rstudio/", Link(GITHUB)),
        (
            "https://mybinder.org/v2/gh/ada/cours/main?labpath=tp%2Fa.ipynb",
            Link(GITHUB, "main", "tp/a.ipynb"),
        ),
        (
            f"{BINDER}/HEAD?urlpath=git-pull%3Frepo%3Dgithub.com%252Fada%252Fcours%26branch%3Dmain",
            Link(GITHUB, "main"),
        ),
        (
            "https://nbviewer.org/github/ada/cours/blob/main/a.ipynb",
            Link(GITHUB, "main", "a.ipynb"),
        ),
    ],
)
def test_a_link_of_each_kind_names_its_place(text, link):
    found = parse_link(text)

    assert found is not None
    assert split_ref(found, {"main", "feature/x", "v1"}) == link


@pytest.mark.parametrize(
    "text", ["", "cours", "ftp://x/y", "javascript:alert(1)", "https://", "http://[", PULL[:60]]
)
def test_what_is_no_address_is_none_or_a_plain_one(text):
    found = parse_link(text)

    assert found is None or found.path == ""


def test_links_in_links_end():
    text = GITHUB
    for _ in range(9):
        from urllib.parse import quote

        text = f"https://x.org/git-pull?repo={quote(text, safe='')}"

    assert parse_link(text) is not None
