"""What is noted on a case beside its steps: what was signed on paper, numbers of other platforms, delivery, publication."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE, WORDS
from permits.enums import OpinionBody
from permits.models import Application, OfflineApproval
from permits.workflow import changes, decisions, opinions, records, window
from permits.workflow.steps import Step
from staff.forms.scans import ScanField
from staff.models import User


class NoteOnCase(forms.Form):
    """Abstract: a dialog that is no step of the table."""

    label = ""
    consequence = ""

    def __init__(self, data: Any = None, files: Any = None, *, application: Application, user: User) -> None:
        super().__init__(data, files)
        self.application, self.user = application, user
        if "on" in self.fields:
            self.fields["on"].initial = timezone.localdate

    def step(self) -> Step:
        return Step(self.user, self.cleaned_data.get("on"))


class ApprovalForm(NoteOnCase):
    label, consequence = "线下签批登记", "登记领导在纸上的批示；审计可以看到由谁代录。"
    subject = forms.CharField(label="签批事项", max_length=60)
    words = forms.CharField(label="批示内容", max_length=300, widget=WORDS)
    signer = forms.CharField(label="签批人", max_length=30)
    on_behalf_of = forms.CharField(
        label="代签对象", max_length=30, required=False, help_text="A、B 岗代签时填被代的领导。"
    )
    on = forms.DateField(label="签批日期", widget=DATE)
    scan = ScanField()

    def take(self) -> None:
        data = dict(self.cleaned_data)
        approval = OfflineApproval(signed_on=data.pop("on"), **data)
        records.record_approval(self.application, approval, by=self.user)


class ExternalForm(NoteOnCase):
    label, consequence = "外部编号", "登记政务服务网等平台的办件编号，可用来搜索。"
    external_number = forms.CharField(label="外部编号", max_length=60)
    external_system = forms.CharField(label="外部平台", max_length=40, initial="湖南政务服务网")

    def take(self) -> None:
        data = self.cleaned_data
        window.set_external_number(self.application, data["external_number"], data["external_system"], by=self.user)


class DayOnCase(NoteOnCase):
    """Abstract: a day that stands on the case and may be put right. `noted`: its field."""

    noted = ""
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, application: Application, user: User) -> None:
        super().__init__(data, files, application=application, user=user)
        self.fields["seen"].initial = application.version
        if stands := getattr(application, self.noted):
            self.fields["on"].initial = stands
            self.fields["on"].help_text = f"现为{stands}。填错了的改正，原来的日期留在经过里。"

    @property
    def read(self) -> int:
        """The version of the case on the page."""
        return self.cleaned_data["seen"] or 0


class DeliveryForm(DayOnCase):
    label, consequence, noted = "登记送达", "登记许可证或者决定书送达的日期。", "delivered_on"
    on = forms.DateField(label="送达日期", widget=DATE)

    def take(self) -> None:
        decisions.record_delivery(self.application, self.step(), seen=self.read)


class PublicationForm(DayOnCase):
    label, consequence, noted = "登记公示", "登记许可决定在信用平台公示的日期。", "published_on"
    on = forms.DateField(label="公示日期", widget=DATE)

    def take(self) -> None:
        decisions.record_publication(self.application, self.step(), seen=self.read)


class AskOpinionForm(NoteOnCase):
    label, consequence = "征求意见", "登记向哪个部门征求意见；办理期限不因此中止。"
    body = forms.ChoiceField(label="部门", choices=OpinionBody.choices)
    name = forms.CharField(label="单位名称", max_length=60, required=False)
    on = forms.DateField(label="征求日期", widget=DATE)
    expected = forms.DateField(label="约定答复日期", widget=DATE, required=False)

    def take(self) -> None:
        data = self.cleaned_data
        opinions.ask_opinion(self.application, data["body"], self.step(), name=data["name"], expected=data["expected"])


class ChangeSurveyForm(NoteOnCase):
    label, consequence = "登记变更查勘", "改变位置、面积的，准予前应重新查勘。"
    on = forms.DateField(label="查勘日期", widget=DATE)

    def take(self) -> None:
        changes.resurvey_change(self.application, self.step())


NOTE_FORMS: dict[str, type[NoteOnCase]] = {
    "approval": ApprovalForm,
    "external": ExternalForm,
    "delivery": DeliveryForm,
    "publication": PublicationForm,
    "ask-opinion": AskOpinionForm,
    "change-survey": ChangeSurveyForm,
}


def notes_for(application: Application) -> list[str]:
    """Which of them make sense where the case stands."""
    names = ["approval", "external"]
    if application.decided_on is not None:
        names += ["delivery", "publication"]
    if application.state in ("accepted", "surveying", "surveyed", "in_review", "gov_pending"):
        names.append("ask-opinion")
    if application.state == "changing":
        names.append("change-survey")
    return names
