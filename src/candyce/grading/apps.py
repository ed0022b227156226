from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "candyce.grading"
    label = "grading"

    def ready(self) -> None:
        from candyce.assignments.markers import Marker, register_marker
        from candyce.assignments.signals import copy_handed_in, lateness_lifted, window_changed
        from candyce.grading import feedback
        from candyce.grading.receivers import hear_hand_in, hear_lateness, hear_window

        copy_handed_in.connect(hear_hand_in, dispatch_uid="grading.hand_in")
        lateness_lifted.connect(hear_lateness, dispatch_uid="grading.lateness")
        window_changed.connect(hear_window, dispatch_uid="grading.window")
        register_marker(
            Marker(
                feedback.get_overview_url,
                feedback.get_copy_url,
                feedback.render_feedback,
                feedback.get_statistics_url,
            )
        )
