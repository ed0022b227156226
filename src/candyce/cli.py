"""The commands of `./candyce`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from candyce.launch.steps import StepFailed, say

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "candyce.settings")


def help_command(_arguments: list[str]) -> int:
    """List the commands."""
    print(
        say(
            "Candyce : des carnets interactifs pour l'école.\n", "Candyce: notebooks for schools.\n"
        )
    )
    for name, (_function, french, english) in COMMANDS.items():
        print(f"  ./candyce {name:<10} {say(french, english)}")
    print(
        say(
            "\nOptions de « up » : --host, --port, --processes, --no-browser, --no-demo."
            "\nOptions de « test » : --quick, --only ÉTAPE ; voir ./candyce test --help.",
            "\nOptions of `up`: --host, --port, --processes, --no-browser, --no-demo."
            "\nOptions of `test`: --quick, --only STAGE; see ./candyce test --help.",
        )
    )
    return 0


def up_command(arguments: list[str]) -> int:
    """Set up and serve."""
    from candyce.launch.up import main

    return main(ROOT, arguments)


def test_command(arguments: list[str]) -> int:
    """Install what tests need and run everything."""
    from candyce.launch.testing import main

    return main(ROOT, arguments)


def check_command(arguments: list[str]) -> int:
    """The static checks."""
    from candyce.launch.checks import main

    return main(ROOT, arguments)


def build_command(_arguments: list[str]) -> int:
    """Build what is stale, without serving."""
    from candyce.launch import build

    data = Path(os.environ.get("CANDYCE_DATA", ROOT / "var"))
    build.build_messages(ROOT)
    build.build_portal(ROOT, data)
    build.build_editor(ROOT, data)
    return 0


def messages_command(arguments: list[str]) -> int:
    """Compile the translations; `--update [room…]` first adds to the catalogues what they lack."""
    from candyce.launch.build import build_messages
    from candyce.launch.messages import get_problems, update

    if "--update" in arguments:
        import django

        django.setup()
        update(ROOT, [name for name in arguments if name != "--update"])
        problems = get_problems(ROOT)
        print("\n".join(problems))
    build_messages(ROOT)
    return 0


def packages_command(arguments: list[str]) -> int:
    """Mirror Pyodide packages."""
    from candyce.lib.pyodide_mirror import main

    return main(arguments)


def manage_command(arguments: list[str]) -> int:
    """Django's own commands."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["./candyce manage", *arguments])
    return 0


def faults_command(arguments: list[str]) -> int:
    """Hurt a small installation hundreds of times while people type."""
    from candyce.launch.testing import run_faults

    return run_faults(ROOT, arguments)


def docs_command(_arguments: list[str]) -> int:
    """Rewrite the parts of the documents that are made from the code."""
    from candyce.launch.docs import main

    return main(ROOT)


def bench_command(arguments: list[str]) -> int:
    """Run one benchmark of bench/."""
    names = sorted(path.parent.name for path in (ROOT / "bench").glob("*/run.py"))
    if not arguments or arguments[0] not in names:
        print(say("Bancs d'essai : ", "Benchmarks: ") + ", ".join(names))
        return 2
    script = ROOT / "bench" / arguments[0] / "run.py"
    return subprocess.run(
        [sys.executable, str(script), *arguments[1:]], cwd=ROOT, check=False
    ).returncode


Command = Callable[[list[str]], int]
COMMANDS: dict[str, tuple[Command, str, str]] = {
    "up": (
        up_command,
        "installe tout, sert Candyce, ouvre le navigateur",
        "set up, serve, open the browser",
    ),
    "test": (test_command, "installe ce qu'il faut et lance tous les tests", "run every test"),
    "check": (check_command, "vérifications statiques", "static checks"),
    "build": (build_command, "construit ce qui n'est plus à jour", "build what is stale"),
    "packages": (
        packages_command,
        "copie des paquets Pyodide (numpy, pandas…) sur ce serveur",
        "mirror Pyodide packages (numpy, pandas…) on this server",
    ),
    "manage": (manage_command, "commandes de Django", "Django's commands"),
    "messages": (messages_command, "compile les traductions", "compile the translations"),
    "bench": (bench_command, "lance un banc d'essai", "run a benchmark"),
    "faults": (
        faults_command,
        "deux cents pannes pendant que l'on écrit",
        "two hundred faults while people type",
    ),
    "docs": (
        docs_command,
        "met à jour les tableaux de la documentation",
        "rewrite the documents' tables",
    ),
    "help": (help_command, "cette liste", "this list"),
}


def main(arguments: list[str]) -> int:
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if name in {"-h", "--help"}:
        name = "help"
    if name not in COMMANDS:
        print(say(f"Commande inconnue : {name}\n", f"Unknown command: {name}\n"), file=sys.stderr)
        help_command([])
        return 2
    try:
        return COMMANDS[name][0](rest)
    except StepFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
