"""Forms of publicity, media, joint actions, seizures, destruction and statements; they own all reading of POST."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.forms import BoundField
from django.utils import timezone

from config.display import plain_number
from config.inputs import DATE, MOMENT
from fireworks.models import (
    CustodyEntry,
    Destruction,
    Incident,
    JointAction,
    MediaItem,
    PublicityEntry,
    SeizureLot,
    WatchStatement,
)
from fireworks.workflow import actions, publicity, seizures, statements
from staff.forms.records import AgenciesField, RecordForm
from staff.models import Unit, UnitKind, User
from staff.refusals import Refused, show_refusal

LONGEST_KEY = 18  # digits of the largest key
RECENT = 200  # actions and incidents offered beside a lot


class PublicityForm(RecordForm):
    class Meta:
        model = PublicityEntry
        fields = ["kind", "quantity", "held_on", "place", "unit", "content"]
        widgets = {"held_on": DATE}
        help_texts = {
            "quantity": "展板按块、横幅按条、册子按份、公告按张、LED 按块次、宣传车按台次、短信按条、入户按户。"
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_units()

    def write(self, seen: int | None) -> PublicityEntry:
        if seen is None:
            return publicity.record_publicity(self.instance, by=self.user)
        return publicity.correct_publicity(self.instance, by=self.user, seen=seen)


class MediaForm(RecordForm):
    class Meta:
        model = MediaItem
        fields = ["level", "outlet", "title", "published_on", "address", "unit"]
        widgets = {"published_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_units()

    def write(self, seen: int | None) -> MediaItem:
        if seen is None:
            return publicity.record_media(self.instance, by=self.user)
        return publicity.correct_media(self.instance, by=self.user, seen=seen)


class ActionForm(RecordForm):
    class Meta:
        model = JointAction
        fields = ["name", "held_on", "area", "grid", "lead_unit", "agencies", "people", "vehicles", "places_checked",
                  "places_found", "result"]  # fmt: skip
        field_classes = {"agencies": AgenciesField}
        widgets = {"held_on": DATE, "agencies": forms.CheckboxSelectMultiple}
        help_texts = {"agencies": "两个以上单位（含牵头单位）才计为联合行动。机构改革前的名称记到现在的单位。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: QuerySet[Unit] = Unit.objects.active_on(timezone.localdate()).exclude(kind=UnitKind.COMMUNITY)
        if self.instance.pk is not None:
            units = Unit.objects.filter(Q(pk__in=units.values("pk")) | Q(pk__in=self.instance.agencies.values("pk")))
        self.fields["agencies"].queryset = units.prefetch_related("aliases")  # type: ignore[attr-defined]
        self.fields["agencies"].label_from_instance = with_aliases  # type: ignore[attr-defined]
        self.offer_units("lead_unit")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        checked, found = data.get("places_checked"), data.get("places_found")
        if checked is not None and found is not None and found > checked:
            self.add_error("places_found", "发现问题的家次不能多于检查的家次。")
        return data

    def write(self, seen: int | None) -> JointAction:
        agencies = list(self.cleaned_data["agencies"])
        if seen is None:
            return actions.record_action(self.instance, agencies, by=self.user)
        return actions.correct_action(self.instance, agencies, by=self.user, seen=seen)


def with_aliases(unit: Unit) -> str:
    """区应急管理局（区安监局、安监局): so that the old name on a paper finds the office of today."""
    names = "、".join(alias.name for alias in unit.aliases.all())
    return f"{unit.label}（{names}）" if names else unit.label


class LotForm(RecordForm):
    received_by = forms.CharField(label="接收（入库）人", max_length=60)

    class Meta:
        model = SeizureLot
        fields = ["seized_on", "place", "owner", "kind", "quantity", "measure", "unit", "store", "action", "incident",
                  "note"]  # fmt: skip
        widgets = {"seized_on": DATE}
        help_texts = {"quantity": "按原样清点的单位填，不折算。一批里有两种单位的分开登记。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_units()
        kept = self.instance
        self.fields["action"].queryset = recent(JointAction.objects.recorded(), kept.action_id)  # type: ignore[attr-defined]
        self.fields["incident"].queryset = recent(Incident.objects.confirmed(), kept.incident_id)  # type: ignore[attr-defined]
        if kept.pk is not None:
            del self.fields["received_by"]
            for name in ("store",):
                self.fields[name].disabled = True  # where it is follows the chain of custody

    def write(self, seen: int | None) -> SeizureLot:
        if seen is None:
            return seizures.record_lot(self.instance, received_by=self.cleaned_data["received_by"], by=self.user)
        return seizures.correct_lot(self.instance, by=self.user, seen=seen)


def recent(rows: Any, kept: int | None) -> Any:
    """The newest rows, and the one that is chosen already."""
    newest = list(rows.order_by("-pk").values_list("pk", flat=True)[:RECENT])
    return rows.model._default_manager.filter(pk__in=[*newest, *([kept] if kept else [])])


class CustodyForm(forms.ModelForm):
    class Meta:
        model = CustodyEntry
        fields = ["act", "happened_at", "handed_by", "received_by", "place", "note"]
        widgets = {"happened_at": MOMENT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_hand = [
            (value, label) for value, label in self.fields["act"].choices if value not in ("received", "destroyed")
        ]  # type: ignore[attr-defined]
        self.fields["act"].choices = by_hand  # type: ignore[attr-defined]
        self.fields["happened_at"].initial = timezone.localtime

    def store(self, lot: SeizureLot, *, by: User) -> CustodyEntry | None:
        try:
            return seizures.append_custody(lot, self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class DestructionForm(RecordForm):
    """A destruction with one number field for each lot that is still there."""

    class Meta:
        model = Destruction
        fields = [
            "destroyed_on",
            "place",
            "method",
            "unit",
            "witnesses",
            "vehicles",
            "weight_kg",
            "weight_basis",
            "note",
        ]
        widgets = {"destroyed_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_units()
        self.lots = list(SeizureLot.objects.recorded().filter(destroyed__lt=F("quantity")).order_by("seized_on", "pk"))
        for lot in self.lots:
            left = f"{plain_number(lot.left)} {lot.get_measure_display()}"
            self.fields[seizures.field_of(lot)] = forms.DecimalField(
                label=f"{lot.number} {lot.place}",
                required=False,
                min_value=Decimal("0.001"),
                max_digits=12,
                decimal_places=3,
                help_text=f"{lot.get_kind_display()}，{lot.store}，还有 {left}。",
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("weight_kg") is None) != (not data.get("weight_basis")):
            self.add_error("weight_basis", "重量和来源（过磅或估算）应同时填写。")
        if gone := self.gone:
            raise ValidationError(f"{gone}刚刚已全部销毁或作废，您填的数量没有登记。请核对后再登记。")
        if not self.errors and not self.amounts:
            raise ValidationError("请至少填一批物品的销毁数量。")
        return data

    @property
    def gone(self) -> str:
        """Numbers of the lots for which something was typed but of which nothing is left by now."""
        typed = {name.removeprefix("lot_") for name, value in self.data.items() if name.startswith("lot_") and value}
        keys = [int(key) for key in typed if key.isascii() and key.isdecimal() and len(key) <= LONGEST_KEY]
        lots = SeizureLot.objects.filter(pk__in=keys).exclude(pk__in=[lot.pk for lot in self.lots])
        return "、".join(lots.order_by("pk").values_list("number", flat=True))

    @property
    def amounts(self) -> dict[int, Decimal]:
        typed = {lot.pk: self.cleaned_data.get(seizures.field_of(lot)) for lot in self.lots}
        return {pk: quantity for pk, quantity in typed.items() if quantity}

    def of_the_destruction(self) -> list[BoundField]:
        return [bound for bound in self.visible_fields() if not bound.name.startswith("lot_")]

    def of_the_lots(self) -> Iterator[BoundField]:
        return (self[seizures.field_of(lot)] for lot in self.lots)

    def write(self, seen: int | None) -> Destruction:
        return seizures.record_destruction(self.instance, self.amounts, by=self.user)


class StatementForm(forms.ModelForm):
    upload = forms.FileField(label="证明文件", help_text="盖章扫描件（PDF）或 Word 文件，不超过 30 MB。")

    class Meta:
        model = WatchStatement
        fields = ["festival", "start", "end", "issuer", "issued_on", "words"]
        widgets = {"start": DATE, "end": DATE, "issued_on": DATE}

    def store(self, *, by: User) -> WatchStatement | None:
        facts = {name: self.cleaned_data[name] for name in self.Meta.fields}
        try:
            return statements.record_statement(self.cleaned_data["upload"], by=by, **facts)
        except Refused as refusal:
            show_refusal(self, refusal)
        except ValidationError as problem:
            self.add_error("upload", problem)
        return None
