"""Pages of the room, on the portal."""

from django.urls import path

from candyce.accounts.views import classes, imports, organisations, people, session

app_name = "accounts"
urlpatterns = [
    path("sign-in/", session.sign_in, name="sign_in"),
    path("sign-in/demo/", session.demo_sign_in, name="demo_sign_in"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("preferences/", session.preferences, name="preferences"),
    path("preferences/password/", session.change_password, name="change_password"),
    path("preferences/display/", session.set_display, name="set_display"),
    path("admin/", organisations.home, name="admin_home"),
    path("admin/organisations/new/", organisations.create_organisation, name="create_organisation"),
    path("admin/organisations/<uuid:pk>/", organisations.organisation, name="organisation"),
    path(
        "admin/organisations/<uuid:pk>/edit/",
        organisations.edit_organisation,
        name="edit_organisation",
    ),
    path("admin/people/", people.people, name="people"),
    path("admin/people/new/", people.create_person, name="create_person"),
    path("admin/people/export.csv", people.export, name="export_people"),
    path("admin/people/<uuid:pk>/", people.person, name="person"),
    path("admin/people/<uuid:pk>/edit/", people.edit_person, name="edit_person"),
    path("admin/people/<uuid:pk>/active/", people.set_active, name="set_active"),
    path("admin/people/<uuid:pk>/password/", people.reset_password, name="reset_password"),
    path("admin/people/<uuid:pk>/roles/", people.add_role, name="add_role"),
    path(
        "admin/people/<uuid:pk>/roles/<int:role_pk>/remove/", people.remove_role, name="remove_role"
    ),
    path("admin/classes/", classes.classes, name="classes"),
    path("admin/classes/new/", classes.create_class, name="create_class"),
    path("admin/classes/<uuid:pk>/", classes.class_page, name="class"),
    path("admin/classes/<uuid:pk>/edit/", classes.edit_class, name="edit_class"),
    path("admin/classes/<uuid:pk>/delete/", classes.delete_class, name="delete_class"),
    path("admin/classes/<uuid:pk>/people/", classes.enrol, name="enrol"),
    path(
        "admin/classes/<uuid:pk>/people/<int:enrolment_pk>/remove/",
        classes.unenrol,
        name="unenrol",
    ),
    path("admin/classes/<uuid:pk>/cards/", classes.cards, name="cards"),
    path("admin/import/", imports.import_people, name="import"),
    path("admin/import/template.csv", imports.template, name="import_template"),
    path("admin/import/<uuid:pk>/confirm/", imports.confirm, name="confirm_import"),
    path("admin/import/<uuid:pk>/discard/", imports.discard, name="discard_import"),
]
