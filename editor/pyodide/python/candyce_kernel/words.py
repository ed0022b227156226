"""The kernel's own few sentences, in the reader's language."""

language = "en"

WORDS = {
    "truncated": (
        "output cut here: this cell printed more than 64 million characters",
        "affichage coupé ici : cette cellule a affiché plus de 64 millions de caractères",
    ),
    "pip_done": ("{names}: ready to import.", "{names} : prêt à être importé."),
    "pip_missing": (
        "Not available here: {names}. Available packages: {available}.",
        "Pas disponible ici : {names}. Paquets disponibles : {available}.",
    ),
    "pip_usage": (
        "Only “%pip install name” is possible here.",
        "Seul « %pip install nom » est possible ici.",
    ),
    "no_module": (
        "This package is not installed on this server. Available: {available}.",
        "Ce paquet n’est pas installé sur ce serveur. Disponibles : {available}.",
    ),
    "memory": (
        "there is no memory left. Delete large variables (del name) or restart Python.",
        "il n’y a plus de mémoire. Supprimez de grosses variables (del nom) ou redémarrez Python.",
    ),
    "no_input": (
        "input() cannot wait for an answer in this browser window.",
        "input() ne peut pas attendre de réponse dans cette fenêtre du navigateur.",
    ),
}


def say(key, **values):
    english, french = WORDS[key]
    return (french if language == "fr" else english).format(**values)
