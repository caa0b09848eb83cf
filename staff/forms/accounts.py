"""Forms of the accounts: they own all reading of POST and hand it to the one door (staff/workflow/accounts.py)."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.html import format_html

from config.inputs import DATE, WORDS, RowsField
from staff.matrix import right_names
from staff.models import Deputyship, Unit, User
from staff.permissions import GROUPS, Roles
from staff.refusals import Refused
from staff.workflow import accounts as workflow

PHONE = re.compile(r"[0-9][0-9-]{4,18}[0-9]", re.ASCII)


class RolesField(RowsField):
    """The roles as boxes, each with what it may do."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Group) -> str:
        names = right_names()
        rights = GROUPS[Roles(obj.name)] if obj.name in set(Roles) else ()
        words = "、".join(names[right] for right in names if right in rights)
        return format_html(
            '<span><strong>{}</strong><span class="role-rights">{}</span></span>', obj.name, words or "没有本系统的权限"
        )


def roles_field() -> RolesField:
    return RolesField(Group.objects.order_by("name"), label="角色", required=False)


class DoorForm(forms.Form):
    """A form whose `seen` says which state of the account stood on the screen."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, account: User, **kwargs: Any) -> None:
        self.account = account
        kwargs["initial"] = {"seen": workflow.stamp(account), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def refuse(self, refusal: Refused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class AccountFields(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.active_on(timezone.localdate())  # type: ignore[attr-defined]
        self.fields["unit"].empty_label = "（不属于任何单位）"  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"].strip()
        if phone and not PHONE.fullmatch(phone):
            raise forms.ValidationError("手机号只能是数字和短横线，请核对。")
        return phone

    def refuse(self, refusal: Refused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class NewAccountForm(AccountFields):
    roles = roles_field()

    class Meta:
        model = User
        fields = ("username", "display_name", "unit", "phone")
        labels = {"username": "工号"}
        help_texts = {"username": "登录用，建好后不能改。"}
        error_messages = {"username": {"unique": "这个工号已有账号。请到账号列表里查找。"}}


class EditAccountForm(AccountFields):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    class Meta:
        model = User
        fields = ("display_name", "unit", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = workflow.stamp(self.instance)
        own = Unit.objects.filter(pk=self.instance.unit_id)
        self.fields["unit"].queryset |= own  # type: ignore[attr-defined]


class RolesForm(DoorForm):
    roles = roles_field()

    def __init__(self, *args: Any, account: User, **kwargs: Any) -> None:
        super().__init__(*args, account=account, initial={"roles": account.groups.all()}, **kwargs)


class SeenForm(DoorForm):
    """An action without anything to fill in."""


class ReasonForm(DoorForm):
    reason = forms.CharField(label="理由", max_length=200, widget=WORDS)


class DeputyshipForm(forms.ModelForm):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    class Meta:
        model = Deputyship
        fields = ("deputy", "start", "end", "reason")
        widgets = {"start": DATE, "end": DATE}

    def __init__(self, *args: Any, account: User, **kwargs: Any) -> None:
        super().__init__(*args, instance=Deputyship(principal=account), **kwargs)
        self.fields["seen"].initial = workflow.stamp(account)
        others = User.objects.filter(is_active=True).exclude(pk=account.pk)
        self.fields["deputy"].queryset = others  # type: ignore[attr-defined]

    def _get_validation_exclusions(self) -> set[str]:
        """The principal is fixed by the page, yet belongs to the rules (nobody is his own deputy)."""
        return super()._get_validation_exclusions() - {"principal"}

    def refuse(self, refusal: Refused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
