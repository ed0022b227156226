"""The short form of `./candyce faults`: some faults of each kind, others at each run."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from candyce.launch.postgres import find_programs

from .campaign import Report, choose, run
from .injuries import CLUSTER, LAPTOP, storm
from .world import World

SHORT_STORM = 60


@pytest.mark.parametrize(("cluster", "count"), [(True, 8), (False, 4)], ids=["cluster", "laptop"])
async def test_nothing_acknowledged_is_lost_whatever_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cluster: bool, count: int
) -> None:
    if cluster and find_programs() is None:
        pytest.skip("PostgreSQL's server programs are not on this machine")
    seed = int(os.environ.get("CANDYCE_FAULTS_SEED", random.randrange(10**6)))
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o005 == 0o005 and folder != tmp_path:
            break
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own
    faults = dict(CLUSTER if cluster else LAPTOP) | {"reconnection storm": storm(SHORT_STORM)}
    report = Report(seed)
    names = choose(faults, count, random.Random(seed))
    world = World(tmp_path / "world", cluster=cluster, seed=seed)
    try:
        await run(world, faults, names, report, say=False)
    finally:
        with capsys.disabled():
            print(f"\nCANDYCE_FAULTS_SEED={seed}\n{report.table()}")
    assert report.wrong == []
    assert len(world.ledger.acknowledged) > 20 * count, "the test must have acknowledged something"
