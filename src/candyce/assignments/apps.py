from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "candyce.assignments"
    label = "assignments"
