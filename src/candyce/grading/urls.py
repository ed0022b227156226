"""The marking pages and the gradebook, on the portal."""

from django.urls import path

from candyce.grading.gradebook.views import book as gradebook
from candyce.grading.gradebook.views import cells, columns, skills, statistics
from candyce.grading.gradebook.views import files as gradebook_files
from candyce.grading.views import answers, comments, files, marking, overview, remarks

app_name = "grading"
urlpatterns = [
    path("assignments/<uuid:pk>/marking/", overview.overview, name="overview"),
    path("assignments/<uuid:pk>/marking/table/", overview.table, name="table"),
    path("assignments/<uuid:pk>/marking/return/", overview.return_copies, name="return"),
    path("assignments/<uuid:pk>/marking/again/", overview.mark_again, name="again"),
    path("assignments/<uuid:pk>/marking/names/", overview.hide_names, name="names"),
    path("assignments/<uuid:pk>/marking/<int:number>/", marking.question, name="question"),
    path("assignments/copies/<uuid:pk>/marking/", marking.copy, name="copy"),
    path("assignments/copies/<uuid:pk>/answers/<int:answer>/", answers.save, name="save"),
    path("assignments/copies/<uuid:pk>/remarks/<int:number>/", remarks.write, name="remark"),
    path("assignments/copies/<uuid:pk>/handed-file/", files.handed, name="handed"),
    path("marking/comments/", comments.show, name="comments"),
    path("marking/comments.json", comments.as_json, name="comments_json"),
    path("marking/comments/<int:pk>/forget/", comments.forget, name="forget_comment"),
    path("assignments/<uuid:pk>/statistics/", statistics.show, name="statistics"),
    path("gradebook/", gradebook.index, name="gradebooks"),
    path("gradebook/<uuid:pk>/", gradebook.show, name="gradebook"),
    path("gradebook/<uuid:pk>/marks.<str:kind>", gradebook_files.download, name="gradebook_file"),
    path("gradebook/<uuid:pk>/import/", gradebook_files.import_csv, name="gradebook_import"),
    path("gradebook/<uuid:pk>/type/", cells.show, name="gradebook_type"),
    path("gradebook/<uuid:pk>/cell/", cells.save, name="gradebook_cell"),
    path("gradebook/<uuid:pk>/columns/new/", columns.add, name="add_column"),
    path("gradebook/<uuid:pk>/columns/<uuid:item>/", columns.change, name="column"),
    path("gradebook/<uuid:pk>/columns/<uuid:item>/delete/", columns.delete, name="delete_column"),
    path(
        "gradebook/<uuid:pk>/columns/<uuid:item>/restore/", columns.restore, name="restore_column"
    ),
    path("gradebook/<uuid:pk>/skills/", skills.show, name="skills"),
    path("gradebook/<uuid:pk>/skills/level/", skills.save, name="skill_level"),
    path("gradebook/<uuid:pk>/columns/<uuid:key>/skills/", skills.link, name="column_skills"),
    path("gradebook/<uuid:pk>/periods/", columns.periods, name="periods"),
    path("my-marks/", gradebook.mine, name="my_marks"),
]
