"""Generated resources for measuring searches. What they assume:

- A vocabulary of 40,000 words: 330 of French and English lessons first, then made of syllables, 3 to 12 letters;
  the n-th word is said in proportion to 1 / (n + 2.7) (Zipf-Mandelbrot), in every part alike.
- Title 4 to 8 words, keywords 3 to 6, objectives 8 to 16, abstract 20 to 40, text and code of the notebooks 40 to
  80 different words. (A real notebook has more; what it adds is mostly said already.)
- Disciplines, kinds, packages, licences, themes: a few frequent, many rare (index = n x u^2, u uniform). One or
  two levels. 60 themes, 40 packages (0 to 3 each), 8 licences. Six of ten verified, 2 of 100 recommended.
- Visibility: 75 % everyone, 20 % all teachers, 4 % one of 2,000 schools, 1 % the author (of 20,000) alone.
- Queries: one to three words drawn as the text is, but without the 40 most frequent (nobody looks for those), typed
  letter by letter: each keystroke is a query, with what was typed so far. One in eight has a misprint (two letters
  exchanged), one in eight a choice of discipline and level made before, one in sixteen a synonym. The reader is a
  teacher of one school.
"""

from __future__ import annotations

import bisect
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WORDS = [
    "élève",
    "fonction",
    "nombre",
    "boucle",
    "variable",
    "liste",
    "algorithme",
    "donnée",
    "programme",
    "valeur",
    "graphique",
    "mesure",
    "calcul",
    "exercice",
    "courbe",
    "modèle",
    "image",
    "tableau",
    "réseau",
    "texte",
    "probabilité",
    "suite",
    "équation",
    "vecteur",
    "énergie",
    "force",
    "vitesse",
    "population",
    "tri",
    "recherche",
    "arbre",
    "graphe",
    "pile",
    "file",
    "dictionnaire",
    "chaîne",
    "caractère",
    "binaire",
    "octet",
    "fichier",
    "table",
    "requête",
    "base",
    "page",
    "serveur",
    "protocole",
    "adresse",
    "paquet",
    "route",
    "carte",
    "position",
    "satellite",
    "capteur",
    "photographie",
    "pixel",
    "couleur",
    "filtre",
    "son",
    "fréquence",
    "note",
    "gamme",
    "rythme",
    "poème",
    "vers",
    "rime",
    "mot",
    "phrase",
    "langue",
    "récit",
    "histoire",
    "siècle",
    "guerre",
    "révolution",
    "république",
    "empire",
    "ville",
    "territoire",
    "climat",
    "température",
    "océan",
    "atmosphère",
    "carbone",
    "sol",
    "plante",
    "cellule",
    "gène",
    "protéine",
    "évolution",
    "espèce",
    "écosystème",
    "planète",
    "étoile",
    "lumière",
    "onde",
    "lentille",
    "circuit",
    "tension",
    "courant",
    "résistance",
    "atome",
    "molécule",
    "réaction",
    "acide",
    "solution",
    "masse",
    "volume",
    "pression",
    "gaz",
    "liquide",
    "solide",
    "mouvement",
    "chute",
    "pendule",
    "ressort",
    "dérivée",
    "intégrale",
    "limite",
    "continuité",
    "tangente",
    "exponentielle",
    "logarithme",
    "trigonométrie",
    "cercle",
    "triangle",
    "angle",
    "périmètre",
    "aire",
    "cube",
    "sphère",
    "symétrie",
    "rotation",
    "translation",
    "homothétie",
    "fraction",
    "décimal",
    "entier",
    "premier",
    "diviseur",
    "multiple",
    "proportion",
    "pourcentage",
    "moyenne",
    "médiane",
    "écart",
    "histogramme",
    "échantillon",
    "sondage",
    "hasard",
    "simulation",
    "expérience",
    "hypothèse",
    "démonstration",
    "théorème",
    "preuve",
    "contradiction",
    "récurrence",
    "matrice",
    "complexe",
    "polynôme",
    "racine",
    "signe",
    "variation",
    "maximum",
    "minimum",
    "optimisation",
    "marché",
    "offre",
    "demande",
    "prix",
    "coût",
    "salaire",
    "chômage",
    "croissance",
    "inégalité",
    "impôt",
    "budget",
    "monnaie",
    "banque",
    "entreprise",
    "commerce",
    "mondialisation",
    "frontière",
    "migration",
    "lesson",
    "loop",
    "list",
    "string",
    "array",
    "function",
    "class",
    "object",
    "method",
    "number",
    "graph",
    "tree",
    "sort",
    "search",
    "data",
    "model",
    "test",
    "value",
    "print",
    "range",
    "return",
    "import",
    "while",
    "for",
    "numpy",
    "pandas",
    "matplotlib",
    "plot",
    "def",
    "true",
    "false",
    "none",
]
SYLLABLES = [
    "ba",
    "co",
    "di",
    "fo",
    "gra",
    "li",
    "ma",
    "no",
    "pe",
    "qui",
    "ra",
    "se",
    "ti",
    "tion",
    "tra",
    "va",
    "al",
    "en",
    "re",
    "pro",
    "fon",
    "de",
    "ment",
    "eur",
    "gue",
    "ric",
    "mi",
    "lu",
    "pi",
]
VOCABULARY, SKIPPED = 40_000, 40
DISCIPLINES = [
    "mathematiques",
    "nsi",
    "snt",
    "physique-chimie",
    "svt",
    "histoire-geographie",
    "ses",
    "francais",
    "anglais",
    "arts",
    "musique",
]
LEVELS = ["seconde", "premiere", "terminale", "troisieme", "quatrieme", "cinquieme", "sixieme"]
KINDS = ["lesson", "exercise", "project", "assessment"]
LICENCES = [
    f"CC-{name}"
    for name in [
        "BY-4.0",
        "BY-SA-4.0",
        "0",
        "BY-NC-4.0",
        "BY-NC-SA-4.0",
        "BY-ND-4.0",
        "BY-NC-ND-4.0",
        "PDM",
    ]
]
START = datetime(2021, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """A generated resource; ``school`` and ``author`` are numbers, ``visibility`` as in the model."""

    slug: str
    title: str
    keywords: str
    objectives: str
    abstract: str
    content: str
    values: dict[str, list[str]]
    visibility: str
    school: int
    author: int
    published_at: datetime


class Maker:
    """The same resources and queries for the same seed."""

    def __init__(self, seed: int = 5) -> None:
        self.random = random.Random(seed)
        words = dict.fromkeys(WORDS)
        while len(words) < VOCABULARY:
            word = "".join(self.random.choices(SYLLABLES, k=self.random.randint(2, 5)))
            words[word[:12]] = None
        self.words = list(words)
        self.shares = list(itertools.accumulate(1 / (n + 2.7) for n in range(VOCABULARY)))

    def pick(self, low: int, high: int) -> str:
        return " ".join(
            self.random.choices(
                self.words, cum_weights=self.shares, k=self.random.randint(low, high)
            )
        )

    def _skewed(self, names: list[str]) -> str:
        return names[int(len(names) * self.random.random() ** 2)]

    def make_resources(self, count: int) -> Iterator[Made]:
        themes = [f"Thème {n}" for n in range(60)]
        packages = [f"package{n}" for n in range(40)]
        for n in range(count):
            share = self.random.random()
            values = {
                "discipline": [self._skewed(DISCIPLINES)],
                "level": sorted({self._skewed(LEVELS) for _ in range(self.random.randint(1, 2))}),
                "kind": [self._skewed(KINDS)],
                "duration": [self._skewed(["60", "120", "30", "more"])],
                "mark": [
                    name
                    for name, part in (("offline", 0.9), ("verified", 0.6), ("recommended", 0.02))
                    if self.random.random() < part
                ],
                "theme": [self._skewed(themes)],
                "language": ["fr" if self.random.random() < 0.85 else "en"],
                "kernel": ["python"],
                "package": sorted(
                    {self._skewed(packages) for _ in range(self.random.randint(0, 3))}
                ),
                "licence": [self._skewed(LICENCES)],
            }
            yield Made(
                slug=f"resource-{n}",
                title=self.pick(4, 8),
                keywords=self.pick(3, 6),
                objectives=self.pick(8, 16),
                abstract=self.pick(20, 40),
                content=self.pick(40, 80),
                values=values,
                visibility="everyone" if share < 0.75 else "teachers" if share < 0.95
                else "establishment" if share < 0.99 else "me",
                school=self.random.randrange(2000),
                author=self.random.randrange(20_000),
                published_at=START + timedelta(minutes=self.random.randrange(2_800_000)),
            )  # fmt: skip

    def _asked_word(self) -> str:
        share = self.random.uniform(self.shares[SKIPPED - 1], self.shares[-1])
        return self.words[bisect.bisect(self.shares, share)]

    def make_queries(self, count: int) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
        """``count`` sessions of typing: (what stands in the field, choices), one for each keystroke."""
        keystrokes = []
        for n in range(count):
            words = [self._asked_word() for _ in range(self.random.choice([1, 1, 2, 2, 3]))]
            if n % 16 == 3:
                words[0] = self.random.choice(
                    ["dico", "proba", "maths", "exo", "boucle for", "algo"]
                )
            if n % 8 == 5:
                words[-1] = misprint(words[-1], self.random)
            choices = (
                {"discipline": ("mathematiques",), "level": ("premiere",)} if n % 8 == 6 else {}
            )
            text = " ".join(words)
            keystrokes += [(text[:end], choices) for end in range(1, len(text) + 1)]
        return keystrokes


def misprint(word: str, chance: random.Random) -> str:
    """Two neighbours inside the word exchanged."""
    if len(word) < 5:
        return word
    place = chance.randrange(1, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
