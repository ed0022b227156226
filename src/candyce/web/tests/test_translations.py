"""French first, English complete: no message without its French, in any room."""

from pathlib import Path

from candyce.launch.messages import get_problems

ROOT = Path(__file__).resolve().parents[4]


def test_every_message_is_translated_into_french():
    assert get_problems(ROOT) == []
