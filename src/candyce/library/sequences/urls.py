"""Addresses of collections and sequences, below ``/library/``."""

from django.urls import path

from candyce.library.sequences import views

urlpatterns = [
    path("collections/", views.show_list, name="collections"),
    path("collections/new/", views.create, name="collection_new"),
    path("collections/<slug:key>/", views.show, name="collection"),
    path("collections/<slug:key>/edit/", views.edit, name="collection_edit"),
    path("collections/<slug:key>/delete/", views.delete, name="collection_delete"),
    path("collections/<slug:key>/copy/", views.copy, name="collection_copy"),
    path("collections/<slug:key>/<int:item>/move/", views.move, name="collection_move"),
    path("collections/<slug:key>/<int:item>/note/", views.note, name="collection_note"),
    path("collections/<slug:key>/<int:item>/remove/", views.remove, name="collection_remove"),
    path("<slug:slug>/keep/", views.keep, name="keep"),
    path("<slug:slug>/keep/collections/", views.collect, name="collect"),
]
