"""The parts of the documents that are made from the code."""

from __future__ import annotations

from pathlib import Path

BEGIN = "<!-- settings: made by `./candyce docs` -->"
END = "<!-- end of settings -->"


def get_settings_table() -> str:
    """Every setting that an operator may change, as a Markdown table."""
    from candyce.settings import ENV

    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for one in ENV.declared.values():
        default = f"`{one.default}`" if one.default else "–"
        meaning = one.meaning + (" (secret)" if one.secret else "")
        rows.append(f"| `{one.name}` | {default} | {meaning} |")
    return "\n".join(rows)


def replace_table(text: str) -> str:
    """The operator's guide with the present table between its two marks."""
    before, rest = text.split(BEGIN, 1)
    _old, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{get_settings_table()}\n{END}{after}"


def main(root: Path) -> int:
    """Rewrite the settings table of ``docs/operator.md``."""
    guide = root / "docs" / "operator.md"
    guide.write_text(replace_table(guide.read_text(encoding="utf-8")), encoding="utf-8")
    return 0
