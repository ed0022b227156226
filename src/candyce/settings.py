"""Settings. Everything an operator may change is read through ``ENV`` and documented there."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from candyce.lib.env import Env, parse_bool, parse_folders, parse_list

ENV = Env()
ROOT = Path(__file__).resolve().parents[2]

CANDYCE_ENV = ENV.get(
    "CANDYCE_ENV", "demo", "`demo` (a demonstration school, one-click sign-in) or `production`."
)
PRODUCTION = CANDYCE_ENV == "production"
CANDYCE_DEMO = not PRODUCTION
DEBUG = ENV.get(
    "CANDYCE_DEBUG", "false", "Django's debug pages. Never in production.", parse=parse_bool
)
DATA = Path(ENV.get("CANDYCE_DATA", str(ROOT / "var"), "Folder of all data.", shown="var/"))
DATA.mkdir(parents=True, exist_ok=True)

CANDYCE_PORTAL_URL = ENV.get(
    "CANDYCE_PORTAL_URL", "http://localhost:8000", "Address of the portal, as people type it."
).rstrip("/")
CANDYCE_EDITOR_URL = ENV.get(
    "CANDYCE_EDITOR_URL",
    "http://127.0.0.1:8000",
    "Address of the editor; in production a host name of its own.",
).rstrip("/")


def _local_secret() -> str:
    """A secret of this installation, made at the first start and kept in the data folder."""
    path = DATA / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = ENV.get(
    "CANDYCE_SECRET_KEY",
    "",
    "Secret that signs sessions and tokens; 50 random characters or more. Required in production.",
    secret=True,
    shown="made at first start",
)
CANDYCE_SECRET_IS_DEFAULT = not SECRET_KEY
SECRET_KEY = SECRET_KEY or _local_secret()

ALLOWED_HOSTS = ["*"]  # OriginMiddleware answers on the two origins only
CSRF_TRUSTED_ORIGINS = [CANDYCE_PORTAL_URL]
CSRF_FAILURE_VIEW = "candyce.web.views.csrf_failed"

INSTALLED_APPS = [
    "candyce.web",
    "candyce.grading",
    "candyce.assignments",
    "candyce.library",
    "candyce.collab",
    "candyce.projects",
    "candyce.accounts",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "candyce.lib.origins.OriginMiddleware",
    "candyce.web.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "candyce.web.middleware.PortalSessionMiddleware",
    "candyce.web.middleware.LanguageMiddleware",
    "candyce.web.middleware.PortalCsrfMiddleware",
    "candyce.web.middleware.PortalAuthenticationMiddleware",
    "candyce.web.middleware.PortalMessageMiddleware",
    "candyce.accounts.middleware.NewPasswordMiddleware",
    "candyce.web.middleware.ErrorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "candyce.urls"
ASGI_APPLICATION = "candyce.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "candyce.web.context.candyce",
            ],
            "builtins": ["django.templatetags.i18n", "candyce.web.templatetags.candyce"],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    """``sqlite:///path`` or ``postgresql://user:password@host:port/name`` as Django wants it."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]) if parts.path.startswith("//") else parts.path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: what was acknowledged is on the disk even if the power fails.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                " PRAGMA cache_size=-32000; PRAGMA mmap_size=134217728;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or "") if parts.hostname else "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    raise ValueError("expected sqlite:///… or postgresql://…")


DATABASES = {
    "default": ENV.get(
        "CANDYCE_DATABASE_URL",
        f"sqlite://{DATA / 'candyce.sqlite3'}",
        "Database: `sqlite:///absolute/path` or `postgresql://user:password@host/name`.",
        parse=_database,
        shown="sqlite in the data folder",
        secret=True,
    )
}
CANDYCE_REDIS_URL = ENV.get(
    "CANDYCE_REDIS_URL",
    "",
    "Redis that carries live documents between several web processes: `redis://:password@host:6379/0`,"
    " `rediss://…` with TLS, or `unix:///path`. Not needed by one process.",
    secret=True,
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "web:home"
PASSWORD_HASHERS = [
    "candyce.accounts.hashers.SchoolArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
_SECURE = CANDYCE_PORTAL_URL.startswith("https://")
# The __Host- prefix keeps a sibling host (the editor's) from planting a cookie on the portal.
SESSION_COOKIE_NAME = "__Host-candyce" if _SECURE else "candyce"
CSRF_COOKIE_NAME = "__Host-candyce-csrf" if _SECURE else "candyce-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _SECURE else None
SECURE_HSTS_SECONDS = 31536000 if _SECURE else 0

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "candyce-language"
LOCALE_PATHS = [ROOT / "src/candyce/lib/locale", ROOT / "src/candyce/exercises/locale"]
TIME_ZONE = ENV.get("CANDYCE_TIME_ZONE", "Europe/Paris", "Time zone of the school.")
USE_TZ = True
USE_I18N = True

BUILD = DATA / "build"
STATIC_URL = "/static/"
STATIC_ROOT = BUILD / "static"
STATICFILES_DIRS = [BUILD / "portal"] if (BUILD / "portal").is_dir() else []
EDITOR_SITE = BUILD / "editor"
PACKAGES_DIR = DATA / "packages"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if (STATIC_ROOT / "staticfiles.json").exists()
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

BLOBS_DIR = Path(
    ENV.get("CANDYCE_BLOBS", str(DATA / "blobs"), "Folder of file contents.", shown="var/blobs")
)
SEARCH_DIR = Path(
    ENV.get(
        "CANDYCE_SEARCH_DIR",
        str(DATA / "search"),
        "Folder of the library's search index: on a disk of this machine, shared by its processes only.",
        shown="var/search",
    )
)
MEGABYTE = 1024 * 1024
PROJECT_QUOTA = MEGABYTE * ENV.get(
    "CANDYCE_PROJECT_QUOTA_MB", "100", "Largest size of one project, in megabytes.", parse=int
)
FILE_LIMIT = MEGABYTE * ENV.get(
    "CANDYCE_FILE_LIMIT_MB", "30", "Largest file of a project, in megabytes.", parse=int
)
UPLOAD_LIMIT = MEGABYTE * ENV.get(
    "CANDYCE_UPLOAD_LIMIT_MB", "60", "Largest upload (an archive, say), in megabytes.", parse=int
)
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_LIMIT
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * MEGABYTE
FILE_UPLOAD_PERMISSIONS = 0o600
EDITOR_CONNECT_HOSTS = ENV.get(
    "CANDYCE_EDITOR_CONNECT_HOSTS",
    "",
    "Hosts that notebooks may fetch data from, besides Candyce itself (comma separated, e.g."
    " `https://data.example.org`). None by default.",
    parse=parse_list,
)
CANDYCE_OUTGOING_HOSTS = ENV.get(
    "CANDYCE_OUTGOING_HOSTS",
    "",
    "Hosts that the server may ask although their addresses are private, or on another port than 443 and 80:"
    " `forge.example.org` or `forge.example.org:8443`, comma separated. For a git forge of the school's own"
    " network, from which teachers import.",
    parse=parse_list,
)
CANDYCE_OUTGOING_PROXY = ENV.get(
    "CANDYCE_OUTGOING_PROXY",
    "",
    "Proxy for the server's own requests to other sites (links that are checked, git repositories that are"
    " imported): `http://proxy.example.org:3128`. It must refuse private addresses itself.",
    secret=True,
)
CANDYCE_ENVIRONMENTS = ENV.get(
    "CANDYCE_ENVIRONMENTS",
    "",
    "Python environments of this server in which notebooks are marked that ask for them, by name:"
    " `sciences=/opt/environments/sciences`, comma separated. A notebook asks by the name of its kernel,"
    " `candyce-sciences`.",
    parse=parse_folders,
)
CANDYCE_OFFLINE_DAYS = ENV.get(
    "CANDYCE_OFFLINE_DAYS",
    "7",
    "Days that a browser can open a person's recent projects without a network, after the last"
    " visit; 0 keeps nothing on devices.",
    parse=int,
)
CANDYCE_CONTACT = ENV.get(
    "CANDYCE_CONTACT",
    f"postmaster@{urlsplit(CANDYCE_PORTAL_URL).hostname}",
    "Mail address of who runs this installation, told to the catalogues that harvest the library.",
    shown="postmaster@ the portal's host",
)
TRASH_DAYS = ENV.get(
    "CANDYCE_TRASH_DAYS", "30", "Days a deleted project can still be restored.", parse=int
)
HISTORY_DAYS = ENV.get(
    "CANDYCE_HISTORY_DAYS",
    "90",
    "Days of which the history of a file keeps every edit; of older days it keeps one state each.",
    parse=int,
)
LIBRARY_MINUTES = ENV.get(
    "CANDYCE_LIBRARY_MINUTES",
    "60",
    "Minutes of each night in which the resources of the library are executed again from top to bottom,"
    " those first that waited longest. 0: none is ever executed, not even when it is published.",
    parse=int,
)
HISTORY_LIMIT = MEGABYTE * ENV.get(
    "CANDYCE_HISTORY_MB",
    "20",
    "Largest history of one file, in megabytes; the oldest detail goes first, named versions stay.",
    parse=int,
)

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {
        "handlers": ["console"],
        "level": ENV.get("CANDYCE_LOG_LEVEL", "WARNING", "Least level of log messages."),
    },
}
