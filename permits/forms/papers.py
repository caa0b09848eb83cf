"""Forms of papers: what of a draft is typed, papers of other platforms, service, publication."""

from __future__ import annotations

import typing
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE, MOMENT
from permits.documents import CONTENTS, CasePaperContent, content_of
from permits.documents.typed import LABELS, LONG, typed_fields
from permits.forms.late import LateForm
from permits.models import Application, PaperService, PermitPaper
from permits.paper_kinds import PaperKind
from permits.workflow import papers, service
from staff.forms.scans import ScanField
from staff.models import User
from staff.refusals import Refused, show_refusal

LONGEST = 2000
KINDS = [(kind.value, kind.label) for kind in PaperKind if kind != PaperKind.SERVICE]


def field_for(content: type[CasePaperContent], name: str) -> forms.Field:
    """The control that fits the annotated type of a content's field."""
    hint, label = typing.get_type_hints(content)[name], LABELS[name]
    kinds = typing.get_args(hint) or (hint,)
    if date in kinds:
        return forms.DateField(label=label, required=False, widget=DATE)
    if datetime in kinds:
        return forms.DateTimeField(label=label, required=False, widget=MOMENT)
    lines = typing.get_origin(hint) is tuple
    widget = forms.Textarea(attrs={"rows": 3}) if lines or name in LONG else forms.TextInput()
    text = "每行一条。" if lines else ""
    return forms.CharField(label=label, required=False, max_length=LONGEST, widget=widget, help_text=text)


class ContentForm(forms.Form):
    """The typed contents of a draft. Empty ones are allowed: what is missing is said before signature."""

    def __init__(self, *args: Any, paper: PermitPaper, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paper = paper
        self.content = content_of(paper.kind, paper.data)
        for name in typed_fields(paper.kind):
            value = getattr(self.content, name)
            self.fields[name] = field_for(CONTENTS[PaperKind(paper.kind)], name)
            self.fields[name].initial = "\n".join(value) if isinstance(value, tuple) else value
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=paper.version)

    def store(self, *, by: User) -> bool:
        """False, with the reason on the form, if it is refused."""
        changes = {name: self.typed(name) for name in typed_fields(self.paper.kind)}
        try:
            papers.correct(self.paper, changes, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True

    def typed(self, name: str) -> Any:
        value = self.cleaned_data[name]
        if isinstance(getattr(self.content, name), tuple):
            return tuple(line.strip() for line in (value or "").splitlines() if line.strip())
        return value


class SignForm(forms.Form):
    """Which version of the draft was on the page: nobody signs what he did not see."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class OutsideForm(forms.Form):
    """外部出文: the paper exists on another platform; its number and date are recorded."""

    kind = forms.ChoiceField(label="文书", choices=KINDS)
    number = forms.CharField(label="外部文号", max_length=60)
    on = forms.DateField(label="出文日期", widget=DATE, initial=timezone.localdate)

    def store(self, application: Application, *, by: User) -> PermitPaper | None:
        data = self.cleaned_data
        try:
            return papers.record_outside(application, data["kind"], number=data["number"], on=data["on"], by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class PublishForm(forms.Form):
    on = forms.DateField(label="公示日期", widget=DATE, initial=timezone.localdate)
    place = forms.CharField(label="公示处", max_length=120, help_text="网站名称、公示栏；有链接的填链接。")

    def store(self, paper: PermitPaper, *, by: User) -> bool:
        try:
            service.publish(paper, by=by, **self.cleaned_data)
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True


class ServiceForm(LateForm, forms.ModelForm):
    """送达登记. 补录: it happened so, whatever the law wanted; that becomes a flaw of the case."""

    scan_file = ScanField(label="签收扫描件")
    afterwards = forms.BooleanField(label="补录：确实这样送达，不符合要求的地方记为程序瑕疵", required=False)

    class Meta:
        model = PaperService
        fields = [
            "method", "served_at", "recipient", "relation", "place", "servers", "witness", "recorded_on_video",
            "consent_on", "announced_on", "note",
        ]  # fmt: skip
        widgets = {"served_at": MOMENT, "consent_on": DATE, "announced_on": DATE}
        help_texts = {"witness": "留置送达须有见证人，或者拍照、录像。"}

    def __init__(self, *args: Any, paper: PermitPaper, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paper = paper
        self.fields["recipient"].initial = paper.application.applicant_name
        self.fields["served_at"].initial = timezone.localtime().replace(second=0, microsecond=0)
        self.order_fields([*self.Meta.fields[:-1], "scan_file", "note", "afterwards", "late_reason"])

    def _post_clean(self) -> None:
        """The door judges a service, with the article; the bare table would only repeat it."""

    def store(self, *, by: User) -> PaperService | None:
        data = dict(self.cleaned_data)
        scan = data.pop("scan_file")
        del data["afterwards"], data["late_reason"]
        method, served_at, recipient = (data.pop(name) for name in ("method", "served_at", "recipient"))
        if scan is not None:
            data["scan"] = scan
        how = service.Service(method, served_at, recipient, data)
        try:
            return service.serve(self.paper, how, by=by, **self.late)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None
