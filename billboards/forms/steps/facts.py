"""Fields that a step asks for and that are no field of its record: answers that go into an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from django import forms
from django.utils import timezone

from config.form_fields import asked
from config.inputs import DATE, MOMENT
from staff.models import STREET_KINDS, ServiceMethod, Unit

METHODS = [each for each in ServiceMethod.choices if each[0] != ServiceMethod.PUSHED]


def line(
    label: str, length: int = 120, *, required: bool = False, wanted: bool = False, help_text: str = ""
) -> Callable[[], forms.Field]:
    """`wanted`: the step asks for it, but takes it later where it is recorded afterwards."""
    return lambda: asked(
        forms.CharField(label=label, max_length=length, required=required, help_text=help_text), wanted=wanted
    )


def text(label: str, length: int = 1000, *, required: bool = False, wanted: bool = False) -> Callable[[], forms.Field]:
    rows = {"rows_wanted": 3}
    return lambda: asked(
        forms.CharField(label=label, max_length=length, required=required, widget=forms.Textarea(attrs=rows)),
        wanted=wanted,
    )


def street() -> forms.Field:
    rows = Unit.objects.active_on(timezone.localdate()).filter(kind__in=STREET_KINDS)
    return forms.ModelChoiceField(
        rows, label="拆除地点所属街道（管理处）", required=False, help_text="拆除的按街道计入拆除记录。"
    )


FACTS: Final[Mapping[str, Callable[[], forms.Field]]] = {
    "number": line("立案号", 60, help_text="在本系统签发立案审批表的自动带入；线下立案的填纸质文号。"),
    "reviewer": line("审核人", 40, required=True),
    "qualified": lambda: forms.BooleanField(
        label="审核人具备法制审核资格",
        required=False,
        help_text="初次从事法制审核的应当取得国家统一法律职业资格；不是初次从事的，核对后勾选。",
    ),
    "qualification": line(
        "法律职业资格", help_text="填资格证书号；不是初次从事审核的，写明从何时起从事。自动带入法制审核意见书。"
    ),
    "opinion": text("审核意见"),
    "attendance": line("参加人", 200),
    "record": text("听证笔录要点", 4000, wanted=True),
    "conclusion": text("听证意见"),
    "method": lambda: forms.ChoiceField(label="送达方式", choices=METHODS),
    "proof": line(
        "送达证明", 200, wanted=True, help_text="回证签收人和关系；留置的写见证人或照片录像编号；邮寄的写邮件号。"
    ),
    "until": lambda: forms.DateField(label="延期至", widget=DATE),
    "approver": line("批准人", 40, required=True),
    "ended_at": lambda: forms.DateTimeField(
        label="结束时间",
        initial=timezone.localtime,
        widget=MOMENT,
    ),
    "result": line("执行情况", 300, wanted=True),
    "goods_list": line("物品清单", 300, help_text="清点、保管和发还情况。"),
    "street": street,
    "removed_count": lambda: forms.IntegerField(label="拆除块数", required=False, min_value=0, max_value=10_000),
    "removed_area": lambda: forms.DecimalField(
        label="拆除面积（㎡）", required=False, min_value=Decimal(0), max_digits=9, decimal_places=2
    ),
    "costs": lambda: forms.DecimalField(
        label="费用（元）", required=False, min_value=Decimal(0), max_digits=12, decimal_places=2
    ),
}
