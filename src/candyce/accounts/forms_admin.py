"""Forms of the administration. Choices are limited to what the administrator runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from candyce.accounts import access, validation
from candyce.accounts.importer.table import LARGEST_FILE
from candyce.accounts.models import (
    AcademicSession,
    Class,
    Organisation,
    Role,
    User,
    normalise_username,
)
from candyce.lib.text import clean_spaces

LEVELS = (
    ("", _("Not said")),
    ("sixieme", "6e"),
    ("cinquieme", "5e"),
    ("quatrieme", "4e"),
    ("troisieme", "3e"),
    ("seconde", "2de"),
    ("premiere", "1re"),
    ("terminale", "Tle"),
)


class CleanField(forms.CharField):
    """Text with its spaces cleaned, then verified by a ``check_…`` of ``validation``."""

    def __init__(self, check: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check = check

    def to_python(self, value: Any) -> str:
        return clean_spaces(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            self.check(value)


def _set_choices(form: forms.Form, name: str, choices: QuerySet[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = choices


class OrganisationForm(forms.Form):
    name = CleanField(validation.check_class_title, label=_("Name"))
    kind = forms.ChoiceField(label=_("Type"), choices=Organisation.Type.choices)
    identifier = CleanField(
        validation.check_identifier,
        label=_("Identifier (UAI)"),
        help_text=_("In France: 0750001A"),
        max_length=32,
    )
    parent = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Belongs to"), empty_label=None
    )

    def __init__(
        self, user: User, organisation: Organisation | None, *args: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.organisation = organisation
        if organisation is None:
            # Three storeys at most, so that a new one can be administered from above.
            above = access.own_organisations(user).filter(parent__parent=None)
            above = above.exclude(type=Organisation.Type.SCHOOL)
            self.has_parents = above.exists()
            _set_choices(self, "parent", above)
        else:
            del self.fields["parent"]

    def clean_identifier(self) -> str:
        identifier = self.cleaned_data["identifier"]
        others = Organisation.objects.filter(identifier=identifier)
        if self.organisation is not None:
            others = others.exclude(pk=self.organisation.pk)
        if others.exists():
            raise forms.ValidationError(_("Another organisation has this identifier."))
        return identifier


class SessionForm(forms.Form):
    """A school year."""

    title = CleanField(
        validation.check_class_title, label=_("Name of the school year"), max_length=64
    )
    start_date = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    end_date = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def clean_title(self) -> str:
        title = self.cleaned_data["title"]
        if self.organisation.sessions.filter(title=title).exists():
            raise forms.ValidationError(_("There is a school year with this title already."))
        return title

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start_date"), data.get("end_date")
        if start and end and end <= start:
            self.add_error("end_date", _("The last day comes after the first."))
        return data


class PersonForm(forms.Form):
    given_name = CleanField(validation.check_name, label=_("Given name"))
    family_name = CleanField(validation.check_name, label=_("Family name"))
    email = CleanField(validation.check_email, label=_("Email"), required=False)
    identifier = CleanField(
        validation.check_identifier,
        label=_("Number"),
        required=False,
        help_text=_("The school's own number of the person; it finds them again in an import."),
    )
    username = forms.CharField(
        label=_("Username"),
        required=False,
        max_length=150,
        help_text=_("Left empty, it is made of the name: ines.moreau"),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.Name.choices)

    def __init__(self, user: User, person: User | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if person is None:
            _set_choices(self, "organisation", access.administered_organisations(user))
        else:
            del self.fields["organisation"], self.fields["role"]

    def clean_username(self) -> str:
        username = validation.check_username(normalise_username(self.cleaned_data["username"]))
        others = User.objects.filter(username=username)
        if self.person is not None:
            others = others.exclude(pk=self.person.pk)
        if username and others.exists():
            raise forms.ValidationError(_("This username is taken. Choose another one."))
        return username


class RoleForm(forms.Form):
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.Name.choices)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "organisation", access.administered_organisations(user))


class ClassForm(forms.Form):
    title = CleanField(
        validation.check_class_title,
        label=_("Name of the class"),
        help_text=_("As people say it: 2de 1"),
    )
    session = forms.ModelChoiceField(
        AcademicSession.objects.none(), label=_("School year"), empty_label=None
    )
    level = forms.ChoiceField(label=_("Level"), choices=LEVELS, required=False)
    subject = CleanField(
        validation.check_class_title,
        label=_("Discipline"),
        required=False,
        max_length=64,
        help_text=_("For a group of one discipline; empty for a whole class."),
    )

    def __init__(self, user: User, class_: Class | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.class_ = class_
        if class_ is None:
            self.fields["session"] = SessionChoiceField(sessions_of(user))
        else:
            del self.fields["session"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        session = self.class_.session if self.class_ is not None else data.get("session")
        same = Class.objects.filter(session=session, title=data.get("title"))
        if self.class_ is not None:
            same = same.exclude(pk=self.class_.pk)
        if session is not None and same.exists():
            self.add_error("title", _("There is a class with this title already this year."))
        return data


class SessionChoiceField(forms.ModelChoiceField):
    """A school year, with its organisation's name."""

    def __init__(self, queryset: QuerySet[AcademicSession]) -> None:
        super().__init__(queryset, label=_("School year"), empty_label=None)

    def label_from_instance(self, obj: AcademicSession) -> str:
        return f"{obj.organisation.name}, {obj.title}"


def sessions_of(user: User) -> QuerySet[AcademicSession]:
    """School years of the organisations that the person administers, the latest first."""
    return AcademicSession.objects.filter(
        organisation__in=access.administered_organisations(user)
    ).select_related("organisation")


class ImportForm(forms.Form):
    session = SessionChoiceField(AcademicSession.objects.none())
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, at most 2 MB and 5,000 lines."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    move_pupils = forms.BooleanField(
        label=_("A pupil found in another class of this school year leaves it (has moved)"),
        required=False,
        initial=True,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "session", sessions_of(user))

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST_FILE:
            raise forms.ValidationError(_("This file is larger than 2 MB. Import it in parts."))
        return upload
