"""Executions, thumbnails, and what authors are told."""

from django.urls import path

from candyce.library.trust import views

urlpatterns = [
    path("news/<int:pk>/dismiss/", views.dismiss_news, name="dismiss_news"),
]
