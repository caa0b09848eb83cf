"""Forms of the personnel pages; they own all reading of POST."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import IntegrityError
from django.utils import timezone

from config.identity import check_id_number
from config.inputs import DATE
from staff.enums import ENTRY_KINDS, MOVEMENT_RULES, CertificateEnd, Direction, MovementKind
from staff.filters.people import our_units
from staff.models import Certificate, Movement, Person, PersonIdentity, Quota, StaffingStandard, User
from staff.officers import why_not_officer
from staff.refusals import Refused, show_refusal
from staff.workflow import certificates, establishment, people

JUST_NOW = "刚刚已有人登记了同样的内容，请刷新名册核对。"


def kind_choices(kinds: tuple[MovementKind, ...]) -> list[Any]:
    """Kinds under 增, 减, 内部."""
    grouped: list[Any] = [("", "请选择")]
    for direction in Direction:
        found = [(kind.value, kind.label) for kind in kinds if MOVEMENT_RULES[kind].direction == direction]
        if found:
            grouped.append((direction.label, found))
    return grouped


class PersonForm(forms.ModelForm):
    """A person's file; ID number and phone only for those who may see them."""

    id_number = forms.CharField(label="公民身份号码", required=False, max_length=18, help_text="18 位，末位 X 大写。")
    phone = forms.CharField(label="手机号", required=False, max_length=20)
    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)
    another = forms.BooleanField(label="是另一个人（同名、同日出生）", required=False)

    class Meta:
        model = Person
        fields = [
            "name",
            "sex",
            "birth_date",
            "staff_number",
            "education",
            "party",
            "enforcement_rank",
            "joined_on",
            "account",
            "note",
        ]
        widgets = {"birth_date": DATE, "joined_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = Person.objects.exclude(pk=self.instance.pk).exclude(account=None).values("account")
        self.fields["account"].queryset = User.objects.filter(is_active=True).exclude(pk__in=taken)  # type: ignore[attr-defined]
        self.fields["account"].label_from_instance = lambda user: f"{user.username} {user.display_name}"  # type: ignore[attr-defined]
        identity = self.identity
        self.fields["id_number"].initial, self.fields["phone"].initial = identity.id_number, identity.phone
        self.fields["version"].initial = self.instance.version
        self.ask_another = self.fields.pop("another")  # only of who looks like somebody on record
        if self.add_prefix("another") in self.data:
            self.fields["another"] = self.ask_another

    @property
    def identity(self) -> PersonIdentity:
        stored = PersonIdentity.objects.filter(person=self.instance).first() if self.instance.pk else None
        return stored or PersonIdentity()

    def clean_staff_number(self) -> str | None:
        return self.cleaned_data["staff_number"] or None

    def clean_id_number(self) -> str:
        return (self.cleaned_data["id_number"] or "").strip().upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("birth_date", "joined_on"):
            if data.get(name) and data[name] > timezone.localdate():
                self.add_error(name, f"{self.fields[name].label}晚于今天。请核对年份。")
        number = data.get("id_number")
        if number:
            sex = {"male": "男", "female": "女"}.get(data.get("sex") or "", "")
            if problem := check_id_number(number, birth=data.get("birth_date"), sex=sex):
                self.add_error("id_number", problem)
            elif PersonIdentity.objects.exclude(person=self.instance.pk or 0).filter(id_number=number).exists():
                other = Person.objects.get(identity__id_number=number)
                self.add_error(
                    "id_number", f"这个公民身份号码已登记在{people.described_person(other)}名下，请核对是否重复建档。"
                )
        return data

    def typed_identity(self) -> PersonIdentity:
        data = self.cleaned_data
        return PersonIdentity(id_number=data["id_number"] or None, phone=data["phone"].strip())

    def store(self, *, by: User) -> Person | None:
        """Store the corrected file; None, with the reason on the form, if it is refused."""
        try:
            people.edit_person(
                self.instance,
                self.typed_identity(),
                by=by,
                seen=self.cleaned_data["version"] or 0,
                another=self.cleaned_data.get("another", False),
            )
        except people.AnotherPerson as doubt:
            self.fields["another"] = self.ask_another
            show_refusal(self, doubt)
            return None
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
        except IntegrityError:
            self.add_error(None, JUST_NOW)
            return None
        return self.instance


class MovementForm(forms.ModelForm):
    """One movement of a person. `person` is given by the page; a bound instance corrects a stored one."""

    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Movement
        fields = [
            "kind",
            "happened_on",
            "unit",
            "employment",
            "post",
            "standing",
            "reason",
            "destination",
            "document",
            "note",
        ]
        widgets = {"happened_on": DATE}
        help_texts = {
            "unit": "单位没有变动的可以不填。",
            "employment": "用工性质没有变动的可以不填。",
            "standing": "只在“更正”时填写。",
            "document": "任免、调令、解聘等文件的文号。",
        }

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person is not None:
            self.instance.person = person
        self.fields["kind"].choices = kind_choices(tuple(MovementKind))  # type: ignore[attr-defined]
        self.fields["unit"].queryset = our_units()  # type: ignore[attr-defined]
        self.fields["version"].initial = self.instance.version

    def store(self, *, by: User) -> Movement | None:
        """Record or correct; None, with the reason on the form, if it is refused."""
        try:
            if self.instance.pk is None:
                return people.record_movement(self.instance, by=by)
            return people.correct_movement(self.instance, by=by, seen=self.cleaned_data["version"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error(None, JUST_NOW)
        return None


class EntryForm(MovementForm):
    """How a new person came in, below the file on one page."""

    class Meta(MovementForm.Meta):
        fields = ["kind", "happened_on", "unit", "employment", "post", "destination", "document"]
        help_texts = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kind_choices(tuple(MovementKind(kind) for kind in ENTRY_KINDS))  # type: ignore[attr-defined]
        self.fields["kind"].label, self.fields["unit"].label = "进入方式", "单位"
        self.fields["happened_on"].label = "进入日期"
        self.fields["employment"].label, self.fields["post"].label = "用工性质", "岗位"
        self.fields["unit"].required = self.fields["employment"].required = True
        self.fields["destination"].label = "来源"


def add_person(person: PersonForm, entry: EntryForm, *, by: User) -> Person | None:
    """Both forms are valid: take the person in; None, with the reason on a form, if it is refused."""
    try:
        new = people.NewPerson(person.instance, person.typed_identity(), entry.instance)
        return people.add_person(new, by=by, another=person.cleaned_data.get("another", False))
    except people.AnotherPerson as doubt:
        person.fields["another"] = person.ask_another
        show_refusal(person, doubt)
    except Refused as refusal:
        show_refusal(entry if refusal.field in entry.fields else person, refusal)
    except IntegrityError:
        person.add_error(None, JUST_NOW)
    return None


class QuotaForm(forms.ModelForm):
    class Meta:
        model = Quota
        fields = ["unit", "employment", "count", "valid_from", "document"]
        widgets = {"valid_from": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = our_units()  # type: ignore[attr-defined]

    def _get_validation_exclusions(self) -> set[str]:
        """One of the same day is no second one: the door puts it right."""
        return super()._get_validation_exclusions() | {"valid_from"}

    def store(self, *, by: User) -> Quota | None:
        try:
            return establishment.set_quota(self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error(None, JUST_NOW)
        return None


class StandardForm(forms.ModelForm):
    class Meta:
        model = StaffingStandard
        fields = [
            "per_10k",
            "document",
            "year",
            "population",
            "basis",
            "population_document",
            "population_year",
            "valid_from",
        ]
        widgets = {"valid_from": DATE}

    def _get_validation_exclusions(self) -> set[str]:
        """One of the same day is no second one: the door puts it right."""
        return super()._get_validation_exclusions() | {"valid_from"}

    def store(self, *, by: User) -> StaffingStandard | None:
        try:
            return establishment.set_standard(self.instance, by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error(None, JUST_NOW)
        return None


class ReportTableForm(forms.Form):
    note = forms.CharField(label="报送说明", max_length=200, required=False, help_text="报给谁、随哪份文件，可以不填。")


class CertificateForm(forms.ModelForm):
    seen = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Certificate
        fields = ["person", "number", "issuer", "issued_on", "expires_on", "note"]
        widgets = {"issued_on": DATE, "expires_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version
        here = Movement.objects.standing_on(timezone.localdate()).filter(unit_after__isnull=False)
        units = dict(here.values_list("person", "unit_after__name"))
        if self.instance.pk:
            del self.fields["person"]  # another one's card is another card
            return
        self.fields["person"].queryset = Person.objects.filter(pk__in=units)  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = lambda person: f"{person.name}（{units[person.pk]}）"  # type: ignore[attr-defined]

    @property
    def why_not(self) -> str:
        """What is odd about the holder: recorded all the same, and said."""
        return why_not_officer(self.instance.person, max(self.instance.issued_on, timezone.localdate()))

    def store(self, *, by: User) -> Certificate | None:
        try:
            if self.instance.pk is None:
                return certificates.register_certificate(self.instance, by=by)
            return certificates.correct_certificate(self.instance, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
        except IntegrityError:
            self.add_error("number", "这个证号刚刚已被登记。")
        return None


class EndCertificateForm(forms.Form):
    ended_on = forms.DateField(label="日期", widget=DATE, initial=timezone.localdate)
    reason = forms.ChoiceField(label="方式", choices=CertificateEnd.choices)


class FindPersonForm(forms.Form):
    """Looked for by POST, so that the number stands in no address."""

    id_number = forms.CharField(
        label="公民身份号码", max_length=18, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_id_number(self) -> str:
        number = self.cleaned_data["id_number"].strip().upper()
        if problem := check_id_number(number):
            raise forms.ValidationError(problem)
        return number
