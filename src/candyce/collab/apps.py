from django.apps import AppConfig


class CollabConfig(AppConfig):
    name = "candyce.collab"
    label = "collab"

    def ready(self) -> None:
        from candyce.accounts.signals import sign_in_ended
        from candyce.collab import bell
        from candyce.collab.live import LiveFiles
        from candyce.projects import live, signals

        live.register(LiveFiles())

        def on_access_changed(*, project_ids, **_kwargs):  # type: ignore[no-untyped-def]
            bell.recheck(project_ids)

        def on_sign_in_ended(*, user_ids, **_kwargs):  # type: ignore[no-untyped-def]
            bell.recheck_users(user_ids)

        sign_in_ended.connect(on_sign_in_ended, weak=False, dispatch_uid="collab")
        signals.access_changed.connect(on_access_changed, weak=False, dispatch_uid="collab")
