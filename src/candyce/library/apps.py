from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "candyce.library"
    label = "library"

    def ready(self) -> None:
        from candyce.library.access import POLICY
        from candyce.library.describe import describe_project
        from candyce.projects.access import register_policy
        from candyce.projects.describe import register_describer
        from candyce.projects.models import Project

        register_policy(Project.Kind.RESOURCE, POLICY)
        register_describer(Project.Kind.RESOURCE, describe_project)
