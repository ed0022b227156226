from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "candyce.assignments"
    label = "assignments"

    def ready(self) -> None:
        from candyce.accounts.signals import enrolment_changed
        from candyce.assignments.access import COPY_POLICY
        from candyce.assignments.describe import describe_project
        from candyce.assignments.notices.queries import get_news
        from candyce.assignments.queries import is_returned
        from candyce.assignments.receivers import hear_enrolment_changed
        from candyce.collab.comments.hiding import register_rule
        from candyce.projects.access import register_policy
        from candyce.projects.describe import register_describer
        from candyce.projects.models import Project
        from candyce.projects.news import register_news

        register_policy(Project.Kind.COPY, COPY_POLICY)
        register_describer(Project.Kind.COPY, describe_project)
        register_news(get_news)
        register_rule(is_returned)
        enrolment_changed.connect(hear_enrolment_changed, dispatch_uid="assignments.enrolment")
