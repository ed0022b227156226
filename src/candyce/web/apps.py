from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "candyce.web"
    label = "web"

    def ready(self) -> None:
        from candyce.web import checks  # noqa: F401 - registers itself
