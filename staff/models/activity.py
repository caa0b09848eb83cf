"""The one log (操作日志): append-only, chained by hash.

Rows are written inside the business transaction. Their seals (the hash chain) are written afterwards by a timed task
into a table of their own, so that sealing never holds up business and no row of either table is ever changed. Triggers
in the database refuse UPDATE and DELETE on both (staff/append_only.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from config.display import bare_number, display, minute
from config.identity import mask_personal

FIRST_HASH = "0" * 64
SEAL_BATCH = 2_000
# What a seal covers, in the order of its spelling: neither may ever change.
SEALED = (
    "pk", "happened_at", "verb", "title", "object_type", "object_id", "object_label", "changes", "note", "actor_id",
    "principal_id", "address", "succeeded",
)  # fmt: skip
encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True)
class Actor:
    """Who acts in the current request, from where, and for whom; set by staff.middleware.ActingPerson."""

    address: str | None = None
    principal_id: int | None = None


current_actor: ContextVar[Actor] = ContextVar("current_actor", default=Actor())


class Verb(models.TextChoices):
    CREATE = "create", "新建"
    UPDATE = "update", "修改"
    DELETE = "delete", "删除"
    TRANSITION = "transition", "办理"
    LOGIN = "login", "登录"
    LOGOUT = "logout", "退出"
    LOGIN_FAILED = "login_failed", "登录失败"
    PASSWORD = "password", "修改密码"
    SECOND_FACTOR = "second_factor", "动态验证码"
    REFUSED = "refused", "被拒绝"
    IMPORT = "import", "导入"
    EXPORT = "export", "导出"
    PRINT = "print", "打印"
    SIGN = "sign", "签发"
    DEPUTY = "deputy", "代理"


class ActivityQuerySet(models.QuerySet["Activity"]):
    def about(self, obj: models.Model) -> ActivityQuerySet:
        """The history of one record, newest first."""
        return self.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk)).select_related(
            "actor", "principal"
        )


class Activity(models.Model):
    happened_at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    verb = models.CharField("动作", max_length=20, choices=Verb.choices)
    title = models.CharField("事项", max_length=120, blank=True)
    object_type = models.CharField("对象类别", max_length=60, blank=True)
    object_id = models.CharField("对象标识", max_length=40, blank=True)
    object_label = models.CharField("对象", max_length=120, blank=True)
    changes = models.JSONField("变动", default=dict, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="操作人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    principal = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="代谁办理",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    address = models.GenericIPAddressField("来源地址", null=True, blank=True)
    succeeded = models.BooleanField("成功", default=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["object_type", "object_id", "-id"], name="activity_by_object")]
        permissions = [("read_log", "查看操作日志")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{minute(self.happened_at)} {self.actor or '系统'} {self.get_verb_display()} {self.object_label}"

    @classmethod
    def record(
        cls,
        verb: str,
        obj: models.Model | None = None,
        *,
        by: models.Model | None,
        title: str = "",
        changes: Mapping[str, Any] | None = None,
        note: str = "",
        succeeded: bool = True,
    ) -> Activity:
        """Append one row: who did what to which record, from where, and what changed ({field: [before, after]}).

        What cannot be erased must not hold what identifies: ID and mobile numbers are masked, wherever they were typed.
        """
        actor = current_actor.get()
        return cls.objects.create(
            verb=verb,
            title=mask_personal(title[:120]),
            object_type=obj._meta.label_lower if obj is not None else "",
            object_id=str(obj.pk) if obj is not None else "",
            object_label=mask_personal(str(obj)[:120]) if obj is not None else "",
            changes=without_numbers(plain(dict(changes or {}))),
            note=mask_personal(note[:500]),
            actor_id=by.pk if by is not None else None,
            principal_id=actor.principal_id,
            address=actor.address,
            succeeded=succeeded,
        )

    def canonical(self) -> bytes:
        """What the seal covers, in one fixed spelling."""
        return spelling(self.pk, self.happened_at, *(getattr(self, name) for name in SEALED[2:]))


class ActivitySeal(models.Model):
    """Link n of the chain: sha256(hash of link n−1 ‖ the activity in its canonical spelling)."""

    position = models.BigIntegerField("序号", unique=True)
    activity = models.OneToOneField(Activity, verbose_name="日志", on_delete=models.PROTECT, related_name="seal")
    hash = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "日志封存"
        ordering = ["position"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"


def without_numbers(value: Any) -> Any:
    """Plain values with the personal numbers in their texts masked."""
    if isinstance(value, str):
        return mask_personal(value)
    if isinstance(value, dict):
        return {key: without_numbers(each) for key, each in value.items()}
    return [without_numbers(each) for each in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """A JSON-ready copy: Decimals and dates as text, models as their names."""
    match value:
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case Decimal():
            return format(value, "f")
        case datetime():
            return timezone.localtime(value).isoformat(timespec="minutes") if timezone.is_aware(value) else str(value)
        case date():
            return value.isoformat()
        case models.Model():
            return str(value)
        case str() | int() | float() | bool() | None:
            return value
    return str(value)


def logged_values(record: models.Model, only: Iterable[str] | None = None) -> dict[str, str]:
    """A record's values as words under their Chinese names: what `changed_fields` compares and the log shows.

    The fields named in `only`, or all that can be edited. A choice is its label, or whatever the record's own
    `get_<field>_display` says; 是 or 否; a moment to the local minute, a day as 2026-03-05; a number without grouping or
    trailing zeros; a row of another table as it is called; nothing is a dash.
    """
    fields = {field.name: field for field in record._meta.concrete_fields}
    editable = (name for name, field in fields.items() if field.editable and not field.primary_key)
    return {str(fields[name].verbose_name): _in_words(record, name) for name in (editable if only is None else only)}


def _in_words(record: models.Model, name: str) -> str:
    label = getattr(record, f"get_{name}_display", None)
    value = label() if label is not None else getattr(record, name)
    return bare_number(value) if isinstance(value, Decimal) else display(value)


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{field: [before, after]} for the fields that differ."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def spelling(pk: int, happened_at: datetime, *others: Any) -> bytes:
    """The canonical bytes of a row, from its columns in the order of SEALED; the time with our offset."""
    return encode([pk, happened_at.astimezone(timezone.get_default_timezone()).isoformat(), *others]).encode()


def link(previous: str, canonical: bytes) -> str:
    return hashlib.sha256(previous.encode() + canonical).hexdigest()


def seal_activities() -> int:
    """Append the committed, unsealed rows to the chain, in batches. Returns how many were sealed.

    Two sealers at once cannot fork the chain: `position` is unique, and the loser's batch rolls back whole.
    """
    sealed = 0
    while True:
        with transaction.atomic():
            last = ActivitySeal.objects.order_by("-position").first()
            position, previous = (last.position, last.hash) if last else (0, FIRST_HASH)
            seals = []
            for activity in Activity.objects.filter(seal=None).order_by("pk")[:SEAL_BATCH]:
                position, previous = position + 1, link(previous, activity.canonical())
                seals.append(ActivitySeal(position=position, activity=activity, hash=previous))
            ActivitySeal.objects.bulk_create(seals)
        sealed += len(seals)
        if len(seals) < SEAL_BATCH:
            return sealed


@dataclass(frozen=True)
class ChainReport:
    sealed: int
    unsealed: int
    head: str
    problems: tuple[str, ...]


def verify_chain(step: Callable[[int], None] | None = None) -> ChainReport:
    """Walk the whole chain. A changed, removed or re-ordered row shows as a problem naming its position.

    `step` is told how many links have been walked.
    """
    problems: list[str] = []
    previous, position = FIRST_HASH, 0
    columns = ("position", "hash", *(f"activity__{name}" for name in SEALED))  # objects would take twice as long
    links = ActivitySeal.objects.order_by("position").values_list(*columns)
    for found, stored, *facts in links.iterator(chunk_size=5_000):
        position += 1
        if found != position:
            problems.append(f"第{position}条缺失（下一条是第{found}条）")
            position = found
        if link(previous, spelling(*facts)) != stored:
            problems.append(f"第{position}条（日志编号 {facts[0]}）与封存时不一致")
        previous = stored
        if step is not None:
            step(position)
        if len(problems) >= 20:
            break
    return ChainReport(position, Activity.objects.filter(seal=None).count(), previous, tuple(problems))
