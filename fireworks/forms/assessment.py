"""Forms of the ban's assessment; they own all reading of POST."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from config.display import CENT
from config.inputs import DATE, MONTH, WORDS
from fireworks.enums import BanBlock, MeasureKind
from fireworks.forms.records import RecordForm, recent
from fireworks.models import BanBulletin, BanEntry, BanItem, BanMeasure, BanScheme, Incident
from fireworks.models.assessment import MONTH_PATTERN
from fireworks.workflow import assessment
from staff.forms.records import units_of_late
from staff.models import Unit, User
from staff.refusals import Refused, show_refusal


def month_field(label: str = "月份") -> forms.RegexField:
    return forms.RegexField(
        MONTH_PATTERN,
        label=label,
        widget=MONTH,
        error_messages={"invalid": "月份写成 2026-03 的样子。"},
    )


def reason_field() -> forms.CharField:
    return forms.CharField(label="更正说明", min_length=4, max_length=200, widget=WORDS)


class EntryForm(RecordForm):
    month = month_field()

    class Meta:
        model = BanEntry
        fields = ["month", "unit", "item", "happened_on", "fact", "points", "incident"]
        widgets = {"happened_on": DATE}
        help_texts = {"points": "空着按办法的分值扣。", "fact": "空着按扣分情形写。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        units = Q(pk__in=units_of_late().assessed().values("pk"))  # a month that is over: they may have ended since
        self.fields["unit"].queryset = Unit.objects.filter(units | Q(pk=self.instance.unit_id))  # type: ignore[attr-defined]
        items = BanItem.objects.select_related("scheme").order_by("-scheme__valid_from", "code")
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.fields["item"].label_from_instance = item_words  # type: ignore[attr-defined]
        self.fields["incident"].queryset = recent(Incident.objects.confirmed(), self.instance.incident_id)  # type: ignore[attr-defined]
        self.fields["month"].initial = f"{today:%Y-%m}"
        self.fields["points"].required = self.fields["fact"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        item = data.get("item")
        if item is not None:
            if data.get("points") is None:  # a typed 0 is no empty field: the rule of the row refuses it
                data["points"] = item.points
            data["fact"] = data.get("fact") or item.name
        return data

    def write(self, seen: int | None) -> BanEntry:
        if seen is None:
            return assessment.record_entry(self.instance, by=self.user)
        return assessment.correct_entry(self.instance, by=self.user, seen=seen)


def item_words(item: BanItem) -> str:
    block, points = item.get_block_display(), item.points.normalize()
    return f"{item.code} {item.name}（{block}，{points:f} 分，{item.scheme.valid_from.year}年办法）"


class BulletinForm(forms.ModelForm):
    month = month_field()

    class Meta:
        model = BanBulletin
        fields = ["month", "foreword"]
        widgets = {"foreword": forms.Textarea(attrs={"rows_wanted": 3})}
        help_texts = {"foreword": "印在表格前面，可以不填。"}

    def store(self, *, by: User) -> BanBulletin | None:
        try:
            return assessment.make_bulletin(self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class BulletinWordsForm(forms.ModelForm):
    """The words of a draft. The month stays; of a correction also what it says about itself."""

    correction_reason = reason_field()
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = BanBulletin
        fields = ["foreword", "correction_reason"]
        widgets = BulletinForm.Meta.widgets
        help_texts = BulletinForm.Meta.help_texts

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version
        if self.instance.corrects_id is None:
            del self.fields["correction_reason"]

    def store(self, *, by: User) -> BanBulletin | None:
        try:
            return assessment.edit_bulletin(self.instance, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class IssueForm(forms.Form):
    """Nothing to fill in; what was read goes along."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=assessment.SHOWN_LENGTH)

    def take(self, bulletin: BanBulletin, *, by: User) -> None:
        assessment.issue_bulletin(bulletin, by=by, seen=self.cleaned_data.get("seen", ""))


class CorrectionForm(forms.Form):
    reason = reason_field()

    def take(self, bulletin: BanBulletin, *, by: User) -> BanBulletin:
        return assessment.correct_bulletin(bulletin, by=by, reason=self.cleaned_data["reason"])


class SchemeForm(forms.ModelForm):
    """A version of the scheme; items and measures as lines, so that they can be pasted from the document's table."""

    items = forms.CharField(
        label="扣分项",
        widget=forms.Textarea(attrs={"rows_wanted": 8}),
        help_text="一行一项：板块、扣分情形、扣分，用空格或制表符分开，如“月度考评 未按月开展宣传 2”。",
    )
    measures = forms.CharField(
        label="奖惩",
        required=False,
        widget=forms.Textarea(attrs={"rows_wanted": 3}),
        help_text="一行一条：类别（奖励或处理）、情形、措施。",
    )

    class Meta:
        model = BanScheme
        fields = ["name", "source", "valid_from", "note"]
        widgets = {"valid_from": DATE}

    def clean_items(self) -> list[BanItem]:
        found = [self._item(number, line) for number, line in lines_of(self.cleaned_data["items"])]
        if not found:
            raise ValidationError("至少要有一项。")
        return found

    def _item(self, number: int, line: str) -> BanItem:
        parts = line.split()
        blocks = {str(label): value for value, label in BanBlock.choices}
        try:
            points = Decimal(parts[-1].removesuffix("分"))
        except InvalidOperation as error:
            raise ValidationError(f"第 {number} 行末尾应是扣分：“{line}”。") from error
        if len(parts) < 3 or parts[0] not in blocks or not points.is_finite() or not 0 < points <= 100:
            raise ValidationError(
                f"第 {number} 行看不懂：“{line}”。板块写“领导督办”或“月度考评”，扣分在 0 到 100 之间。"
            )
        if points != points.quantize(CENT, ROUND_HALF_UP):
            raise ValidationError(f"第 {number} 行的扣分最多两位小数：“{line}”。")
        name = fitting(BanItem, "name", "".join(parts[1:-1]), number)
        return BanItem(code=f"{number:02d}", block=blocks[parts[0]], name=name, points=points)

    def clean_measures(self) -> list[BanMeasure]:
        kinds = {str(label): value for value, label in MeasureKind.choices}
        found = []
        for number, line in lines_of(self.cleaned_data["measures"]):
            parts = line.split()
            if len(parts) < 3 or parts[0] not in kinds:
                raise ValidationError(f"第 {number} 行看不懂：“{line}”。先写“奖励”或“处理”，再写情形和措施。")
            condition = fitting(BanMeasure, "condition", parts[1], number)
            consequence = fitting(BanMeasure, "consequence", "".join(parts[2:]), number)
            found.append(BanMeasure(kind=kinds[parts[0]], condition=condition, consequence=consequence))
        return found

    def store(self, *, by: User) -> BanScheme:
        return assessment.store_scheme(self.instance, self.cleaned_data["items"], self.cleaned_data["measures"], by=by)


def fitting(model: type[BanItem | BanMeasure], field: str, words: str, number: int) -> str:
    """The words if the column holds them: what was pasted is never cut without a word."""
    described = model._meta.get_field(field)
    if len(words) > described.max_length:  # type: ignore[operator, union-attr]
        raise ValidationError(
            f"第 {number} 行的{described.verbose_name}超过 {described.max_length} 字，请写短一些：“{words[:20]}……”。"  # type: ignore[union-attr]
        )
    return words


def lines_of(text: str) -> list[tuple[int, str]]:
    """Numbered lines that hold something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return list(enumerate(lines, 1))
