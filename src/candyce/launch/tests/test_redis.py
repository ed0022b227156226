import pytest

from candyce.launch import debian, redis
from candyce.launch.steps import StepFailed


@pytest.mark.skipif(redis.find_redis() is None, reason="no Redis on this machine")
def test_a_throw_away_redis_answers_can_be_killed_comes_back_and_is_gone_in_the_end():
    with redis.throw_away_redis() as server:
        assert server.answers()
        server.kill()
        assert not server.answers()
        server.start()
        assert server.answers()
        folder = server.folder
    assert not server.answers()
    assert not folder.exists()


def test_without_a_redis_one_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(debian.shutil, "which", lambda _name: None)
    with pytest.raises(StepFailed, match="redis-server"):
        redis.prepare_redis(tmp_path)
    with pytest.raises(FileNotFoundError), redis.throw_away_redis():
        pass
