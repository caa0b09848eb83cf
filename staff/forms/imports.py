"""Forms of the import pages: a sheet, its columns, the confirmation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from config.form_fields import asked
from staff.imports import headers, pipeline
from staff.imports.kinds import ImportKind, import_kind
from staff.imports.reading import SheetError
from staff.models import ImportBatch, User


class SheetForm(forms.Form):
    """A sheet, as a file or as a block pasted from WPS."""

    file = forms.FileField(
        label="表格文件", required=False, help_text="Excel 或 WPS 表格（.xlsx、.xls），不超过 50 MB、10 万行。"
    )
    pasted = forms.CharField(
        label="或者粘贴表格",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="在 WPS 里选中连表头在内的区域，复制后粘贴到这里。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # one of the two
            asked(field)

    def clean_file(self) -> UploadedFile | None:
        upload = self.cleaned_data["file"]
        if upload and upload.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError("文件超过 50 MB。请拆成几份后分别导入。")
        return upload

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("file") and not (data.get("pasted") or "").strip():
            raise forms.ValidationError("请选择一个表格文件，或者粘贴表格内容。")
        return data

    def receive(self, *, kind: ImportKind, owner: User) -> ImportBatch | None:
        """Store the sheet; None (with the reason on the form, and what was pasted still there) if it cannot be read."""
        upload, text = self.cleaned_data["file"], self.cleaned_data["pasted"]
        try:
            if upload:
                return pipeline.receive_file(upload, kind=kind, owner=owner)
            return pipeline.receive_text(text, kind=kind, owner=owner)
        except SheetError as problem:
            self.add_error("file" if upload else "pasted", problem.message)
            return None


class ColumnsForm(forms.Form):
    """Which column holds which field, for what was not recognised by itself."""

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        with pipeline.opened(batch) as sheet:
            self.header = [str(cell or "").strip() for cell in headers.header_cells(sheet, batch.header_row)]
        choices = [
            ("", "（没有这一列）"),
            *((str(index), text or f"第 {index + 1} 列") for index, text in enumerate(self.header)),
        ]
        for spec in import_kind(batch.kind).resource.specs():
            self.fields[spec.name] = forms.ChoiceField(
                label=spec.label,
                required=spec.required,
                choices=choices,
                initial=str(batch.columns.get(spec.name, "")),
                error_messages={"required": f"请指明“{spec.label}”在哪一列。"},
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [index for index in data.values() if index]
        doubled = {index for index in chosen if chosen.count(index) > 1}
        for name, index in data.items():
            if index in doubled:
                self.add_error(name, "同一列不能对应两个字段。")
        return data

    def save(self) -> bool:
        """Whether the sheet still waited for its columns."""
        columns = {name: int(index) for name, index in self.cleaned_data.items() if index}
        remember = {self.header[index]: name for name, index in columns.items() if self.header[index]}
        return pipeline.choose_columns(self.batch, columns=columns, remember=remember)


class ConfirmImportForm(forms.Form):
    valid_rows_only = forms.BooleanField(label="只导入正确的行，有误的行跳过", required=False)

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        if not batch.wrong:
            self.fields["valid_rows_only"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.batch.wrong and not data.get("valid_rows_only"):
            raise forms.ValidationError("表里有错误的行。请下载改正后重新上传，或者勾选“只导入正确的行”。")
        if not self.batch.new:
            raise forms.ValidationError("没有新的行可以导入：表里的内容都已登记。")
        return data
