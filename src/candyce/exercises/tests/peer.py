"""nbgrader itself, for comparison: the preprocessors of ``nbgrader generate_assignment``, in their order."""

from __future__ import annotations

import copy
import logging
from typing import Any

import nbformat
from nbgrader import preprocessors
from nbgrader.nbgraderformat import MetadataValidator

ORDER = (
    preprocessors.LockCells,
    preprocessors.ClearSolutions,
    preprocessors.ClearOutput,
    preprocessors.CheckCellMetadata,
    preprocessors.ComputeChecksums,
    preprocessors.ClearHiddenTests,
    preprocessors.ClearMarkScheme,
    preprocessors.ComputeChecksums,
    preprocessors.CheckCellMetadata,
)

logging.getLogger("traitlets").setLevel(logging.CRITICAL)


def generate_assignment(notebook: dict[str, Any]) -> dict[str, Any]:
    """nbgrader's release of the notebook; raises what nbgrader raises."""
    node = nbformat.from_dict(copy.deepcopy(notebook))
    resources: dict[str, Any] = {}
    for kind in ORDER:
        node, resources = kind().preprocess(node, resources)
    return _plain(node)


def upgrade(notebook: dict[str, Any]) -> dict[str, Any]:
    """nbgrader's metadata of schema version 3 for the notebook of an older one."""
    node = nbformat.from_dict(copy.deepcopy(notebook))
    return _plain(MetadataValidator().upgrade_notebook_metadata(node))


def validate(notebook: dict[str, Any]) -> None:
    """Raises when nbgrader would not accept the notebook's metadata."""
    MetadataValidator().validate_nb(nbformat.from_dict(copy.deepcopy(notebook)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
