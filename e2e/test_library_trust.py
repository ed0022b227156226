"""A teacher judges a resource, its author answers, an inspector recommends it, a pupil reports, a moderator decides."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, take_picture
from e2e.looks import get_overflow, get_violations

ADAPTED = "/library/interroger-un-fichier-csv-une-seance/"


def check_looks(page: Page) -> None:
    assert get_violations(page) == []
    assert get_overflow(page) == 0


def test_a_resource_is_judged_recommended_reported_and_decided_about(
    new_person: NewPerson,
) -> None:
    # The teacher reads who vouches for it and where it comes from, then rates it with the keyboard alone.
    teacher = new_person("helene.dubois")
    teacher.goto(ADAPTED)
    provenance = teacher.locator("#provenance")
    expect(provenance.get_by_role("link", name="Les données structurées")).to_be_visible()
    expect(provenance).to_contain_text("CC BY 4.0")
    expect(teacher.locator("#reviews")).to_contain_text("Marc Lefèvre")
    check_looks(teacher)
    teacher.locator("#reviews").scroll_into_view_if_needed()
    take_picture(teacher, "ressource-avis")
    teacher.locator("#reviews .cluster").first.get_by_role("link", name="Modifier mon avis").focus()
    teacher.keyboard.press("Enter")
    expect(teacher.get_by_role("heading", level=1)).to_have_text("Mon avis")
    check_looks(teacher)
    works = teacher.get_by_role("group", name="Utilisable telle quelle")
    works.get_by_role("radio", name="Plutôt").focus()
    teacher.keyboard.press("ArrowRight")
    expect(works.get_by_role("radio", name="Tout à fait")).to_be_checked()
    teacher.get_by_label("Votre commentaire").fill("Donnée **deux fois** : rien à changer.")
    teacher.get_by_role("button", name="Publier mon avis").press("Enter")
    expect(teacher.locator("#reviews strong")).to_contain_text(["deux fois"])

    # Its author answers.
    author = new_person("nadia.benali")
    author.goto(ADAPTED)
    author.get_by_role("link", name="Répondre Hélène Dubois").click()
    author.get_by_label("Votre réponse").fill("Merci ! Je garde donc la séance ainsi.")
    author.get_by_role("button", name="Publier la réponse").click()
    expect(author.locator(".opinion:target")).to_contain_text("Je garde donc la séance ainsi.")

    # She reads what changed between the two editions.
    author.goto(f"{ADAPTED}history/")
    author.get_by_role("link", name="Voir ce qui a changé").click()
    expect(author.locator(".diff-added")).to_contain_text("Un coup de pouce")
    check_looks(author)

    # The inspector recommends it in his academy's name.
    inspector = new_person("philippe.garnier")
    inspector.goto(ADAPTED)
    inspector.get_by_role("link", name="La recommander").click()
    inspector.get_by_label("Au nom de").select_option(label="Académie de démonstration")
    inspector.get_by_label("Intitulé").fill("Recommandée en SNT")
    inspector.get_by_label("Raison").fill("Tient dans l'heure, et les élèves réussissent.")
    check_looks(inspector)
    take_picture(inspector, "recommander")
    inspector.get_by_role("button", name="Recommander").click()
    expect(inspector.locator("#endorsements")).to_contain_text("Recommandée en SNT")

    # A pupil, on a phone in the dark, reports a mistake in another lesson.
    pupil = new_person("bilal.simon", width=360, height=720, dark=True)
    pupil.goto("/library/fabriquer-un-son/")
    expect(pupil.locator("#reviews")).not_to_contain_text("Nadia Benali")
    check_looks(pupil)
    pupil.get_by_role("link", name="Signaler un problème sur cette ressource").click()
    pupil.get_by_label("Elle contient une erreur").check()
    pupil.get_by_label("Où, et quoi ?").fill("La fréquence du la est fausse dans l'exercice 2.")
    check_looks(pupil)
    pupil.get_by_role("button", name="Envoyer le signalement").click()
    expect(pupil.get_by_role("status")).to_contain_text("un modérateur lira")

    # The moderator reads both pupils' reports and decides.
    moderator = new_person("sophie.renard")
    moderator.get_by_role("link", name="Signalements de la bibliothèque").click()
    check_looks(moderator)
    moderator.get_by_role("link", name="Fabriquer un son").click()
    matter = moderator.get_by_role("region", name="Sur la ressource")
    expect(matter).to_contain_text("La fréquence du la")
    expect(matter).to_contain_text("Inès Moreau")
    check_looks(moderator)
    take_picture(moderator, "signalement")
    matter.get_by_label("corrigé par les auteurs").check()
    matter.get_by_label("Ce que vous en dites").fill("Merci : l'exercice 2 dit maintenant 440 Hz.")
    matter.get_by_role("button", name="Décider").click()
    log = moderator.get_by_role("region", name="Journal")
    expect(log).to_contain_text("l'exercice 2 dit maintenant 440 Hz")
    expect(moderator.get_by_role("button", name="Décider")).to_have_count(0)

    # The pupil reads the answer on the home page.
    pupil.goto("/")
    expect(pupil.locator("main")).to_contain_text("l'exercice 2 dit maintenant 440 Hz")
