"""Settings of the unit tests: quick hashing, the data in a throw-away folder."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "CANDYCE_DATA" not in os.environ:
    os.environ["CANDYCE_DATA"] = tempfile.mkdtemp(prefix="candyce-test-")
    atexit.register(shutil.rmtree, os.environ["CANDYCE_DATA"], ignore_errors=True)
os.environ.setdefault(
    "CANDYCE_SECRET_KEY", "a-secret-for-the-tests-of-more-than-fifty-characters-0123456789"
)

from candyce.settings import *

CANDYCE_REDIS_URL = ""
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": Path(os.environ["CANDYCE_DATA"]) / "test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
    )
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
