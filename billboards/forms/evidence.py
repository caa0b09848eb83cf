"""Forms of evidence, of records of the site and of interviews."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone

from billboards.enums.cases import CustodyAct
from billboards.models import Case, CaseOfficer, Evidence, EvidenceCustody, Interview, SiteRecord
from billboards.workflow import evidence, inquiry
from config.form_fields import asked
from config.inputs import DATE, MOMENT, RowsField
from config.periods import FIRST_YEAR, LAST_YEAR
from staff.forms.files import SeveralFilesField
from staff.models import User
from staff.refusals import Refused, show_refusal

LINES = forms.Textarea(attrs={"rows_wanted": 4})


class EvidenceForm(forms.ModelForm):
    files = SeveralFilesField(
        label="照片、文件", required=False, help_text="照片、PDF 或 Word，可一次选多个；没有拍摄时间的照收并注明。"
    )

    class Meta:
        model = Evidence
        fields = ["kind", "name", "proves", "source", "collected_at", "collected_by", "place", "pages", "fixed_camera", "camera_reviewed", "preserved_on"]  # fmt: skip
        widgets = {"collected_at": MOMENT, "preserved_on": DATE}

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        names = "、".join(each.person.name for each in case.officers.select_related("person") if not each.recused_on)
        self.fields["collected_by"].initial = names
        self.fields["collected_at"].initial = timezone.localtime
        self.fields["place"].initial = case.place

    def store(self, *, by: User) -> Evidence | None:
        """The piece with its files, or neither: a piece of evidence is never deleted."""
        try:
            with transaction.atomic():
                stored = evidence.add_evidence(self.case, self.instance, by=by)
                if self.cleaned_data["files"]:
                    evidence.add_files(stored, self.cleaned_data["files"], by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
        return stored


class FilesForm(forms.Form):
    files = SeveralFilesField(label="照片、文件")


class CustodyForm(forms.ModelForm):
    class Meta:
        model = EvidenceCustody
        fields = ["act", "happened_at", "handed_by", "received_by", "place", "note"]
        widgets = {"happened_at": MOMENT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        acts = (CustodyAct.HANDED_OVER, CustodyAct.CHECKED, CustodyAct.RETURNED)
        self.fields["act"].choices = [(each.value, each.label) for each in acts]  # type: ignore[attr-defined]
        self.fields["happened_at"].initial = timezone.localtime


class SheetForm(forms.ModelForm):
    """A record made by two officers; `late`: it was made otherwise, and that is recorded too."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        acting = CaseOfficer.objects.filter(case=case, recused_on=None).select_related("person")
        officers = RowsField(
            acting, label="执法人员（二人以上）", widget=forms.CheckboxSelectMultiple, required=False, initial=acting
        )
        self.fields["officers"] = asked(officers)
        self.fields["late"] = forms.BooleanField(
            label="补录：事情已经这样发生", required=False, help_text="不合程序的如实记为程序瑕疵。"
        )
        for name, value in (("place", case.place), ("started_at", timezone.localtime)):
            self.fields[name].initial = value

    def clean(self) -> dict[str, Any]:
        """A year that no clock had is refused before it is compared in another time zone."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("started_at", "ended_at"):
            moment = cleaned.get(name)
            if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
                self.add_error(name, "年份不对，请核对。")
        return cleaned

    def store(self, *, by: User) -> Any:
        officers, late = list(self.cleaned_data["officers"]), self.cleaned_data["late"]
        try:
            return inquiry.record_sheet(self.case, self.instance, officers, by=by, late=late)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class SiteForm(SheetForm):
    class Meta:
        model = SiteRecord
        fields = ["started_at", "ended_at", "place", "inspected", "certificate_shown", "recusal_told", "facts", "width_m", "height_m", "faces", "signature", "witness", "recorder"]  # fmt: skip
        widgets = {"started_at": MOMENT, "ended_at": MOMENT, "facts": LINES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inspected"].initial = self.case.party_name


class InterviewForm(SheetForm):
    class Meta:
        model = Interview
        fields = ["started_at", "ended_at", "place", "person", "relation", "identity", "certificate_shown", "rights_told", "questions", "signature", "recorder"]  # fmt: skip
        widgets = {"started_at": MOMENT, "ended_at": MOMENT, "questions": forms.Textarea(attrs={"rows_wanted": 8})}
