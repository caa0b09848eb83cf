"""The one door to certificates: issued, ended, and warned of before they expire."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from config.navigation import page_of
from staff.models import Activity, Certificate, User, Verb, changed_fields, notify
from staff.models.certificates import warning_due
from staff.officers import to_withdraw
from staff.permissions import Perms
from staff.refusals import ChangedMeanwhile, Refused
from staff.workflow.records import check_day


@transaction.atomic
def register_certificate(certificate: Certificate, *, by: User | None, log: bool = True) -> Certificate:
    """Store an unsaved certificate; the one it renews, if it still runs, ends with its day of issue as 换发."""
    check_day(certificate.issued_on, "issued_on", "发证日期")
    running = Certificate.objects.select_for_update(of=("self",)).running().filter(person=certificate.person)
    for old in running.filter(issued_on__lt=certificate.issued_on):
        old.ended_on, old.end_reason = certificate.issued_on, "renewed"
        old.save(update_fields=["ended_on", "end_reason"])
    certificate.save()
    if log:
        Activity.record(Verb.CREATE, certificate, by=by, title="登记执法证", note=f"有效期至{certificate.expires_on}")
    return certificate


SHOWN = {"number": "证号", "issuer": "发证机关", "issued_on": "发证日期", "expires_on": "有效期至", "note": "备注"}


@transaction.atomic
def correct_certificate(certificate: Certificate, *, by: User, seen: int) -> Certificate:
    """Put right what was mistyped; the second editor is told. The warnings start anew with the new term."""
    current = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if current.version != seen:
        raise ChangedMeanwhile("这个执法证")
    check_day(certificate.issued_on, "issued_on", "发证日期")
    if current.ended_on is not None and certificate.issued_on > current.ended_on:
        raise Refused(f"发证日期不得晚于{current.get_end_reason_display()}的日期（{current.ended_on}）。", "issued_on")
    changes = changed_fields(
        {label: str(getattr(current, name)) for name, label in SHOWN.items()},
        {label: str(getattr(certificate, name)) for name, label in SHOWN.items()},
    )
    certificate.warned = current.warned if current.expires_on == certificate.expires_on else None
    certificate.ended_on, certificate.end_reason = current.ended_on, current.end_reason
    certificate.version = seen + 1
    certificate.save()
    if changes:
        Activity.record(Verb.UPDATE, certificate, by=by, title="修改执法证", changes=changes)
    return certificate


@transaction.atomic
def end_certificate(certificate: Certificate, *, by: User, ended_on: date, reason: str) -> None:
    """Given back or cancelled. Ending twice is refused."""
    current = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if current.ended_on is not None:
        raise Refused(f"这个证件已于{current.ended_on}{current.get_end_reason_display()}。")
    if ended_on < current.issued_on:
        raise Refused("注销（收回）日期不得早于发证日期。", "ended_on")
    if ended_on > timezone.localdate():
        raise Refused("注销（收回）日期晚于今天。收回后再登记。", "ended_on")
    current.ended_on, current.end_reason = ended_on, reason
    current.save(update_fields=["ended_on", "end_reason"])
    Activity.record(Verb.TRANSITION, current, by=by, title=f"{current.get_end_reason_display()}执法证")


@transaction.atomic
def reinstate_certificate(certificate: Certificate, *, by: User, reason: str) -> None:
    """撤销登记 of an end that was entered by mistake: the card stands as before. The second to do it is told."""
    current = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if current.ended_on is None:
        raise Refused("这个证件没有登记注销（收回），不用撤销。")
    note = f"{reason}。原登记：{current.ended_on}{current.get_end_reason_display()}"
    current.ended_on, current.end_reason = None, ""
    current.save(update_fields=["ended_on", "end_reason"])
    Activity.record(Verb.UPDATE, current, by=by, title="撤销注销（收回）的登记", note=note)


def warn_of_expiry(today: date) -> int:
    """Tell holders and the personnel section at 180, 90 and 30 days, each once. Returns how many certificates.

    A card of somebody who is gone, or may never enforce, is not renewed: it is to be taken back.
    """
    warned = 0
    keepers = [user for user in User.objects.filter(is_active=True) if user.has_perm(Perms.MANAGE_PEOPLE)]
    running = Certificate.objects.running().filter(expires_on__gte=today)
    gone = set(to_withdraw(running, today).values_list("pk", flat=True))
    for pk in list(running.values_list("pk", flat=True)):
        with transaction.atomic():
            certificate = (
                Certificate.objects.select_for_update(of=("self",)).select_related("person__account").get(pk=pk)
            )
            due = warning_due(certificate.expires_on, today, certificate.warned)
            if due is None:
                continue
            certificate.warned = due
            certificate.save(update_fields=["warned"])
            text = f"{certificate.person.name}的执法证{certificate.expires_on}到期（{due}天内）"
            if pk in gone:
                notify(
                    keepers, f"{text}。持证人已不在岗或者不是执法人员，请收回注销。", url=certificate.get_absolute_url()
                )
                warned += 1
                continue
            text += "，请安排换证考试。"
            account = certificate.person.account
            holder = [account] if account and account.is_active and account not in keepers else []
            notify(keepers, text, url=certificate.get_absolute_url())
            notify(holder, text, url=page_of(account, certificate) if holder else "")
            warned += 1
    return warned
