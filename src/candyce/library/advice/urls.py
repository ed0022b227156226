"""Pages of advice, under ``/library/``."""

from django.urls import path

from candyce.library.advice import views

urlpatterns = [
    path("for-you/", views.show_for_you, name="for_you"),
    path("preferences/", views.edit_preferences, name="preferences"),
    path("preferences/forget/", views.forget, name="forget_uses"),
]
