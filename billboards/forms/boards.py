"""Forms of the ledger; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from billboards.enums.boards import BoardKind, CheckItem, PhotoView, RemovalMode
from billboards.models import Board, BoardPhoto, Case, Removal, SafetyInspection, SizeRule
from billboards.sizing import BadFace, Face, read_faces
from billboards.workflow import boards, removals
from config.identity import check_credit_code
from config.inputs import CAMERA, DATE, WORDS
from staff.models import STREET_KINDS, Unit, UnitKind, User, of_own_units
from staff.refusals import Refused, show_refusal
from staff.uploads import save_image


def streets_of(user: User) -> QuerySet[Unit]:
    """The street offices that a user may enter something for."""
    units = Unit.objects.active_on(timezone.localdate()).filter(kind__in=STREET_KINDS)
    if user.sees_all_units or user.has_perm("billboards.keep_boards"):
        return units
    return units.filter(Q(pk__in=user.unit_ids) | Q(squad__in=user.unit_ids) | Q(children__in=user.unit_ids)).distinct()


def communities_of(user: User) -> QuerySet[Unit]:
    units = Unit.objects.active_on(timezone.localdate()).filter(kind=UnitKind.COMMUNITY)
    if user.sees_all_units or user.has_perm("billboards.keep_boards"):
        return units
    return units.filter(Q(pk__in=user.unit_ids) | of_own_units(user, "parent"))


class BoardForm(forms.ModelForm):
    faces_text = forms.CharField(
        label="面（宽×高，米）",
        widget=WORDS,
        help_text="每面一行，如 12×4；带面积的会核对，如 12×4=48。后面可以写画面内容。",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)
    field_order = ["kind", "name", "category", "street", "community", "road", "road_side", "address", "faces_text"]

    class Meta:
        model = Board
        fields = [
            "kind", "name", "category", "street", "community", "road", "road_side", "address", "carrier", "carrier_owner",
            "setter", "setter_code", "contact", "phone", "owner", "publisher", "right_source", "clearance", "material",
            "lighting", "electronic", "lit_hours", "installed_on", "registered_on", "permit_number", "filing_number",
            "permit_from", "permit_to", "condition", "is_ownerless", "is_oversized", "latitude", "longitude", "unit", "note",
        ]  # fmt: skip
        widgets = dict.fromkeys(("installed_on", "registered_on", "permit_from", "permit_to"), DATE)

    def __init__(self, *args: Any, user: User, earlier: Board | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.earlier = user, earlier
        self.fields["street"].queryset = streets_of(user)  # type: ignore[attr-defined]
        self.fields["community"].queryset = communities_of(user)  # type: ignore[attr-defined]
        kinds = [UnitKind.SQUAD, UnitKind.DEPARTMENT]
        self.fields["unit"].queryset = Unit.objects.active_on(timezone.localdate()).filter(kind__in=kinds)  # type: ignore[attr-defined]
        self.fields["seen"].initial = self.instance.version
        if self.instance.pk is not None:
            faces = self.instance.faces.all()
            self.fields["faces_text"].initial = "\n".join(Face(f.width, f.height, f.content).words for f in faces)

    def clean_faces_text(self) -> list[Face]:
        try:
            return read_faces(self.cleaned_data["faces_text"])
        except BadFace as problem:
            raise ValidationError(str(problem)) from problem

    def clean_setter_code(self) -> str:
        code = self.cleaned_data["setter_code"].strip().upper()
        if code and (problem := check_credit_code(code)):
            raise ValidationError(problem)
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        street, community = data.get("street"), data.get("community")
        if street and community and community.parent_id != street.pk:
            self.add_error("community", f"{community.label}不属于{street.label}。")
        return data

    def store(self) -> Board | None:
        """Register, correct or put up again; None, with the reason on the form, if it is refused."""
        faces = self.cleaned_data["faces_text"]
        try:
            if self.instance.pk is not None:
                return boards.correct_board(self.instance, faces, by=self.user, seen=self.cleaned_data["seen"] or 0)
            if self.earlier is not None:
                return boards.re_erect_board(self.instance, self.earlier, faces, by=self.user)
            return boards.register_board(self.instance, faces, by=self.user)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class SizeRuleForm(forms.ModelForm):
    excluded_kinds = forms.MultipleChoiceField(
        label="不计大型的类型",
        choices=[each for each in BoardKind.choices if each[0] not in BoardKind.SIGNS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="店招、楼宇标识、导视牌本来就不作为大型户外广告审批，不列在内。",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = SizeRule
        fields = [
            "name", "source", "side", "side_inclusive", "area", "area_inclusive", "logic", "excluded_kinds", "term_years",
            "electronic_term_years", "temporary_days", "large_months", "other_months", "valid_from", "valid_to",
        ]  # fmt: skip
        widgets = {"valid_from": DATE, "valid_to": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version

    def store(self, *, by: User) -> int | None:
        """How many boards changed their size; None, with the reason on the form, if it is refused."""
        try:
            return boards.store_rule(self.instance, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
        return None


class InspectionForm(forms.ModelForm):
    defects = forms.MultipleChoiceField(
        label="有问题的项目", choices=CheckItem.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    photo = forms.FileField(label="照片", required=False, widget=forms.ClearableFileInput(attrs=CAMERA))

    class Meta:
        model = SafetyInspection
        fields = ["kind", "inspected_on", "inspectors", "agency", "defects", "result", "findings", "next_due_on"]
        widgets = {"inspected_on": DATE, "next_due_on": DATE, "findings": WORDS}
        help_texts = {"next_due_on": "不填的按认定规则的间隔计算。"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("defects") and data.get("result") == "passed":
            self.add_error("result", "勾选了有问题的项目，结果不能是合格。")
        return data

    def store(self, board: Board, *, by: User) -> SafetyInspection | None:
        self.instance.board = board
        try:
            stored = boards.record_inspection(self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
        if self.cleaned_data.get("photo"):
            try:
                save_image(self.cleaned_data["photo"], BoardPhoto, by=by, board=board, view=PhotoView.SITE)
            except ValidationError as problem:
                self.add_error("photo", problem)
        return stored


class BoardPhotoForm(forms.Form):
    view = forms.ChoiceField(label="拍摄面", choices=PhotoView.choices)
    photo = forms.FileField(
        label="照片",
        widget=forms.ClearableFileInput(attrs=CAMERA),
        help_text="JPG、PNG、WebP 或 HEIC，不超过 10 MB。",
    )

    def store(self, board: Board, *, by: User) -> BoardPhoto | None:
        try:
            return save_image(
                self.cleaned_data["photo"], BoardPhoto, by=by, board=board, view=self.cleaned_data["view"]
            )
        except ValidationError as problem:
            self.add_error("photo", problem)
            return None


class RemovalForm(forms.ModelForm):
    """A board of the ledger came down; coercion and help are held against the case and the consent."""

    as_it_happened = forms.BooleanField(
        label="事后补录：已经这样拆了，按程序瑕疵登记", required=False,
        help_text="强制拆除早于最早可强制日期，或者协助拆除没有书面同意的，勾选后照实登记并计入程序瑕疵。",
    )  # fmt: skip

    class Meta:
        model = Removal
        fields = ["mode", "removed_on", "case", "case_number", "consent_on", "reason", "note"]
        widgets = {"removed_on": DATE, "consent_on": DATE}
        help_texts = {
            "case": "强制拆除须选这处设施的案件；案件没有选涉案设施的，先在案件里补选。",
            "consent_on": "协助拆除须有当事人的书面同意。",
        }

    def __init__(self, *args: Any, user: User, board: Board, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        cases = Case.objects.visible_to(user).counted().filter(Q(board=board) | Q(board=None))
        self.fields["case"].queryset = cases  # type: ignore[attr-defined]
        self.fields["mode"].choices = [("", "请选择"), *RemovalMode.choices]  # type: ignore[attr-defined]

    def take(self, board: Board) -> Removal:
        """Refused for what the rules forbid."""
        self.instance.board, self.instance.street = board, board.street
        self.instance.what, self.instance.place, self.instance.area = board.name, board.address, board.area
        return removals.record_removal(self.instance, by=self.user, as_it_happened=self.cleaned_data["as_it_happened"])
