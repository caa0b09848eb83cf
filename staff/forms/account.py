"""Forms of login, password and standing in for somebody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils import timezone

from staff import passwords
from staff.models import Deputyship, User
from staff.refusals import Refused, show_refusal
from staff.workflow.mail import choose_delivery


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
        self.fields["new_password1"].help_text = passwords.describe()
        self.fields["new_password2"].help_text = ""

    def clean_new_password1(self) -> str:
        password = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise forms.ValidationError("新密码不能和原密码一样。")
        return password

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = False
        return super().save(commit=commit)


class DeliveryForm(forms.ModelForm):
    """Where and what a person wants mailed."""

    class Meta:
        model = User
        fields = ["email", "mail_messages", "digest"]
        labels = {"email": "邮箱"}
        help_texts = {
            "mail_messages": "铃铛里的每条消息另发一封邮件。",
            "digest": "每天早上一份：已逾期、今天到期的事，未读消息。没有内容的日子不发。",
        }

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        domain = email.rpartition("@")[2].lower()
        if email and settings.EMAIL_DOMAINS and domain not in {each.lower() for each in settings.EMAIL_DOMAINS}:
            raise forms.ValidationError(f"只能填单位的邮箱，以 @{'、@'.join(settings.EMAIL_DOMAINS)} 结尾。")
        return email

    def store(self, by: User) -> User | None:
        kept = User.objects.get(pk=self.instance.pk)  # the form has already written on its instance
        chosen = self.cleaned_data
        try:
            return choose_delivery(
                kept,
                email=chosen["email"],
                mail_messages=chosen["mail_messages"],
                digest=chosen["digest"],
                by=by,
            )
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class ActingForm(forms.Form):
    """Whom the user acts for; empty ends it."""

    deputyship = forms.ModelChoiceField(Deputyship.objects.none(), label="代谁办理", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["deputyship"].queryset = Deputyship.objects.filter(  # type: ignore[attr-defined]
            deputy=user, start__lte=today, end__gte=today, principal__is_active=True
        ).select_related("principal", "deputy")
