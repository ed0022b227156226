from django.apps import AppConfig


class CollabConfig(AppConfig):
    name = "candyce.collab"
    label = "collab"
