"""What the demonstration's teachers teach and did in the library, so that there is something to advise."""

from __future__ import annotations

from django.db import transaction

from candyce.accounts.demo import DemoSchool
from candyce.library.advice.tasks import advise
from candyce.library.models import Reader, Resource, Use

# By the teacher's place in the school's list: disciplines, levels.
TEACHES = (
    (["nsi", "mathematiques", "snt"], ["seconde", "premiere", "terminale"]),
    (["physique-chimie", "snt"], ["seconde", "terminale"]),
    (["francais", "histoire-geographie", "snt"], ["seconde", "premiere"]),
)
# What they did; three people used the same lessons of SNT, which is the least of which anything is said.
USES = (
    (("interroger-un-fichier-csv", "given"), ("snt-web-page-lien-moteur", "given"),
     ("snt-internet-paquets-et-routes", "opened"), ("nsi-tables-festival", "given"),
     ("nsi-dictionnaires-code-secret", "kept"), ("fluctuation-echantillonnage", "opened")),
    (("interroger-un-fichier-csv", "opened"), ("snt-web-page-lien-moteur", "given"),
     ("chute-avec-frottements", "given"), ("snt-internet-paquets-et-routes", "given")),
    (("interroger-un-fichier-csv", "given"), ("snt-web-page-lien-moteur", "opened"),
     ("lexique-des-fleurs-du-mal", "given"), ("snt-internet-paquets-et-routes", "opened")),
)  # fmt: skip


def load_demo_uses(school: DemoSchool) -> None:
    """Once: who decided something since then is left alone. The worker learns from it as in the night."""
    if Reader.objects.filter(user__in=school.teachers).exists():
        return
    there = set(Resource.objects.values_list("pk", flat=True))
    with transaction.atomic():
        for teacher, (disciplines, levels), uses in zip(
            school.teachers, TEACHES, USES, strict=True
        ):
            Reader.objects.create(user=teacher, disciplines=disciplines, levels=levels)
            for slug, verb in uses:
                if slug in there:
                    Use.objects.get_or_create(user=teacher, resource_id=slug, verb=verb)
        transaction.on_commit(advise.enqueue)
