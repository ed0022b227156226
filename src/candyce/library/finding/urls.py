"""Addresses of searching."""

from django.urls import path

from candyce.library.finding import views

urlpatterns = [
    path("", views.show_list, name="list"),
    path("feed/", views.show_feed, name="feed"),
    path("searches/", views.show_saved, name="searches"),
    path("searches/save/", views.save, name="save_search"),
    path("searches/<int:pk>/", views.change_saved, name="change_search"),
    path("searches/feeds/<slug:secret>/", views.show_saved_feed, name="saved_feed"),
]
