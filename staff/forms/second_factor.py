"""Forms of the one-time code: entering one, binding a phone, making recovery codes anew."""

from __future__ import annotations

from typing import Any

from django import forms

from staff.models import User
from staff.refusals import Refused, show_refusal
from staff.second_factor import RECOVERY_FORM, TOTP_FORM, tidy_code

ONE_TIME = {"autocomplete": "one-time-code", "autofocus": True, "data-no-draft": "", "maxlength": 40}


class CodeForm(forms.Form):
    """A code of the phone; with `recovery` one of the printed ones. Either kind is taken in either form."""

    code = forms.CharField(
        label="动态验证码", max_length=40, help_text="手机验证器上这个账号的 6 位数字，每 30 秒换一个。"
    )

    def __init__(self, *args: Any, recovery: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.widget.attrs |= ONE_TIME | ({} if recovery else {"inputmode": "numeric"})
        if recovery:
            field.label, field.help_text = "备用验证码", "绑定时打印或抄下的 8 位字母和数字，每个只能用一次。"

    def clean_code(self) -> str:
        code = tidy_code(self.cleaned_data["code"])
        if not TOTP_FORM.fullmatch(code) and not RECOVERY_FORM.fullmatch(code):
            raise forms.ValidationError("动态验证码是 6 位数字，备用验证码是 8 位字母和数字，请核对。")
        return code


class PasswordAgain(forms.Form):
    """Who changes what opens an account shows that it is still the person."""

    password = forms.CharField(
        label="登录密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="确认是您本人在操作。",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user, self.wrong_password = user, False
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            self.wrong_password = True
            raise forms.ValidationError("密码不对，请重新输入。")
        return password


class BindForm(PasswordAgain):
    """The code that shows that the phone has the key; the password, unless it was given a moment ago (`fresh`)."""

    code = forms.CharField(label="动态验证码", max_length=40, help_text="手机上显示的 6 位数字。")

    field_order = ("code", "password")

    def __init__(self, *args: Any, fresh: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= ONE_TIME | {"inputmode": "numeric"}
        if fresh:
            del self.fields["password"]

    def clean_code(self) -> str:
        code = tidy_code(self.cleaned_data["code"])
        if not TOTP_FORM.fullmatch(code):
            raise forms.ValidationError("动态验证码是 6 位数字，请核对。")
        return code

    def refuse(self, refusal: Refused) -> None:
        show_refusal(self, refusal)
