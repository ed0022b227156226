from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "candyce.accounts"
    label = "accounts"
