"""An administrator's first hour: a table of people, wrong then right; cards; a class made by hand; a pupil who signs in."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, Site, take_picture

HEADERS = "nom;prénom;rôle;classe;courriel;numéro"
GOOD = [
    "ARNAUD;Élise;élève;1re HLP;;7001",
    "Bâ;Moussa;élève;1re HLP;;7002",
    "Costa;Inês;élève;1re HLP;;7003",
    "D’Angelo;Mattéo;élève;1re HLP;;7004",
    "Rivière;Anne;professeur;1re HLP|2de 1;anne.riviere@lycee.example;",
]
WRONG = [
    GOOD[0],
    "Bâ;;élève;1re HLP;;7002",
    "Costa;Inês;délégué;1re HLP;;7003",
    "D’Angelo;Mattéo;élève;1re HLP;;7001",
]


def choose_file(page: Page, name: str, lines: list[str]) -> None:
    """Send a table as a French spreadsheet saves it: semicolons, Windows encoding."""
    table = "\r\n".join([HEADERS, *lines]) + "\r\n"
    page.locator("#id_file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": table.encode("cp1252")}
    )
    page.get_by_role("button", name="Montrer ce qui changerait").click()


def import_people(admin: Page) -> None:
    """First with errors, which change nothing; then corrected, looked at, confirmed."""
    admin.goto("/admin/import/")
    take_picture(admin, "import")
    choose_file(admin, "rentree.csv", WRONG)
    errors = admin.get_by_role("table", name="Erreurs")
    expect(errors.locator("tbody tr")).to_have_count(3)
    expect(errors).to_contain_text("prénom")
    expect(admin.get_by_role("button", name="Importer maintenant")).to_have_count(0)
    take_picture(admin, "import-erreurs")
    admin.goto("/admin/people/?q=arnaud")
    expect(admin.get_by_role("row", name=re.compile("Élise"))).to_have_count(0)

    admin.goto("/admin/import/")
    choose_file(admin, "rentree-corrigee.csv", GOOD)
    changes = admin.get_by_role("table", name="Changements")
    expect(changes.locator("tbody tr")).to_have_count(5)
    expect(changes).to_contain_text("elise.arnaud")
    take_picture(admin, "import-apercu")
    admin.get_by_role("button", name="Importer maintenant").click()
    expect(admin.get_by_role("heading", name="Le fichier est importé")).to_be_visible()


def print_cards(admin: Page) -> str:
    """Cards of the new class; returns the first pupil's one-time password."""
    admin.get_by_role("link", name="1re HLP").click()
    expect(admin.get_by_role("checkbox", checked=True)).to_have_count(4)
    admin.get_by_role("button", name="Préparer les cartes").click()
    card = admin.locator(".id-card", has_text="Élise Arnaud")
    expect(card).to_contain_text("elise.arnaud")
    take_picture(admin, "cartes")
    return card.locator("code").nth(1).inner_text()


def test_import_cards_and_first_sign_in(site: Site, new_person: NewPerson) -> None:
    admin = new_person("sophie.renard")
    take_picture(admin, "accueil-administration")
    import_people(admin)
    password = print_cards(admin)

    # The card works once: the page that follows asks for a password of one's own.
    pupil = new_person()
    for secret, own in ((password, "un bateau sur la Loire"), ("un bateau sur la Loire", None)):
        pupil.goto("/sign-in/")
        pupil.locator("#id_username").fill("Elise.Arnaud")
        pupil.locator("#id_password").fill(secret)
        pupil.get_by_role("button", name="Se connecter").first.click()
        if own is not None:
            expect(pupil).to_have_url(re.compile("/preferences/password/"))
            for field in pupil.locator("main input[type=password]").all():
                field.fill(own)
            pupil.locator("main form button[type=submit]").first.click()
        expect(pupil.get_by_role("heading", level=1)).to_have_text("Bonjour Élise")
        pupil.context.clear_cookies()


def test_class_made_by_hand(site: Site, new_person: NewPerson) -> None:
    admin = new_person("sophie.renard")
    admin.goto("/admin/classes/")
    admin.get_by_role("link", name="Nouvelle classe").click()
    admin.get_by_label("Nom de la classe").fill("Club de robotique")
    admin.get_by_role("button", name="Enregistrer").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Club de robotique")
    for person, role in (("Inès Moreau", "élève"), ("Marc Lefèvre", "professeur")):
        admin.get_by_label("Nom, identifiant ou numéro").fill(person.split()[1])
        admin.get_by_role("button", name="Rechercher").click()
        admin.get_by_role("button", name=f"Ajouter {person} ({role})").click()
        expect(admin.locator("main")).to_contain_text(f"{person} est dans la classe")
    take_picture(admin, "classe")

    # A teacher of the class finds it among his own at once.
    teacher = new_person("marc.lefevre")
    expect(teacher.get_by_role("region", name="Mes classes")).to_contain_text("Club de robotique")
