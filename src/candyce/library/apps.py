from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "candyce.library"
    label = "library"

    def ready(self) -> None:
        from candyce.library.access import POLICY
        from candyce.projects.access import register_policy
        from candyce.projects.models import Project

        register_policy(Project.Kind.RESOURCE, POLICY)
