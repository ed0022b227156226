from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "candyce.projects"
    label = "projects"
