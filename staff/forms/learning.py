"""The form of a course: what was held, and who was absent; everybody else was there."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE, WORDS
from staff.headcount import scopes
from staff.models import Course, Movement, User
from staff.refusals import Refused, show_refusal
from staff.workflow import learning

GAP = re.compile(r"[\s，,、：:]+")  # between name and reason, as a Chinese keyboard has it


class CourseForm(forms.ModelForm):
    """Light by default: all who are ticked took part; `absent` says in a line who did not, and why."""

    people = forms.MultipleChoiceField(
        label="应到人员", widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}), required=False
    )
    absent = forms.CharField(
        label="缺席人员",
        required=False,
        widget=WORDS,
        help_text="一行一人：姓名 原因，例如“样示例 病假”。没有缺席的不填。",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Course
        fields = ["kind", "title", "held_on", "hours", "place", "lecturer", "note"]
        widgets = {"held_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version
        stored = list(self.instance.attendances.select_related("person")) if self.instance.pk else []
        day = self.asked_day()
        here = Movement.objects.standing_on(day).filter(scopes(day)["duty"].q())
        rows = here.order_by("unit_after__order", "person__name").values_list(
            "person", "person__name", "unit_after__name"
        )
        self.names = {str(pk): (name, f"{name}（{unit}）") for pk, name, unit in rows}
        for row in stored:
            self.names.setdefault(str(row.person_id), (row.person.name, row.person.name))
        self.fields["people"].choices = [(pk, label) for pk, (_, label) in self.names.items()]  # type: ignore[attr-defined]
        if stored:
            self.fields["people"].initial = [str(row.person_id) for row in stored]
            self.fields["absent"].initial = "\n".join(
                f"{row.person.name} {row.reason}" for row in stored if not row.present
            )
        elif not self.instance.pk:
            self.fields["people"].initial = list(self.names)

    def asked_day(self) -> date:
        """The day that the form speaks of: who was on duty then is offered."""
        try:
            return date.fromisoformat(self.data["held_on"])
        except (KeyError, ValueError):
            return self.instance.held_on if self.instance.pk else timezone.localdate()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = data.get("people") or []
        by_name: dict[str, list[str]] = {}
        for pk in chosen:
            by_name.setdefault(self.names[pk][0], []).append(pk)
        self.attendance: dict[int, str | None] = {int(pk): None for pk in chosen}
        for line in (data.get("absent") or "").splitlines():
            name, _, reason = GAP.sub(" ", line.strip(), count=1).partition(" ")
            if not name:
                continue
            if len(by_name.get(name, [])) != 1:
                found = "没有勾选" if name not in by_name else "有同名的人"
                self.add_error("absent", f"应到人员里{found}“{name}”，请核对。")
                continue
            self.attendance[int(by_name[name][0])] = (reason.strip() or "未说明")[:60]
        return data

    def store(self, *, by: User) -> Course | None:
        """The stored course; None, with the reason on the form, if it is refused."""
        try:
            return learning.record_course(self.instance, self.attendance, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
