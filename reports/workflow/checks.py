"""The door for what people answer for: figures decided by hand, remarks on the checklist."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction
from django.utils import timezone

from config.figures import Figure, Kind
from reports.checklist import checklist, said
from reports.compilation import compile_content, plain_number
from reports.models import CheckMark, Override, Report
from reports.registry import known_keys, registry
from reports.tokens import parse
from reports.workflow.locks import locked_open
from staff.models import Activity, User, Verb
from staff.refusals import Refused

MOST_DIGITS = 15  # before the point; nothing that a bureau counts has more


@transaction.atomic
def override_figure(report: Report, *, name: str, value: str, reason: str, by: User) -> Override:
    """人工核定: `name` is a figure's key, with its parameter. The counted value is kept beside; every outline prints it so."""
    current = locked_open(report, doing="核定数据")
    if parse(f"{{{{ {name} }}}}", known_keys()).errors:
        raise Refused("没有这个数据，请从列表中选择。", "name")
    key, _, parameter = name.partition(":")
    figure = registry().figures[key]
    found = figure.value(current.period, parameter or None)
    if found.number is not None or not found.text:
        value = number_or_refusal(value, figure)
    entry_label = figure.label
    if parameter and figure.choices is not None:
        entry_label = f"{figure.label}：{dict(figure.choices()).get(parameter, parameter)}"
    try:
        with transaction.atomic():
            override = Override.objects.create(
                period_key=current.period.key,
                name=name,
                label=entry_label[:160],
                value=value,
                counted=said(found.text or plain_number(found.number))[:120],
                reason=reason,
                decided_by=by,
            )
    except IntegrityError as error:
        raise Refused(f"“{entry_label}”已经核定过，请先撤销原来的核定。", "name") from error
    changes = {entry_label: [override.counted, value]}
    Activity.record(Verb.UPDATE, current, by=by, title=f"人工核定：{entry_label}", changes=changes, note=reason)
    return override


def number_or_refusal(value: str, figure: Figure) -> str:
    """What is counted or added is never below 0; what is reckoned may be (缺编数 of a unit over its quota)."""
    try:
        number = Decimal(value.replace(",", "").strip())
    except InvalidOperation as error:
        raise Refused("这个数据是数字，请只填数字，不带单位。", "value") from error
    if not number.is_finite() or (number < 0 and figure.kind is not Kind.NUMBER):
        raise Refused("请填不小于 0 的数。", "value")
    if number.adjusted() >= MOST_DIGITS:
        raise Refused("这个数太大，请核对位数。", "value")
    return str(plain_number(number))


@transaction.atomic
def withdraw_override(report: Report, override: Override, *, by: User) -> None:
    """Back to what the records say. Posting twice is harmless."""
    current = locked_open(report, doing="撤销核定")
    standing = Override.objects.select_for_update(of=("self",)).filter(pk=override.pk, withdrawn_at=None).first()
    if standing is None:
        return
    standing.withdrawn_at, standing.withdrawn_by = timezone.now(), by
    standing.save(update_fields=["withdrawn_at", "withdrawn_by"])
    changes = {standing.label: [standing.value, standing.counted]}
    Activity.record(Verb.UPDATE, current, by=by, title=f"撤销人工核定：{standing.label}", changes=changes)


@transaction.atomic
def mark_checks(report: Report, digests: Iterable[str], *, remark: str, by: User) -> int:
    """The checker's remark on lines of the list as it is now; what must be mended takes no remark. Returns how many."""
    current = locked_open(report, doing="核对")
    content = compile_content(current.period, list(current.present_sections))
    wanted = set(digests)
    items = [item for item in checklist(current, content).open if item.digest in wanted]
    for item in items:
        CheckMark.objects.get_or_create(
            report=current,
            digest=item.digest,
            defaults={"kind": item.kind, "text": item.text, "remark": remark, "marked_by": by},
        )
    if items:
        Activity.record(Verb.UPDATE, current, by=by, title=f"核对 {len(items)} 项", note=remark)
    return len(items)
