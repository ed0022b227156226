"""Pages of the room, on the portal."""

from django.urls import path

from candyce.assignments.notices import views as notices
from candyce.assignments.views import (
    board,
    giving,
    groups,
    marking,
    projector,
    pupil,
    sequences,
    times,
)

app_name = "assignments"
urlpatterns = [
    # Pupils
    path("c/", pupil.join, name="join"),
    path("c/<str:code>/", pupil.join, name="join"),
    path("my-work/", pupil.mine, name="mine"),
    path("assignments/copies/<uuid:pk>/", pupil.copy, name="copy"),
    path("assignments/copies/<uuid:pk>/hand-in/", pupil.hand_in, name="hand_in"),
    path("assignments/copies/<uuid:pk>/take-back/", pupil.take_back, name="take_back"),
    path("assignments/<uuid:pk>/my-group/", groups.mine, name="my_group"),
    path("assignments/<uuid:pk>/my-group/open/", groups.begin, name="begin"),
    # Teachers: giving
    path("assignments/", giving.show_list, name="list"),
    path("assignments/give/", giving.give, name="give"),
    path("assignments/sequences/<uuid:pk>/", sequences.show, name="sequence"),
    path("assignments/sequences/<uuid:pk>/take-back/", sequences.take_back, name="sequence_back"),
    path("assignments/<uuid:pk>/share/", giving.share, name="share"),
    path("assignments/<uuid:pk>/code/", giving.project_code, name="project_code"),
    path("assignments/<uuid:pk>/edit/", giving.edit, name="edit"),
    path("assignments/<uuid:pk>/archive/", giving.archive, name="archive"),
    path("assignments/<uuid:pk>/unarchive/", giving.unarchive, name="unarchive"),
    path("assignments/<uuid:pk>/delete/", giving.delete, name="delete"),
    path("assignments/<uuid:pk>/restore/", giving.restore, name="restore"),
    # Teachers: following and marking
    path("assignments/<uuid:pk>/", marking.detail, name="detail"),
    path("assignments/<uuid:pk>/rows/", marking.rows, name="rows"),
    path("assignments/<uuid:pk>/board/", board.show, name="board"),
    path("assignments/<uuid:pk>/board/cards/", board.cards, name="board_cards"),
    path("assignments/<uuid:pk>/groups/", groups.show, name="groups"),
    path("assignments/<uuid:pk>/times/", times.show, name="times"),
    path("assignments/copies/<uuid:pk>/late/", times.lift_lateness, name="lift_lateness"),
    path("assignments/<uuid:pk>/freeze/", board.freeze, name="freeze"),
    path("assignments/<uuid:pk>/messages/", notices.write, name="notices"),
    path("assignments/<uuid:pk>/messages/sent/", notices.sent, name="notices_sent"),
    path("assignments/messages/<uuid:pk>/withdraw/", notices.withdraw, name="notice_withdraw"),
    path("assignments/copies/<uuid:pk>/show/", projector.show_copy, name="show_copy"),
    path("assignments/<uuid:pk>/shown/<slug:key>/", projector.show, name="shown"),
    path("assignments/<uuid:pk>/shown/<slug:key>/cells/", projector.cells, name="shown_cells"),
    path("assignments/copies/<uuid:pk>/read/", notices.read, name="notices_read"),
    path("assignments/<uuid:pk>/return/", marking.return_all, name="return_all"),
    path("assignments/<uuid:pk>/nbgrader.zip", marking.export_course, name="export_course"),
    path("assignments/<uuid:pk>/copies.zip", marking.download, name="download"),
    path("assignments/copies/<uuid:pk>/mark/", marking.mark, name="mark"),
    path("assignments/copies/<uuid:pk>/return/", marking.return_one, name="return_one"),
    path("assignments/copies/<uuid:pk>/reopen/", marking.reopen, name="reopen"),
]
