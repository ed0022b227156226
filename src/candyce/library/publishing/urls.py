"""Pages of publishing, below the library's."""

from django.urls import path

from candyce.library.publishing import merge_views, mine_views, views

urlpatterns = [
    path("publish/<uuid:pk>/", views.publish, name="publish"),
    path("publish/<uuid:pk>/checks/", views.show_checks, name="publish_checks"),
    path("publish/<uuid:pk>/again/", views.check_again, name="publish_again"),
    path("publish/<uuid:pk>/preview/", views.show_preview, name="publish_preview"),
    path("publish/<uuid:pk>/changes/", views.show_changes, name="publish_changes"),
    path("mine/", mine_views.show_mine, name="mine"),
    path("mine/invitations/<int:pk>/", mine_views.answer_invitation, name="answer_invitation"),
    path("<slug:slug>/edit/", mine_views.edit, name="edit"),
    path("<slug:slug>/edit/withdraw/", mine_views.withdraw, name="withdraw"),
    path("<slug:slug>/edit/restore/", mine_views.restore, name="restore"),
    path("<slug:slug>/edit/authors/", mine_views.change_authors, name="change_authors"),
    path("<slug:slug>/adaptations/", merge_views.show_adaptations, name="adaptations"),
    path("<slug:slug>/adaptations/<slug:other>/", merge_views.merge, name="merge"),
    path("<slug:slug>/edit/project/", mine_views.make_project, name="make_project"),
]
