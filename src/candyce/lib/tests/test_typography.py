from __future__ import annotations

import pytest

from candyce.lib.typography import set_french


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Le son : fréquences", "Le son\u00a0: fréquences"),
        ("Rendre ?", "Rendre\u00a0?"),
        (
            "« Aires » est prêt ; ouvrez-le !",
            "«\u00a0Aires\u00a0» est prêt\u00a0; ouvrez-le\u00a0!",
        ),
        ("déjà\u202f? oui\u00a0: là", "déjà\u202f? oui\u00a0: là"),
        ("a :b", "a :b"),
    ],
)
def test_signs_that_stand_apart_never_begin_a_line(typed, set_):
    assert set_french(typed) == set_
