"""A notebook with everything that a notebook can hold, and files of difficult names."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from candyce.projects.notebooks import clean_notebook, make_notebook, write_notebook

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def _cell(kind: str, source: str, **more: Any) -> dict[str, Any]:
    return {
        "cell_type": kind,
        "source": source,
        "metadata": {},
        "id": f"c{crc32(source.encode())}",
        **more,
    }


def _code(source: str, outputs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return _cell("code", source, outputs=outputs, execution_count=3, **more)


def _graded(role: dict[str, Any]) -> dict[str, Any]:
    return {
        "nbgrader": {"schema_version": 3, "task": False, "grade_id": "carre-1", **role},
        "candyce": {"title": "Le carré", "hint": {"text": "Multipliez.", "cost": 0.5}},
    }


RICH = clean_notebook(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python", "display_name": "Python (Pyodide)", "language": "python"},
            "language_info": {"name": "python"},
            "widgets": {
                "application/vnd.jupyter.widget-state+json": {
                    "version_major": 2, "version_minor": 0,
                    "state": {"a1": {"model_name": "IntSliderModel", "state": {"value": 3}}},
                }
            },
            "inconnu": {"clé": [1, None, True, 1.5, "2024-01-01"]},
            "title": "Énoncé: un test",
        },
        "cells": [
            _cell("markdown", "# Énoncé\n\n![figure](attachment:é.png)  \n\n", attachments={"é.png": {"image/png": PIXEL}}),
            _cell("markdown", ""),
            _cell("markdown", "Fin\n+++\n---\nde partie"),
            _cell("raw", "\\section{x}", metadata={"format": "text/latex", "autre": 1}),
            _code(
                "\r\nprint('a')\r\n\n```\n# ````{code-cell}",
                [
                    {"output_type": "stream", "name": "stdout", "text": "a\r\nb\x1b[31m!\x1b[0m"},
                    {"output_type": "stream", "name": "stderr", "text": "attention"},
                ],
                metadata={"collapsed": True, "scrolled": "auto", "tags": ["a b", "ünï"], "deletable": False},
            ),
            _code(
                "def carré(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION",
                [],
                metadata=_graded({"grade": False, "solution": True, "locked": False}),
            ),
            _code(
                "assert carré(2) == 4",
                [
                    {
                        "output_type": "error", "ename": "NameError", "evalue": "é",
                        "traceback": ["\x1b[0;31mNameError\x1b[0m", "ligne"],
                    }
                ],
                metadata=_graded({"grade": True, "solution": False, "locked": True, "points": 2, "grade_id": "t"}),
            ),
            _code(
                "%%html\n<b>x</b>",
                [
                    {
                        "output_type": "execute_result", "execution_count": 3, "metadata": {"x": {"y": 1}},
                        "data": {"text/html": "<b>x</b>", "text/plain": "x", "text/latex": "$x$", "text/markdown": "**x**"},
                    },
                    {
                        "output_type": "display_data", "metadata": {"image/png": {"width": 1}},
                        "data": {"image/png": PIXEL, "image/svg+xml": "<svg/>", "image/jpeg": PIXEL},
                    },
                    {
                        "output_type": "display_data", "metadata": {},
                        "data": {
                            "application/json": {"a": [1, {"b": None}]},
                            "application/javascript": "alert(1)",
                            "application/vnd.plotly.v1+json": {"data": []},
                            "application/vnd.jupyter.widget-view+json": {"model_id": "a1", "version_major": 2, "version_minor": 0},
                        },
                    },
                ],
            ),
            _code("", []),
        ],
    }
)  # fmt: skip

RICH_FILES = {
    "leçon é.ipynb": write_notebook(RICH),
    "notes.md": b"# Des notes\r\n\r\nqui restent un texte",
    "notes.ipynb": write_notebook(make_notebook("Notes")),
    "sous dossier/données 🧪.csv": b"a;b\r\n1;2\r\n",
    "sous dossier/x.md.json": b'{"a": 1}',
    "vide/": b"",
    "binaire.bin": bytes(range(256)),
}
