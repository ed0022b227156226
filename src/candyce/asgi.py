"""The one ASGI application: static editor, live documents, and Django for the rest."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "candyce.settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()

from candyce.web.checks import refuse_unsafe_start  # noqa: E402 - needs the apps

refuse_unsafe_start()
