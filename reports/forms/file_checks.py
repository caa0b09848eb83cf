"""Form of 数字核校; it owns all reading of POST."""

from __future__ import annotations

from django import forms

from reports.models import Compilation, FileCheck, Report
from reports.workflow import file_checks
from staff.models import User
from staff.refusals import Refused, show_refusal


class FileCheckForm(forms.Form):
    file = forms.FileField(label="定稿 Word 文件", help_text=".docx，不带宏；领导改过的稿子也可以。")

    def save(self, report: Report, compilation: Compilation, *, by: User) -> FileCheck | None:
        try:
            return file_checks.check_file(report, compilation, self.cleaned_data["file"], by=by)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
