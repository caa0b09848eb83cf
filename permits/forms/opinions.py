"""The scan of what another body answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from permits.models import Application, Opinion, OpinionFile
from staff.models import Activity, User, Verb
from staff.uploads import save_document, save_image


class OpinionFileForm(forms.Form):
    opinion = forms.ModelChoiceField(label="部门意见", queryset=Opinion.objects.none())
    file = forms.FileField(label="扫描件", help_text="PDF、Word 或者照片。")

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application
        self.fields["opinion"].queryset = application.opinions.all()  # type: ignore[attr-defined]

    def store(self, *, by: User) -> OpinionFile | None:
        upload = self.cleaned_data["file"]
        save = save_image if (upload.content_type or "").startswith("image/") else save_document
        try:
            saved = save(upload, OpinionFile, by=by, opinion=self.cleaned_data["opinion"])
        except ValidationError as problem:
            self.add_error("file", problem)
            return None
        Activity.record(Verb.UPDATE, self.application, by=by, title="上传意见扫描件", note=str(saved))
        return saved
