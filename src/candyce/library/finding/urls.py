"""Addresses of searching."""

from django.urls import path

from candyce.library.finding import views

urlpatterns = [
    path("", views.show_list, name="list"),
]
