"""The one ASGI application: static editor, live documents, and Django for the rest."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "candyce.settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
