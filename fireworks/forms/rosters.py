"""Forms of the roster: a post's people as text, publishing, solving."""

from __future__ import annotations

from typing import Any

from django import forms

from fireworks.crews import UnknownName, by_name, read_crew
from fireworks.models import Roster, Slot
from fireworks.planning import plan_of
from fireworks.roster import breaches
from fireworks.workflow import rosters
from staff.models import User
from staff.refusals import Refused, show_refusal


class CrewForm(forms.Form):
    names = forms.CharField(
        label="人员",
        required=False,
        max_length=300,
        help_text="用顿号隔开，第一个带班。职责写在括号里：带班、值守、巡查、机动；同名的写单位；替补写“（替补王五）”。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "duty-people"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, slot: Slot, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"crew{slot.pk}_%s", **kwargs)  # several cells may stand open
        self.slot = slot
        self.fields["names"].initial, self.fields["version"].initial = slot.names, slot.version

    def clean_names(self) -> Any:
        text = self.cleaned_data["names"]
        self.crew = []
        try:
            self.crew = read_crew(text, by_name())
        except UnknownName as problem:
            raise forms.ValidationError(str(problem)) from problem
        return text

    def broken(self) -> list[str]:
        """What would be broken at this post, and by these people, if it stood as typed."""
        roster = self.slot.roster
        plan = plan_of(roster)
        others = {pair for pair in plan.placed if pair[0] != self.slot.pk}
        people = {member.person.pk for member in self.crew}
        after = plan_of(roster, others | {(self.slot.pk, key) for key in people})
        group = {duty.key for duty in after.duties if duty.group == self._group(after)}
        return [
            breach.text
            for breach in breaches(after)
            if (breach.worker in people if breach.worker else breach.duty in group)
        ]

    def _group(self, plan: Any) -> Any:
        return next(duty.group for duty in plan.duties if duty.key == self.slot.pk)

    def store(self, *, by: User) -> bool:
        try:
            rosters.set_crew(self.slot, self.crew, by=by, seen=self.cleaned_data["version"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True


class PublishForm(forms.Form):
    accept_breaches = forms.BooleanField(
        label="按现状发布", required=False, help_text="有不满足规则的地方而确实无法调整时勾选；会记入日志。"
    )

    def store(self, *, roster: Roster, by: User) -> bool:
        try:
            rosters.publish(roster, by=by, accept_breaches=self.cleaned_data["accept_breaches"])
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True


class SolveForm(forms.Form):
    keep = forms.BooleanField(label="保留已经排好的人", required=False, initial=True)
    seconds = forms.TypedChoiceField(
        label="最长用时",
        coerce=int,
        choices=[(10, "10 秒"), (30, "30 秒"), (60, "1 分钟"), (180, "3 分钟")],
        initial=30,
    )
