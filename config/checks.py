"""What must be on the machine for papers to come out right: fonts and the fast subsetter. Warnings with the command."""

from __future__ import annotations

import ctypes.util
import shutil
import subprocess
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage

FONT_PACKAGES = "apt-get install fonts-noto-cjk"
OFFICIAL_FACES = (
    ("FandolFang-Regular.otf", "FangSong_GB2312", "没有仿宋体，正文将以宋体代替，不合 GB/T 9704。"),
    ("FandolKai-Regular.otf", "KaiTi_GB2312", "没有楷体，二级标题将以宋体代替，不合 GB/T 9704。"),
)


def fonts_are_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not has_family("Noto Serif CJK SC"):
        found.append(
            checks.Warning("没有思源宋体（Noto CJK），PDF 里的汉字会变成方框。", hint=FONT_PACKAGES, id="config.W001")
        )
    for face, licensed, words in OFFICIAL_FACES:
        if not (settings.VAR_DIR / "fonts" / face).is_file() and not has_family(licensed):
            found.append(checks.Warning(words, hint="deploy/bootstrap/fonts.sh", id="config.W002"))
    return found


def subsetter_is_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if ctypes.util.find_library("harfbuzz-subset"):
        return []
    hint = "apt-get install libharfbuzz-subset0"
    return [checks.Warning("缺少 libharfbuzz-subset，生成一份 PDF 要半分钟而不是半秒。", hint=hint, id="config.W003")]


def has_family(family: str) -> bool:
    """Whether fontconfig knows the family itself, not a substitute."""
    program = shutil.which("fc-match")
    if program is None:
        return False
    answer = subprocess.run([program, "-f", "%{family}", family], capture_output=True, text=True, check=False)  # noqa: S603
    return family in answer.stdout.split(",")
