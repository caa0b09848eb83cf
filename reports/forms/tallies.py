"""The form of the tally register: few fields, the last measure and place kept, each sending stored once."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from config.inputs import CAMERA, DATE
from reports.models import KeyTask, Measure, TallyEntry, TallyPhoto
from reports.workflow import tallies
from staff.forms.records import RecordForm
from staff.models import User
from staff.permissions import Perms
from staff.uploads import save_image

CLOSED_LATELY = timedelta(days=60)


def offered_measures(user: User) -> Any:
    """Measures that are still counted, of tasks that this user's units work on: open ones, and those closed lately, for
    what was counted before comes in late. The office enters for all."""
    lately = timezone.localdate() - CLOSED_LATELY
    tasks = KeyTask.objects.visible_to(user).recorded().filter(Q(closed_on=None) | Q(closed_on__gte=lately))
    if not user.has_perm(Perms.MANAGE_TASKS):
        tasks = tasks.worked_on_by(user)
    return Measure.objects.filter(active=True, task__in=tasks.values("pk")).select_related("task")


def words_of(task: KeyTask) -> str:
    return task.title if task.is_open else f"{task.title}（{task.closed_on} {task.get_state_display()}）"


def grouped(measures: Any) -> list[Any]:
    """The measures under their tasks, each with its unit."""
    by_task = groupby(measures, key=lambda measure: measure.task)
    return [
        ("", "请选择"),
        *((words_of(task), [(measure.code, str(measure)) for measure in group]) for task, group in by_task),
    ]


class TallyForm(RecordForm):
    photo = forms.FileField(label="照片", required=False, widget=forms.ClearableFileInput(attrs=CAMERA))
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput())
    reason = forms.CharField(label="修改理由", min_length=2, max_length=200)

    class Meta:
        model = TallyEntry
        fields = ["measure", "quantity", "place", "happened_on", "unit", "note"]
        widgets = {"happened_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measures = offered_measures(self.user)
        if self.instance.pk is not None:
            measures = measures | Measure.objects.filter(pk=self.instance.measure_id).select_related("task")
            self.initial["measure"] = self.instance.measure.code
            del self.fields["photo"], self.fields["client_id"]
        else:
            del self.fields["reason"]
            self.fields["client_id"].initial = uuid4
        choice = self.fields["measure"]
        choice.to_field_name = "code"  # type: ignore[attr-defined]
        choice.queryset = measures.distinct()  # type: ignore[attr-defined]
        choice.choices = grouped(measures.distinct())  # type: ignore[attr-defined]
        self.fields["quantity"].widget.attrs["inputmode"] = "decimal"
        self.offer_units()

    def write(self, seen: int | None) -> TallyEntry:
        if seen is None:
            client_id = self.cleaned_data.get("client_id")
            return tallies.record_tally(self.instance, by=self.user, client_id=client_id)
        return tallies.correct_tally(self.instance, by=self.user, seen=seen, reason=self.cleaned_data["reason"])

    def store_photo(self, entry: TallyEntry) -> str:
        """The picture beside a stored entry; "" or why it was not taken. The entry stands either way."""
        upload = self.cleaned_data.get("photo")
        if not upload:
            return ""
        try:
            save_image(upload, TallyPhoto, by=self.user, entry=entry)
        except ValidationError as problem:
            return " ".join(problem.messages)
        return ""
