"""The files of a compilation beside its PDF: Word, the annex, the figures. Made by the same job, kept with their hash."""

from __future__ import annotations

import uuid

from django.db import models

from reports.enums import Output
from reports.models.reports import Compilation


def output_path(stored: models.Model, filename: str) -> str:
    return f"reports/{uuid.uuid4().hex}.{filename.rsplit('.', 1)[-1]}"


class CompiledFile(models.Model):
    compilation = models.ForeignKey(Compilation, verbose_name="汇编稿", on_delete=models.CASCADE, related_name="files")
    kind = models.CharField("种类", max_length=8, choices=Output.choices)
    file = models.FileField("文件", upload_to=output_path)
    sha256 = models.CharField("文件校验值", max_length=64)
    size = models.PositiveIntegerField("字节数")

    class Meta:
        verbose_name = verbose_name_plural = "汇编文件"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_compiled_file_per_kind",
                fields=["compilation", "kind"],
                violation_error_message="这种文件已经生成。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:12]}"
