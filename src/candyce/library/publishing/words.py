"""Words by which a text tells its discipline, its level and its language; folded, whole words."""

from __future__ import annotations

DISCIPLINES = {
    "nsi": "algorithme algorithmique python recursivite complexite pile file graphe arbre sql binaire processus tri"
    " dictionnaire boucle fonction hexadecimal routage invariant dijkstra programmation",
    "snt": "snt internet web html url metadonnees donnees reseau social photographie numerique pixel capteur"
    " localisation gps csv embarque objets connectes",
    "mathematiques": "mathematiques theoreme demonstration suite derivee fonction probabilite probabilites integrale"
    " equation vecteur geometrie recurrence limite matrice statistiques echantillon polynome convergence",
    "physique-chimie": "physique chimie newton vitesse acceleration force energie mole molecule reaction onde tension"
    " intensite circuit ph concentration masse mouvement optique",
    "svt": "svt cellule gene genes adn allele evolution biodiversite ecosysteme geologie plaques immunitaire espece"
    " photosynthese genetique population",
    "histoire-geographie": "histoire geographie siecle guerre revolution empire population metropole territoire carte"
    " mondialisation republique demographie frontiere ville",
    "francais": "poeme poesie roman theatre auteur vers strophe recit personnage lexical baudelaire litterature"
    " figure style narrateur grammaire",
    "anglais": "english vocabulary grammar essay tense modals reading writing listening speaking novel",
    "ses": "marche offre demande prix chomage croissance pib entreprise monnaie inegalites social economie taxe surplus",
    "arts": "oeuvre artiste peinture couleur dessin composition plastiques generatif sculpture image",
    "musique": "musique son note gamme rythme melodie harmonie instrument timbre frequence accord",
}  # fmt: skip

LEVELS = {
    "sixieme": ("sixieme", "6e", "6eme"),
    "cinquieme": ("cinquieme", "5e", "5eme"),
    "quatrieme": ("quatrieme", "4e", "4eme"),
    "troisieme": ("troisieme", "3e", "3eme"),
    "seconde": ("seconde", "2de", "2nde"),
    "premiere": ("premiere", "1re", "1ere"),
    "terminale": ("terminale", "tle", "term"),
}

# Short words that nearly every sentence of the language has and the other has not.
LANGUAGES = {
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "des",
            "du",
            "une",
            "un",
            "et",
            "est",
            "que",
            "qui",
            "dans",
            "pour",
            "sur",
            "avec",
            "ce",
            "cette",
            "vous",
            "nous",
            "il",
            "elle",
            "au",
            "aux",
            "en",
            "ne",
            "pas",
            "sont",
            "plus",
            "par",
        ]
    ),
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "is",
            "to",
            "in",
            "that",
            "it",
            "for",
            "with",
            "you",
            "are",
            "this",
            "be",
            "on",
            "as",
            "from",
            "we",
            "at",
            "by",
            "an",
            "or",
            "not",
            "can",
            "which",
            "your",
            "will",
            "how",
        ]
    ),
}

OBJECTIVES = (
    "objectif", "objectifs", "objectifs d'apprentissage", "ce que vous allez apprendre", "competences",
    "a la fin, vous saurez", "objectives", "learning objectives", "what you will learn", "goals",
)  # fmt: skip
