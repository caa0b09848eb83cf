"""Forms of the regulations register; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Max

from config.inputs import DATE
from staff.filters.people import our_units
from staff.forms.people import JUST_NOW
from staff.models import Regulation, RegulationEdition, RegulationFile, RegulationVersion, User
from staff.refusals import Refused, show_refusal
from staff.uploads import save_document
from staff.workflow import regulations

VERSION_FIELDS = ["title", "document_number", "issued_on", "effective_on", "based_on", "change_note", "text"]


class RegulationForm(forms.ModelForm):
    """What stays the same through all versions."""

    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Regulation
        fields = ["code", "category", "nature", "owner"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = our_units()  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["seen"].initial = self.instance.saved
        else:
            del self.fields["seen"]  # a new one stands on one page with its first version

    def refile(self, *, by: User) -> Regulation | None:
        """The document as it is filed now; None, with the reason on the form, if it is refused."""
        try:
            return regulations.refile(self.instance, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error("code", "这个编号刚刚已被使用。")
        return None


class VersionForm(forms.ModelForm):
    """One version: the first, a revision, or a correction of the newest."""

    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = RegulationVersion
        fields = VERSION_FIELDS
        widgets = {
            "issued_on": DATE,
            "effective_on": DATE,
            "text": forms.Textarea(attrs={"rows_wanted": 16}),
        }
        help_texts = {"text": "一段一行。没有电子文本的可以只上传扫描件。"}

    def __init__(self, *args: Any, first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.saved
        if first:
            del self.fields["change_note"]
        else:
            self.fields["change_note"].required = True

    def revise(self, regulation: Regulation, *, change: str, by: User) -> RegulationVersion | None:
        try:
            return regulations.change_rule(regulation, self.instance, change=change, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error(None, JUST_NOW)
        return None

    def correct(self, *, by: User) -> RegulationVersion | None:
        try:
            return regulations.correct_version(self.instance, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class RepealForm(VersionForm):
    """A repeal needs the day and the reason; the title is that of the last version."""

    class Meta(VersionForm.Meta):
        fields = ["document_number", "issued_on", "effective_on", "change_note"]
        labels = {"effective_on": "废止日期", "change_note": "废止说明", "document_number": "废止文件文号"}

    def __init__(self, *args: Any, regulation: Regulation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.title = regulation.title


def record_rule(regulation: RegulationForm, first: VersionForm, *, by: User) -> Regulation | None:
    """Both forms are valid: store the document with its first version."""
    try:
        return regulations.record_rule(regulation.instance, first.instance, by=by)
    except Refused as refusal:
        show_refusal(first, refusal)
    except IntegrityError:
        regulation.add_error("code", "这个编号刚刚已被使用。")
    return None


class RuleFileForm(forms.Form):
    file = forms.FileField(label="附件", help_text="签发的扫描件（PDF）或 Word 文件，不超过 30 MB。")

    def store(self, version: RegulationVersion, *, by: User) -> RegulationFile | None:
        try:
            return save_document(self.cleaned_data["file"], RegulationFile, by=by, version=version)
        except ValidationError as problem:
            self.add_error("file", problem)
            return None


class EditionForm(forms.ModelForm):
    class Meta:
        model = RegulationEdition
        fields = ["ordinal", "as_of", "foreword"]
        widgets = {"as_of": DATE}
        help_texts = {"as_of": "编入这一天现行的全部制度。", "foreword": "印在目录之前，可以不填。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = RegulationEdition.objects.aggregate(last=Max("ordinal"))["last"] or 0
        self.fields["ordinal"].initial = last + 1

    def store(self, *, by: User) -> RegulationEdition | None:
        try:
            return regulations.make_edition(self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
