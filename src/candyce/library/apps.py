from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "candyce.library"
    label = "library"
