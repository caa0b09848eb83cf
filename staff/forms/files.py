"""Several files in one field of a form, each to be checked by itself by what is inside it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({**(attrs or {}), "multiple": True})


class SeveralFilesField(forms.FileField):
    """Cleaned to a list. An empty file goes through: whoever stores it names it, and the others are not lost."""

    widget = SeveralFiles

    def __init__(self, *, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)
        self.most = most

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        uploads = [each for each in data if each] if isinstance(data, list | tuple) else [data] if data else []
        if not uploads and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if self.most is not None and len(uploads) > self.most:
            raise forms.ValidationError(f"一次最多 {self.most} 个文件（选了 {len(uploads)} 个）。请分几次上传。")
        return [super(SeveralFilesField, self).clean(upload, initial) for upload in uploads]
