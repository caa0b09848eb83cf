"""Forms of campaigns, their items and daily reports; they own all reading of POST."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from billboards.board_permissions import can_step_item
from billboards.enums.boards import BoardKind, Measure
from billboards.enums.campaigns import Disposition, PhotoStage
from billboards.forms.boards import communities_of, streets_of
from billboards.models import (
    Board,
    Campaign,
    CampaignAssignment,
    CampaignItem,
    CampaignTarget,
    Case,
    DailyReport,
    ItemPhoto,
)
from billboards.workflow import campaigns, dailies, items
from config.inputs import CAMERA, DATE, WORDS, RowsField
from staff.models import STREET_KINDS, Unit, UnitKind, User
from staff.officers import officers_on
from staff.refusals import Refused, show_refusal
from staff.uploads import save_document, save_image

TARGET = re.compile(
    r"^(?P<kind>\D+?)\s*(?P<quantity>\d+)\s*(?P<measure>块|条|处)(?:[\s，,]*(?P<area>\d+(?:\.\d{1,2})?)\s*(?:㎡|平方米))?$"
)
MOST, MOST_AREA = 1_000_000, 10_000_000  # of one target
MEASURES = {str(label): value for value, label in Measure.choices}


def kind_named(word: str) -> str | None:
    """A kind by its label or the first of its words: 店招 is 店招（门头招牌）."""
    for value, label in BoardKind.choices:
        if word == label or str(label).startswith(word) or word in re.split(r"[（）、]", str(label)):
            return value
    return None


def read_targets(text: str) -> list[CampaignTarget]:
    """Targets from lines such as “店招 30块 120㎡”. ValidationError for a line that is none."""
    found = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        match = TARGET.match(line)
        kind = kind_named(match["kind"].strip()) if match else None
        if match is None or kind is None:
            raise ValidationError(
                f"看不懂“{line[:40]}”。每行写类型、数量和计量，如“店招 30块”“灯箱 20块 40㎡”“横幅 200条”。"
            )
        area = Decimal(match["area"] or 0)
        if not (0 < int(match["quantity"]) <= MOST and area <= MOST_AREA):
            raise ValidationError(f"“{line[:40]}”：数量应在 1 至 {MOST} 之间，面积不超过 {MOST_AREA} ㎡。")
        found.append(
            CampaignTarget(kind=kind, quantity=int(match["quantity"]), measure=MEASURES[match["measure"]], area=area)
        )
    return found


def target_words(target: CampaignTarget) -> str:
    area = f" {target.area.normalize():f}㎡" if target.area else ""
    return f"{target.get_kind_display()} {target.quantity}{target.get_measure_display()}{area}"


class CampaignForm(forms.ModelForm):
    streets = RowsField(label="参加的街道（管理处）", queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple)
    targets_text = forms.CharField(
        label="目标", required=False, widget=forms.Textarea(attrs={"rows_wanted": 3}),
        help_text="每行一类，各计各的，不相加：店招 30块 / 灯箱 20块 40㎡ / 横幅 200条 / 小广告 500处。",
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Campaign
        fields = ["name", "slogan", "basis", "start", "end", "lead"]
        widgets = {"start": DATE, "end": DATE}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        units = Unit.objects.active_on(timezone.localdate())
        self.fields["streets"].queryset = units.filter(kind__in=STREET_KINDS)  # type: ignore[attr-defined]
        ours = [UnitKind.BUREAU, UnitKind.DEPARTMENT, UnitKind.SQUAD]
        self.fields["lead"].queryset = units.filter(kind__in=ours)  # type: ignore[attr-defined]
        self.fields["seen"].initial = self.instance.version
        if self.instance.pk is not None:
            self.fields["streets"].initial = self.instance.streets.all()
            self.fields["targets_text"].initial = "\n".join(map(target_words, self.instance.targets.all()))

    def clean_targets_text(self) -> list[CampaignTarget]:
        return read_targets(self.cleaned_data["targets_text"])

    def store(self) -> Campaign | None:
        data = self.cleaned_data
        try:
            return campaigns.store_campaign(
                self.instance, list(data["streets"]), by=self.user, seen=data["seen"], targets=data["targets_text"]
            )
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class AssignmentForm(forms.ModelForm):
    class Meta:
        model = CampaignAssignment
        fields = ["street", "community", "officer", "contact"]

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.campaign = campaign
        self.fields["street"].queryset = campaign.streets.all()  # type: ignore[attr-defined]
        self.fields["community"].queryset = Unit.objects.filter(parent__in=campaign.streets.all())  # type: ignore[attr-defined]
        self.fields["officer"].queryset = officers_on(campaigns.acts_from(campaign))  # type: ignore[attr-defined]
        self.fields["officer"].help_text = "只列当日在岗、持有效执法证的人员（《行政处罚法》第四十二条）。"

    def take(self, *, by: User) -> CampaignAssignment:
        return campaigns.assign(self.instance, by=by)


class CloseForm(forms.Form):
    conclusion = forms.CharField(
        label="总结", min_length=10, max_length=2000, widget=forms.Textarea(attrs={"rows_wanted": 4})
    )
    accept_unreviewed = forms.BooleanField(label="仍然总结，未销号的在总结里列明", required=False)

    def take(self, campaign: Campaign, *, by: User) -> Campaign:
        return campaigns.close_campaign(campaign, by=by, **self.cleaned_data)


class ItemForm(forms.ModelForm):
    """What was found: picture, place and a few choices first; the rest can wait."""

    photo = forms.FileField(label="整治前照片", required=False, widget=forms.ClearableFileInput(attrs=CAMERA))
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)
    entry_key = forms.UUIDField(widget=forms.HiddenInput(), required=False)
    field_order = ["photo", "place", "street", "community", "kind", "problem", "name", "quantity", "measure", "area"]

    class Meta:
        model = CampaignItem
        fields = ["place", "street", "community", "kind", "problem", "name", "quantity", "measure", "area", "party",
                  "phone", "description", "found_on", "board", "latitude", "longitude"]  # fmt: skip
        widgets = {
            "found_on": DATE,
            "description": WORDS,
            "board": forms.HiddenInput(),
            "latitude": forms.HiddenInput(),
            "longitude": forms.HiddenInput(),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        campaign = self.instance.campaign
        mine = streets_of(user).filter(pk__in=campaign.streets.all())
        self.fields["street"].queryset = mine  # type: ignore[attr-defined]
        self.fields["community"].queryset = communities_of(user).filter(parent__in=campaign.streets.all())  # type: ignore[attr-defined]
        self.fields["board"].queryset = Board.objects.visible_to(user).recorded()  # type: ignore[attr-defined]
        self.fields["area"].required = False
        self.fields["seen"].initial = self.instance.version
        self.fields["entry_key"].initial = self.instance.entry_key
        if self.instance.pk is not None:
            del self.fields["photo"]
            if (board := self.instance.board) is not None:  # chosen on the street; a wrong tap is taken back here
                self.fields["board"].widget = forms.Select(choices=[("", "不是台账中的设施"), (board.pk, str(board))])
        elif len(mine) == 1 and not self.initial.get("street"):
            self.initial["street"] = mine[0].pk

    def clean_area(self) -> Decimal:
        return self.cleaned_data["area"] or Decimal(0)

    def store(self) -> CampaignItem | None:
        try:
            if self.instance.pk is not None:
                return items.edit_item(self.instance, by=self.user, seen=self.cleaned_data["seen"] or 0)
            if self.cleaned_data.get("entry_key"):
                self.instance.entry_key = self.cleaned_data["entry_key"]
            return items.record_item(self.instance, by=self.user)
        except Refused as refusal:
            show_refusal(self, refusal)
            self.data = self.data.copy()
            self.data["entry_key"] = str(uuid4())  # what is sent next is an entry of its own
            return None

    def store_photo(self, item: CampaignItem) -> str:
        """The picture beside a stored item; "" or why it was not taken. The item stands either way."""
        upload = self.cleaned_data.get("photo")
        if not upload:
            return ""
        try:
            photo = save_image(upload, ItemPhoto, by=self.user, item=item, stage=PhotoStage.BEFORE)
        except ValidationError as problem:
            return " ".join(problem.messages)
        if photo.latitude is not None and photo.longitude is not None:
            items.take_position(item, photo.latitude, photo.longitude, by=self.user)
        return ""


class NotifyForm(forms.Form):
    notified_on = forms.DateField(label="告知日期", widget=DATE, initial=timezone.localdate)
    due_on = forms.DateField(label="整改期限", widget=DATE)
    notice_number = forms.CharField(
        label="通知书文号", max_length=60, required=False, help_text="口头告知的不填；纸质或者其他平台的文号照填。"
    )

    def take(self, item: CampaignItem, *, by: User) -> CampaignItem:
        return items.notify_item(item, by=by, **self.cleaned_data)


class BatchNotifyForm(NotifyForm):
    """The ticked rows, as far as this person may enter for them, and what is told to each."""

    pk = RowsField(
        CampaignItem.objects.none(), widget=forms.MultipleHiddenInput, error_messages={"required": "没有选中任何问题。"}
    )
    field_order = ["notified_on", "due_on", "notice_number"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = CampaignItem.objects.visible_to(user).select_related("street", "campaign")
        self.fields["pk"].queryset = rows  # type: ignore[attr-defined]
        self.fields["notice_number"].help_text = "同一份通知书发给多户的才填；各有文号的留空，逐条补登。"

    def take_each(self, *, by: User) -> tuple[list[CampaignItem], list[str]]:
        """One notice an item, each by itself: (told, why the others were not)."""
        facts = {name: self.cleaned_data[name] for name in ("notified_on", "due_on", "notice_number")}
        told, refused = [], []
        for item in self.cleaned_data["pk"].order_by("pk"):
            if not can_step_item(by, item, "notify"):
                refused.append(f"{item.number}（{item.get_state_display()}，不能告知）")
                continue
            try:
                told.append(items.notify_item(item, by=by, **facts))
            except Refused as refusal:
                refused.append(f"{item.number}（{refusal}）")
        return told, refused


class HandleForm(forms.Form):
    """What was done. Each way asks for what it must bring along; the rest stays empty."""

    disposition = forms.ChoiceField(label="处置方式", choices=[])
    handled_on = forms.DateField(label="处置日期", widget=DATE, initial=timezone.localdate)
    handlers = forms.CharField(label="处置人", max_length=60, help_text="两人以上用顿号分开。")
    after = forms.FileField(
        label="整治后照片",
        required=False,
        widget=forms.ClearableFileInput(attrs=CAMERA),
        help_text="销号须有；可以稍后补。",
    )
    quantity = forms.IntegerField(label="拆除（清理）数量", required=False, min_value=1, help_text="全部拆除的不填。")
    area = forms.DecimalField(label="拆除面积（㎡）", required=False, min_value=0, max_digits=10, decimal_places=2)
    consent_on = forms.DateField(label="书面同意日期", widget=DATE, required=False, help_text="协助拆除必填。")
    consent = forms.FileField(label="同意书扫描件", required=False, help_text="照片或者 PDF。")
    reason = forms.CharField(
        label="紧急情形（查找、公告情况）", max_length=200, required=False, help_text="应急排险、无主设施处置必填。"
    )
    handed_to = forms.ModelChoiceField(label="移交单位", queryset=Unit.objects.none(), required=False)
    permit_number = forms.CharField(label="补办的文号", max_length=60, required=False)
    note = forms.CharField(label="处置情况", max_length=300, required=False, widget=WORDS)
    as_it_happened = forms.BooleanField(
        label="事后补录：已经这样拆了，按程序瑕疵登记", required=False,
        help_text="没有书面同意的协助拆除、早于最早可强制日期的强制拆除，照实登记并计入程序瑕疵。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [(value, label) for value, label in Disposition.choices if value in Disposition.HANDLED]
        self.fields["disposition"].choices = [("", "请选择"), *ways]  # type: ignore[attr-defined]
        others = Unit.objects.filter(kind__in=[UnitKind.AGENCY, UnitKind.SQUAD, UnitKind.DEPARTMENT])
        self.fields["handed_to"].queryset = others.active_on(timezone.localdate())  # type: ignore[attr-defined]

    def take(self, item: CampaignItem, *, by: User) -> CampaignItem:
        """The pictures first: if one is none, nothing is recorded; they belong to an item that may be handled in any case."""
        items.check_step(item, "handle")
        data = dict(self.cleaned_data)
        self.keep(item, data.pop("after"), PhotoStage.AFTER, by=by, field="after")
        self.keep(item, data.pop("consent"), PhotoStage.CONSENT, by=by, field="consent")
        return items.handle_item(item, items.Treatment(**data), by=by)

    @staticmethod
    def keep(item: CampaignItem, upload: Any, stage: PhotoStage, *, by: User, field: str) -> None:
        if not upload:
            return
        is_paper = str(upload.name).lower().endswith(".pdf")
        if is_paper and stage in (PhotoStage.BEFORE, PhotoStage.AFTER):
            raise Refused("整治前、整治后的要照片，不收 PDF；同意书、告知书可以是 PDF。", field)
        try:
            store = save_document if is_paper else save_image
            store(upload, ItemPhoto, by=by, item=item, stage=stage)
        except ValidationError as problem:
            raise Refused(" ".join(problem.messages), field) from problem


class CaseLinkForm(forms.Form):
    case = forms.ModelChoiceField(label="案件", queryset=Case.objects.none(), required=False)
    case_number = forms.CharField(
        label="外部案号", max_length=60, required=False, help_text="在其他平台立案的填。先登记案件，再回到这里选择。"
    )
    on = forms.DateField(label="转立案日期", widget=DATE, initial=timezone.localdate)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].queryset = Case.objects.visible_to(user).counted()  # type: ignore[attr-defined]

    def take(self, item: CampaignItem, *, by: User) -> CampaignItem:
        return items.open_case_for(item, by=by, **self.cleaned_data)


class DeferForm(forms.Form):
    reason = forms.CharField(label="暂缓理由", min_length=2, max_length=200, widget=WORDS)

    def take(self, item: CampaignItem, *, by: User) -> CampaignItem:
        return items.defer_item(item, by=by, **self.cleaned_data)


class SettleForm(forms.Form):
    note = forms.CharField(label="复核意见", max_length=200, required=False, widget=WORDS)

    def take(self, item: CampaignItem, *, by: User) -> CampaignItem:
        return items.settle_item(item, by=by, **self.cleaned_data)


class SendBackForm(forms.Form):
    reason = forms.CharField(label="退回理由", min_length=2, max_length=200, widget=WORDS)

    def take(self, item: CampaignItem, *, by: User) -> CampaignItem:
        return items.send_back_item(item, by=by, **self.cleaned_data)


class ItemPhotoForm(forms.Form):
    stage = forms.ChoiceField(label="阶段", choices=PhotoStage.choices, initial=PhotoStage.AFTER)
    photo = forms.FileField(
        label="照片",
        widget=forms.ClearableFileInput(attrs={"accept": "image/*,.pdf"}),
        help_text="照片不超过 10 MB；同意书、告知书可以是 PDF。",
    )

    def store(self, item: CampaignItem, *, by: User) -> bool:
        try:
            HandleForm.keep(item, self.cleaned_data["photo"], self.cleaned_data["stage"], by=by, field="photo")
        except Refused as refusal:
            show_refusal(self, refusal)
            return False
        return True


class DailyForm(forms.Form):
    people = forms.IntegerField(label="出动执法人员（人次）", min_value=0, max_value=100_000, initial=0)
    vehicles = forms.IntegerField(label="出动车辆（台次）", min_value=0, max_value=100_000, initial=0)
    note = forms.CharField(label="情况说明", max_length=300, required=False, widget=WORDS)
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def store(self, campaign: Campaign, street: Unit, day: Any, *, by: User) -> DailyReport | None:
        data = dict(self.cleaned_data)
        seen = data.pop("seen") or 0
        try:
            return dailies.confirm_daily(campaign, street, day, by=by, seen=seen, **data)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
