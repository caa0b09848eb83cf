"""Ticking what was handed in, and the files of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from permits.checklist import Wanted, wanted
from permits.models import Application, ItemVersion, MaterialFile, SubmittedMaterial
from permits.workflow import window
from staff.models import User
from staff.refusals import Refused
from staff.uploads import save_document, save_image

STATES = [("missing", "未收到"), ("received", "已收到"), ("not_applicable", "不适用")]


class TickForm(forms.Form):
    """One choice a line of the checklist, with a note."""

    def __init__(self, data: Any = None, *, application: Application) -> None:
        super().__init__(data)
        self.application = application
        self.rows = list(application.materials.all())
        self.fields["seen"] = forms.IntegerField(
            widget=forms.HiddenInput(), required=False, initial=application.version
        )
        for row in self.rows:
            state = "received" if row.received_on else "not_applicable" if row.not_applicable else "missing"
            label = f"{row.name}{'（必须）' if row.mandatory else ''}"
            self.fields[f"state_{row.pk}"] = forms.ChoiceField(
                label=label, choices=STATES, initial=state, widget=forms.Select, help_text=row.note
            )

    def store(self, *, by: User) -> Application:
        data = self.cleaned_data
        handed = frozenset(row.pk for row in self.rows if data[f"state_{row.pk}"] == "received")
        not_asked = frozenset(row.pk for row in self.rows if data[f"state_{row.pk}"] == "not_applicable")
        receipt = window.Receipt(handed, not_asked)
        return window.tick_materials(self.application, receipt, by=by, seen=data["seen"] or 0)


class AskedForm(forms.Form):
    """Item and project as the window has chosen them so far."""

    item = forms.ModelChoiceField(queryset=ItemVersion.objects.select_related("item"))
    is_project = forms.BooleanField(required=False)

    def wanted(self) -> list[Wanted]:
        version = self.cleaned_data["item"]
        return wanted(version, version.materials.all(), is_project=self.cleaned_data["is_project"])


class MaterialFileForm(forms.Form):
    material = forms.ModelChoiceField(label="材料", queryset=SubmittedMaterial.objects.none())
    file = forms.FileField(label="文件", help_text="PDF、Word 或者照片；PDF 不超过 30 MB，照片不超过 10 MB。")

    def __init__(self, data: Any = None, files: Any = None, *, application: Application) -> None:
        super().__init__(data, files)
        self.application = application
        self.fields["material"].queryset = application.materials.all()  # type: ignore[attr-defined]

    def store(self, *, by: User) -> MaterialFile | None:
        """Store it and tick the line; None, with the reason on the form, for what is no readable file."""
        upload, row = self.cleaned_data["file"], self.cleaned_data["material"]
        picture = (upload.content_type or "").startswith("image/")
        try:
            saved = (save_image if picture else save_document)(upload, MaterialFile, by=by, submitted=row)
            if row.received_on is None:
                window.receive_material(row, by=by)
        except ValidationError as problem:
            self.add_error("file", problem)
            return None
        except Refused as refusal:
            self.add_error(None, str(refusal))
            return None
        return saved
