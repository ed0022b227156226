from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "candyce.web"
    label = "web"
