"""The dialogs of a case: one form a step. Each has the day, and may say that the step is recorded afterwards (补录)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from config.inputs import DATE
from permits.authority import city_road_reason
from permits.checklist import what_to_bring
from permits.conditions import proposed_conditions
from permits.enums import (
    TRANSITIONS,
    AdjustmentKind,
    ChangeKind,
    EndingGround,
    OpinionBody,
    OpinionOutcome,
    PauseKind,
)
from permits.forms import fee_words
from permits.forms.late import LateForm
from permits.forms.sides import rows_from, side_fields
from permits.models import Adjustment, Application, Ending, OfflineApproval, PermitChange, SubmittedMaterial
from permits.permissions import signs_for
from permits.workflow import changes, decisions, emergencies, guards, opinions, records, supervision, surveys, window
from permits.workflow.decisions import Verdict
from permits.workflow.steps import Step
from staff.enums import Standing
from staff.models import Movement, Person, Unit, UnitKind, User

LINES = forms.Textarea(attrs={"rows_wanted": 3})
LAST = ("on", "afterwards", "late_reason")
MONEY = {"max_digits": 12, "decimal_places": 2, "min_value": Decimal(0)}


def in_post() -> Any:
    """Everybody on duty today; who has no certificate is told, not left out (a survey is no enforcement)."""
    on_duty = Movement.objects.standing_on(timezone.localdate()).filter(standing_after__in=Standing.ON_DUTY)
    return Person.objects.filter(pk__in=on_duty.values("person"))


def squads() -> Any:
    return Unit.objects.active_on(timezone.localdate()).filter(kind__in=(UnitKind.SQUAD, UnitKind.DEPARTMENT))


class StepForm(LateForm):
    """A step with nothing of its own but the day. `edge` names it in the table of states."""

    on = forms.DateField(label="办理日期", widget=DATE, help_text="线下先办的，填实际日期。")

    def __init__(self, data: Any = None, *, application: Application, edge: str, user: User) -> None:
        super().__init__(data)
        self.application, self.edge, self.user = application, edge, user
        self.fields["on"].initial = timezone.localdate
        self.prepare()
        signed = self.fields.pop("signed_by", None)
        if signed is not None and signs_for(user, edge):
            self.fields["signed_by"] = signed
        self.order_fields([*(name for name in self.fields if name not in LAST), *LAST])

    def prepare(self) -> None:
        """Choices and starting values that depend on the case."""

    def step(self, note: str = "") -> Step:
        return Step(self.user, self.cleaned_data["on"], note=note, **self.late)

    def decided_by(self) -> str:
        """The leader who is signed in, or who signed on paper."""
        return str(self.cleaned_data.get("signed_by") or self.user)

    def register_signature(self, words: str) -> None:
        signer = self.cleaned_data.get("signed_by")
        if signer:
            label, day = TRANSITIONS[self.edge].label, self.cleaned_data["on"]
            approval = OfflineApproval(subject=label, words=(words or "同意")[:300], signer=signer, signed_on=day)
            records.record_approval(self.application, approval, by=self.user)

    def take(self) -> None:
        SIMPLE[self.edge](self.application, self.step())


SIMPLE = {
    "receive": window.receive,
    "supplement": window.supplement,
    "accept": window.accept,
    "make_up": emergencies.make_up,
    "ask_government": opinions.ask_government,
    "to_review": opinions.to_review,
    "end_special": decisions.end_special,
    "demand_fee": decisions.demand_fee,
    "start": supervision.start,
    "complete": supervision.complete,
    "close": supervision.close,
}
NOTED = {
    "not_required": (window.declare_not_required, "为什么不需要许可"),
    "refuse_intake": (window.refuse_intake, "不予受理的理由；不属本局职权的写明应向哪个机关申请"),
    "transfer": (window.transfer, "转报说明"),
    "withdraw": (window.withdraw, "撤回申请书的日期和理由"),
    "rectified": (supervision.rectified, "改正情况"),
    "mistaken": (emergencies.end_mistaken, "误报的经过；重复报备的写明另一份的编号"),
}


class NoteForm(StepForm):
    note = forms.CharField(label="说明", max_length=300, widget=LINES)

    def prepare(self) -> None:
        self.fields["note"].label = NOTED[self.edge][1]
        if self.edge in ("refuse_intake", "transfer"):
            self.fields["note"].initial = city_road_reason(self.application)

    def take(self) -> None:
        NOTED[self.edge][0](self.application, self.step(self.cleaned_data["note"]))


def is_open_condition(row: SubmittedMaterial) -> bool:
    """Asked for under a condition, and neither handed in nor struck out; what the agency fetches itself is not asked."""
    line = row.material
    return bool(line and line.condition and not (row.mandatory or row.received_on or row.not_applicable))


class SupplementForm(StepForm):
    """Prefilled with what the checklist misses; what was handed in and is not right is typed below."""

    items = forms.CharField(
        label="需要补正的全部内容", widget=LINES,
        help_text="每行一项：名称、冒号、补什么。清单上缺的已列出，交了但不合要求的接着写。只能告知一次，请列全。",
    )  # fmt: skip

    def prepare(self) -> None:
        rows = self.application.materials.select_related("material")
        lines = [what_to_bring(row) for row in rows if row.is_missing]
        lines += [f"路段：{each.text}" for each in guards.areas_add_up(self.application)]
        items = self.fields["items"]
        items.initial, items.widget.attrs["rows_wanted"] = "\n".join(lines), max(4, len(lines) * 3 // 2 + 1)
        asked_if = [f"{row.name}（{row.material.condition}）" for row in rows if is_open_condition(row)]
        if asked_if:
            items.help_text += f"视情提交、还没有交的，用得着的也写上：{'、'.join(asked_if)}。"

    def take(self) -> None:
        window.ask_supplement(self.application, self.cleaned_data["items"], self.step())


class CrewForm(StepForm):
    first = forms.ModelChoiceField(label="查勘人员一", queryset=Person.objects.none())
    second = forms.ModelChoiceField(label="查勘人员二", queryset=Person.objects.none())
    squad = forms.ModelChoiceField(label="查勘单位", queryset=Unit.objects.none(), required=False)
    companions = forms.CharField(label="其他参加人员", max_length=120, required=False)
    no_conflict = forms.BooleanField(
        label="两人与申请人没有利害关系", help_text="有利害关系的应当回避（《公务员法》第七十六条）。"
    )
    note = forms.CharField(label="重新查勘的原因", max_length=200, widget=LINES)

    def prepare(self) -> None:
        self.fields["first"].queryset = self.fields["second"].queryset = in_post()  # type: ignore[attr-defined]
        self.fields["squad"].queryset = squads()  # type: ignore[attr-defined]
        if self.edge == "assign":
            del self.fields["note"]

    def take(self) -> None:
        data = self.cleaned_data
        crew = surveys.Crew(data["first"], data["second"], data["squad"], data["companions"])
        if self.edge == "assign":
            surveys.assign(self.application, crew, self.step())
        else:
            surveys.resurvey(self.application, crew, self.step(data["note"]))


class OpinionForm(StepForm):
    body = forms.ChoiceField(label="部门", choices=OpinionBody.choices)
    body_name = forms.CharField(label="单位名称", max_length=60, required=False)
    outcome = forms.ChoiceField(label="意见", choices=[each for each in OpinionOutcome.choices if each[0] != "pending"])
    note = forms.CharField(label="意见内容", max_length=300, required=False, widget=LINES)
    signer = forms.CharField(label="签字人", max_length=30, required=False)
    document = forms.CharField(label="文号", max_length=60, required=False)

    def prepare(self) -> None:
        if self.edge == "government_answer":
            del self.fields["body"]
            self.fields["document"].required = True

    def take(self) -> None:
        data = self.cleaned_data
        answer = opinions.Answer(
            data.get("body") or OpinionBody.GOVERNMENT, data["outcome"], data["body_name"], data["note"],
            data["signer"], data["document"],
        )  # fmt: skip
        door = opinions.government_answer if self.edge == "government_answer" else opinions.record_opinion
        door(self.application, answer, self.step())


class SpecialForm(StepForm):
    kind = forms.ChoiceField(label="事由类别", choices=PauseKind.choices)
    reason = forms.CharField(label="事由", max_length=200, widget=LINES)
    planned_days = forms.IntegerField(label="预计所需工作日", min_value=1, max_value=200)
    told_on = forms.DateField(label="书面告知申请人的日期", widget=DATE)

    def take(self) -> None:
        data = self.cleaned_data
        pause = decisions.Pause(data["kind"], data["reason"], data["planned_days"], data["told_on"])
        decisions.start_special(self.application, pause, self.step())


SIGNED = {"label": "签批领导", "max_length": 30, "help_text": "线下签批的，填在纸上签字的领导；同时登记线下签批。"}


class ExtendForm(StepForm):
    reason = forms.CharField(label="延期理由（告知申请人）", max_length=200, widget=LINES)
    signed_by = forms.CharField(**SIGNED)

    def take(self) -> None:
        decisions.extend(self.application, self.cleaned_data["reason"], self.step())
        self.register_signature(self.cleaned_data["reason"])


TEXT_LABELS = {
    "grant": "许可条件和要求", "deny": "不予许可的理由", "grant_change": "变更决定说明", "deny_change": "不予变更的理由",
}  # fmt: skip
DOORS = {"grant": decisions.grant, "deny": decisions.deny, "grant_change": changes.grant_change,
         "deny_change": changes.deny_change}  # fmt: skip


class VerdictForm(StepForm):
    text = forms.CharField(label="内容", widget=LINES)
    signed_by = forms.CharField(**SIGNED)

    def prepare(self) -> None:
        self.fields["text"].label = TEXT_LABELS[self.edge]
        if self.edge == "grant":
            self.fields["text"].initial = proposed_conditions(self.application)
        if self.edge == "grant_change":
            self.fields["text"].help_text = fee_words.of_change(self.application)

    def take(self) -> None:
        verdict = Verdict(self.cleaned_data["text"], self.decided_by())
        DOORS[self.edge](self.application, verdict, self.step())  # type: ignore[operator]
        self.register_signature(self.cleaned_data["text"])


class IssueForm(StepForm):
    licence_number = forms.CharField(
        label="外部证号",
        max_length=60,
        required=False,
        help_text="本系统签发的许可证不用填；在其他平台制证的填该平台的证号。",
    )

    def take(self) -> None:
        decisions.issue(self.application, self.step(), licence_number=self.cleaned_data["licence_number"])


class ChangeForm(StepForm):
    kind = forms.ChoiceField(label="变更事项", choices=ChangeKind.choices)
    reason = forms.CharField(label="变更理由", max_length=200, widget=LINES)
    new_ends_on = forms.DateField(label="变更后期限至", widget=DATE, required=False)
    new_location = forms.CharField(label="变更后位置", max_length=160, required=False)

    def prepare(self) -> None:
        self.fields.update(side_fields(self.application))

    def take(self) -> None:
        data = self.cleaned_data
        names = ("kind", "reason", "new_ends_on", "new_location")
        sides = rows_from(self.application, data)
        change = PermitChange(**{name: data[name] for name in names}, new_segments=sides)
        changes.ask_change(self.application, change, self.step())


class AdjustForm(StepForm):
    kind = forms.ChoiceField(label="调整方式", choices=[each for each in AdjustmentKind.choices if each[0] != "stop"])
    reason = forms.CharField(label="理由（城市建设或者其他特殊需要）", max_length=200, widget=LINES)
    new_ends_on = forms.DateField(label="调整后期限至", widget=DATE, required=False)
    signed_by = forms.CharField(**SIGNED)

    def prepare(self) -> None:
        if self.edge == "stop":
            for name in ("kind", "new_ends_on"):
                del self.fields[name]
            self.fields["reason"].help_text = fee_words.of_stop(self.application)
        else:
            self.fields[
                "reason"
            ].help_text = "应退的占用费由系统按减少的面积和天数计算（《城市道路管理条例》第三十八条）。"
            self.fields.update(side_fields(self.application))

    def take(self) -> None:
        data = self.cleaned_data
        kind = data.get("kind") or AdjustmentKind.STOP
        row = Adjustment(
            kind=kind, reason=data["reason"], new_ends_on=data.get("new_ends_on"),
            new_segments=rows_from(self.application, data) if kind == AdjustmentKind.SHRINK else [],
            decided_by=self.decided_by()[:60],
        )  # fmt: skip
        changes.adjust(self.application, row, self.step())
        self.register_signature(data["reason"])


class RectifyForm(StepForm):
    demand = forms.CharField(label="责令改正内容", max_length=300, widget=LINES)
    due_on = forms.DateField(label="改正期限", widget=DATE)
    case_lead = forms.BooleanField(label="同时移送立案线索（可以处二万元以下罚款）", required=False)

    def take(self) -> None:
        data = self.cleaned_data
        demand = supervision.Demand(data["demand"], data["due_on"], None, data["case_lead"])
        supervision.order_rectification(self.application, demand, self.step())


GROUNDS = {"revoke": EndingGround.OF_REVOKE, "recall": EndingGround.OF_RECALL, "cancel": EndingGround.OF_CANCEL}


class EndingForm(StepForm):
    ground = forms.ChoiceField(label="情形")
    facts = forms.CharField(label="事实和理由", max_length=300, widget=LINES)
    heard_on = forms.DateField(label="听取陈述、申辩的日期", widget=DATE, required=False)
    signed_by = forms.CharField(**SIGNED)

    def prepare(self) -> None:
        allowed = GROUNDS[self.edge]
        self.fields["ground"].choices = [each for each in EndingGround.choices if each[0] in allowed]  # type: ignore[attr-defined]
        if self.edge == "cancel":
            del self.fields["heard_on"]

    def take(self) -> None:
        data = self.cleaned_data
        row = Ending(
            kind=self.edge, ground=data["ground"], facts=data["facts"], heard_on=data.get("heard_on"),
            decided_by=self.decided_by()[:60],
        )  # fmt: skip
        changes.end_permit(self.application, row, self.step())
        self.register_signature(data["facts"])


STEP_FORMS: dict[str, type[StepForm]] = {
    **dict.fromkeys(SIMPLE, StepForm),
    **dict.fromkeys(NOTED, NoteForm),
    **dict.fromkeys(TEXT_LABELS, VerdictForm),
    **dict.fromkeys(GROUNDS, EndingForm),
    "ask_supplement": SupplementForm,
    "assign": CrewForm,
    "resurvey": CrewForm,
    "record_opinion": OpinionForm,
    "government_answer": OpinionForm,
    "start_special": SpecialForm,
    "extend": ExtendForm,
    "issue": IssueForm,
    "ask_change": ChangeForm,
    "adjust": AdjustForm,
    "stop": AdjustForm,
    "order_rectification": RectifyForm,
}
# These have pages of their own: the survey and the acceptance are filled in on the spot; the rest nobody clicks.
OWN_PAGE = {"survey": "survey-fill", "pass_restoration": "restoration-create", "fail_restoration": "restoration-create"}
