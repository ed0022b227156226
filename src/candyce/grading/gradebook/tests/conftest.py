"""The classroom, and an exercise that it has done."""

from __future__ import annotations

from candyce.grading.tests.marked import as_, classroom, marked

__all__ = ["as_", "classroom", "marked"]
