"""Forms of login, password and standing in for somebody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils import timezone

from staff.models import Deputyship, User


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "工号或密码不对。请检查大小写后重试；连续输错 5 次将锁定 15 分钟。",
        "inactive": "这个账号已停用，请联系系统管理员。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "工号"
        self.fields["password"].label = "密码"


class NewPasswordForm(PasswordChangeForm):
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "原密码不对，请重新输入。",
        "password_mismatch": "两次输入的新密码不一样，请重新输入。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "原密码"
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password2"].label = "再输一次新密码"
        self.fields["new_password1"].help_text = "至少 10 位，不能全是数字，不能是常见密码，不能与姓名、工号相近。"
        self.fields["new_password2"].help_text = ""

    def clean_new_password1(self) -> str:
        password = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise forms.ValidationError("新密码不能和原密码一样。")
        return password

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = False
        return super().save(commit=commit)


class ActingForm(forms.Form):
    """Whom the user acts for; empty ends it."""

    deputyship = forms.ModelChoiceField(Deputyship.objects.none(), label="代谁办理", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["deputyship"].queryset = Deputyship.objects.filter(  # type: ignore[attr-defined]
            deputy=user, start__lte=today, end__gte=today, principal__is_active=True
        ).select_related("principal", "deputy")
