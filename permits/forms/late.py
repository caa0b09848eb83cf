"""补录: what happened is recorded afterwards, and the history keeps why it was not recorded when it happened."""

from __future__ import annotations

from typing import Any

from django import forms

from config.form_fields import asked

LATE_WORDS = "事情已在线下办完的勾选：如实登记；按规定当时不该这样办的，记为程序瑕疵并注明条款。"


class LateForm(forms.Form):
    """Abstract: a step that may be recorded afterwards. The reason is asked for once the box is ticked (bureau.css)."""

    afterwards = forms.BooleanField(label="补录", required=False, help_text=LATE_WORDS)
    late_reason = forms.CharField(
        label="补录原因", max_length=120, required=False, help_text="为什么当时没有登记，如“系统停机，先按纸质办理”；写入经过。"
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked(self.fields["late_reason"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("afterwards") and not cleaned.get("late_reason") and "late_reason" not in self.errors:
            self.add_error("late_reason", "勾选了补录的，请写明补录原因。")
        return cleaned

    @property
    def late(self) -> dict[str, Any]:
        """What a Step takes of it."""
        after = self.cleaned_data["afterwards"]
        return {"afterwards": after, "reason": self.cleaned_data["late_reason"] if after else ""}
