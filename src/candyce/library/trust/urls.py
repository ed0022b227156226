"""Executions, thumbnails, and what authors are told."""

from django.urls import path

from candyce.library.trust import views

urlpatterns = [
    path("thumbnails/<slug:digest>.webp", views.show_thumbnail, name="thumbnail"),
    path("<slug:slug>/executions/", views.show_executions, name="executions"),
    path("news/<int:pk>/dismiss/", views.dismiss_news, name="dismiss_news"),
]
