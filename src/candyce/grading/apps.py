from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "candyce.grading"
    label = "grading"
