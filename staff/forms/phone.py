"""What a phone sends of its queue."""

from __future__ import annotations

from typing import Any

from django import forms

from staff.uploads import MAX_IMAGE_BYTES, too_large


class PhonePhotoForm(forms.Form):
    """One photo of an entry: the entry's own key, and the hash of the photo where the phone could make one."""

    client_id = forms.UUIDField(label="手机端编号")
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", label="照片校验值", required=False)
    photo = forms.FileField(label="照片")

    def clean_photo(self) -> Any:
        upload = self.cleaned_data["photo"]
        if upload.size > MAX_IMAGE_BYTES:
            raise too_large(upload.size)
        return upload

    def problems(self) -> list[str]:
        return [str(error) for errors in self.errors.values() for error in errors]
