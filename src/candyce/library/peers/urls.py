"""Pages of opinions, reports and provenance; included by the room's own."""

from django.urls import path

from candyce.library.peers import views, views_moderation, views_provenance

urlpatterns = [
    path("licences/", views_provenance.show_licences, name="licences"),
    path("moderation/", views_moderation.show_queue, name="moderation"),
    path("moderation/<slug:slug>/", views_moderation.show_case, name="case"),
    path("moderation/<slug:slug>/put-back/", views_moderation.put_back, name="put_back"),
    path("<slug:slug>/reviews/", views.show_reviews, name="reviews"),
    path("<slug:slug>/reviews/mine/", views.edit_review, name="review"),
    path("<slug:slug>/reviews/mine/delete/", views.delete_review, name="delete_review"),
    path("<slug:slug>/reviews/<int:pk>/answer/", views.answer, name="answer"),
    path("<slug:slug>/reviews/<int:pk>/report/", views.report, name="report_review"),
    path("<slug:slug>/recommend/", views.recommend, name="recommend"),
    path(
        "<slug:slug>/recommend/<int:pk>/withdraw/",
        views.withdraw_recommendation,
        name="withdraw_recommendation",
    ),
    path("<slug:slug>/report/", views.report, name="report"),
    path("<slug:slug>/history/", views_provenance.show_history, name="history"),
    path("<slug:slug>/cite/", views_provenance.cite, name="cite"),
]
