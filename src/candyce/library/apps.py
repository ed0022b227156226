from django.apps import AppConfig
from django.db.models.signals import post_delete


class LibraryConfig(AppConfig):
    name = "candyce.library"
    label = "library"

    def ready(self) -> None:
        from candyce.library.access import POLICY
        from candyce.library.describe import describe_project
        from candyce.library.models import Resource
        from candyce.library.opendata.records import on_resource_changed, on_resource_deleted
        from candyce.library.signals import edition_published, resource_changed
        from candyce.library.trust.receivers import hear_edition
        from candyce.projects.access import register_policy
        from candyce.projects.describe import register_describer
        from candyce.projects.models import Project

        resource_changed.connect(on_resource_changed)
        post_delete.connect(on_resource_deleted, sender=Resource)
        register_policy(Project.Kind.RESOURCE, POLICY)
        register_describer(Project.Kind.RESOURCE, describe_project)
        edition_published.connect(hear_edition, dispatch_uid="library.trust")
