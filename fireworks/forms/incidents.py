"""Forms of incidents and of reports by the public; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from config.inputs import CAMERA, DATE, MOMENT, WORDS
from fireworks.enums import Handling
from fireworks.models import Grid, Incident, IncidentPhoto, PoliceResult, PublicReport
from fireworks.workflow import incidents, reports
from staff.forms.records import ReasonForm, ground_of
from staff.models import Unit, User
from staff.refusals import Refused, show_refusal
from staff.uploads import save_image

EARLIEST_YEAR = 2000


class IncidentForm(forms.ModelForm):
    """An incident as it is entered on the phone: picture, place and a few choices first; the rest can wait."""

    photo = forms.FileField(label="现场照片", required=False, widget=forms.ClearableFileInput(attrs=CAMERA))
    handled_at = forms.DateTimeField(label="处置时间", widget=MOMENT)
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)
    field_order = ["photo", "place", "grid", "place_kind", "trigger", "kind"]

    class Meta:
        model = Incident
        fields = ["place", "grid", "place_kind", "trigger", "kind", "found_at", "unit", "source", "party",
                  "description", "reported_at", "on_site_at"]  # fmt: skip
        widgets = {
            "found_at": MOMENT,
            "reported_at": MOMENT,
            "on_site_at": MOMENT,
            "description": WORDS,
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        grids, units = Grid.objects.visible_to(user).active_on(timezone.localdate()), ground_of(user)
        kept = self.instance  # a correction keeps its grid and unit, though they are no longer in use
        self.fields["grid"].queryset = Grid.objects.filter(Q(pk__in=grids.values("pk")) | Q(pk=kept.grid_id))  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.filter(Q(pk__in=units.values("pk")) | Q(pk=kept.unit_id))  # type: ignore[attr-defined]
        self.fields["unit"].required = False
        self.fields["seen"].initial = self.instance.version
        self.same: Incident | None = None
        if self.instance.pk is not None:
            del self.fields["photo"]
        else:
            self.fields["found_at"].initial = timezone.localtime
        if self.instance.handled_at is None:
            del self.fields["handled_at"]  # the step writes it; here it is only put right
        else:
            moment = timezone.localtime(self.instance.handled_at)
            self.fields["handled_at"].initial = moment.replace(second=0, microsecond=0)  # as the field shows it

    def clean(self) -> dict[str, Any]:
        """A slip in the year is told at its field, before the database's rules reckon with it (the year 1 has no UTC)."""
        cleaned = super().clean() or {}
        for name in ("found_at", "reported_at", "on_site_at", "handled_at"):
            moment = cleaned.get(name)
            if moment is not None and moment.year < EARLIEST_YEAR:
                self.add_error(name, f"年份早于 {EARLIEST_YEAR} 年。请核对。")
        return cleaned

    def store(self) -> Incident | None:
        """Record or correct; None, with the reason on the form, if it is refused."""
        try:
            if self.instance.pk is not None:
                if "handled_at" in self.changed_data:
                    self.instance.handled_at = self.cleaned_data["handled_at"]
                seen = self.cleaned_data["seen"] or 0
                return incidents.edit_incident(self.instance, by=self.user, seen=seen)
            stored = incidents.record_incident(self.instance, by=self.user)
        except incidents.AlreadyRecorded as refusal:
            self.same = refusal.incident
            show_refusal(self, refusal)
            return None
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
        return stored

    def store_photo(self, incident: Incident) -> str:
        """The picture beside a stored incident; "" or why it was not taken. The incident stands either way."""
        if not self.cleaned_data.get("photo"):
            return ""
        try:
            photo = save_image(self.cleaned_data["photo"], IncidentPhoto, by=self.user, incident=incident)
        except ValidationError as problem:
            return " ".join(problem.messages)
        if photo.latitude is not None and photo.longitude is not None:
            incidents.take_position(incident, photo.latitude, photo.longitude, by=self.user)
        return ""


class ReportedIncidentForm(IncidentForm):
    """What a member of the public told: the incident's part. Source and times follow from the report."""

    class Meta(IncidentForm.Meta):
        fields = ["place", "grid", "place_kind", "trigger", "kind", "found_at", "unit", "description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["photo"]


class PublicReportForm(forms.ModelForm):
    class Meta:
        model = PublicReport
        fields = ["channel", "received_at", "name", "phone", "by_staff"]
        widgets = {"received_at": MOMENT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_at"].initial = timezone.localtime


def receive(report: PublicReportForm, incident: ReportedIncidentForm, *, by: User) -> PublicReport | None:
    """Both forms are valid: store the report with its incident; None, with the reason on a form, if it is refused."""
    incident.instance.source = "public"
    incident.instance.reported_at = report.cleaned_data["received_at"]
    try:
        return reports.receive_report(report.instance, incident.instance, by=by)
    except Refused as refusal:
        show_refusal(report if refusal.field in report.fields else incident, refusal)
        return None


class LookForm(forms.Form):
    """What the look on the spot came to."""

    on_site_at = forms.DateTimeField(label="到场时间", widget=MOMENT, required=False)
    note = forms.CharField(label="核实情况", max_length=200, required=False, widget=WORDS)

    def take(self, incident: Incident, edge: str, *, by: User) -> Incident:
        finding = incidents.Finding(self.cleaned_data["note"], self.cleaned_data["on_site_at"])
        step = incidents.verify_incident if edge == "verify" else incidents.dismiss_incident
        return step(incident, finding, by=by)


class DismissForm(LookForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = True


class HandleForm(forms.Form):
    handling = forms.ChoiceField(label="处置", choices=[("", "请选择"), *Handling.choices])
    handled_by = forms.CharField(label="处置人", max_length=60, help_text="两人以上用顿号分开。")
    handled_at = forms.DateTimeField(label="处置时间", widget=MOMENT, required=False)
    on_site_at = forms.DateTimeField(
        label="到场时间", widget=MOMENT, required=False, help_text="核实时填过的不用再填。"
    )
    note = forms.CharField(label="处置情况", max_length=300, required=False, widget=WORDS)

    def take(self, incident: Incident, edge: str, *, by: User) -> Incident:
        return incidents.handle_incident(incident, incidents.Treatment(**self.cleaned_data), by=by)


class CloseForm(forms.Form):
    """Nothing to fill in: the step itself is the statement."""

    def take(self, incident: Incident, edge: str, *, by: User) -> Incident:
        return incidents.close_incident(incident, by=by)


class VoidIncidentForm(ReasonForm):
    def take(self, incident: Incident, edge: str, *, by: User) -> Incident:
        return incidents.void_incident(incident, by=by, reason=self.cleaned_data["reason"])


STEP_FORMS: dict[str, type[Any]] = {
    "verify": LookForm,
    "dismiss": DismissForm,
    "handle": HandleForm,
    "close": CloseForm,
    "void": VoidIncidentForm,
}


class PoliceForm(forms.ModelForm):
    """What the police told us; amounts and days are theirs."""

    class Meta:
        model = PoliceResult
        fields = ["outcome", "people", "amount", "days", "told_on", "told_by"]
        widgets = {"told_on": DATE}

    def store(self, incident: Incident, *, by: User) -> PoliceResult | None:
        self.instance.incident = incident
        try:
            return incidents.record_police_result(self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class RewardForm(forms.Form):
    amount = forms.DecimalField(label="奖励金额（元）", min_value=1, max_value=100_000, max_digits=8, decimal_places=2)
    basis = forms.CharField(label="奖励依据", max_length=120, help_text="文件名称、条款。")

    def take(self, report: PublicReport, *, by: User) -> PublicReport:
        return reports.grant_reward(report, by=by, **self.cleaned_data)


class PayForm(forms.Form):
    code = forms.CharField(label="领取人报的举报码", max_length=12)

    def take(self, report: PublicReport, *, by: User) -> PublicReport:
        return reports.pay_reward(report, by=by, **self.cleaned_data)
