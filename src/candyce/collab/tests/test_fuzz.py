"""The short form of `./candyce faults --fuzz`: other attacks at each run; the seed is printed."""

from __future__ import annotations

import os
import random

import pytest

from candyce.collab.tests.fuzzing import Fuzzer, open_all

SECONDS = 4.0


@pytest.mark.filterwarnings("ignore:Non-unique cell ID:UserWarning")  # jupyter_ydoc mends it
def test_what_a_replica_lets_in_everybody_can_open() -> None:
    seed = int(os.environ.get("CANDYCE_FUZZ_SEED", random.randrange(10**6)))
    print(f"CANDYCE_FUZZ_SEED={seed}")
    tally = Fuzzer(seed).run(SECONDS)
    assert tally.refused
    assert tally.taken
    problems = open_all(tally.documents)
    assert not problems, problems
