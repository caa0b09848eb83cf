"""Scoring rules and rewards: a version that has been used stays as it is, a change is a new version."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from config.periods import Period
from inspections.models import Bulletin, Finding, RewardRule, ScoringRuleSet
from staff.models import Activity, User, Verb, changed_fields, logged_values
from staff.refusals import ChangedMeanwhile, Refused


def next_start(rules: ScoringRuleSet) -> date | None:
    """When the version after this one begins."""
    later = ScoringRuleSet.objects.filter(valid_from__gt=rules.valid_from).order_by("valid_from")
    return later.values_list("valid_from", flat=True).first()


def why_in_use(rules: ScoringRuleSet) -> str:
    """Why a version cannot be changed any more; "" while nothing has been scored by it."""
    if rules.bulletins.exists():
        return "已按这套规则拟制通报，不能再改。请新建一版。"
    found = Finding.objects.filter(found_on__gte=rules.valid_from)
    end = next_start(rules)
    if (found.filter(found_on__lt=end) if end else found).exists():
        return "已有问题按这套规则计分，不能再改。请新建一版，从以后的月份起施行。"
    return ""


def check_start(rules: ScoringRuleSet) -> None:
    """A month is scored by one version, and what is published stays as it was reckoned."""
    if rules.valid_from.day != 1:
        raise Refused("请填某月 1 日：同一个月只用一套规则。", "valid_from")
    others = ScoringRuleSet.objects.exclude(pk=rules.pk)
    if others.filter(valid_from=rules.valid_from).exists():
        raise Refused("这一天已经有一版规则。请改为另一个月，或修改那一版。", "valid_from")
    check_unpublished(rules.valid_from, "新规则")


def check_unpublished(valid_from: date, what: str) -> None:
    """Rules and standards begin after what is published, which stays as it was reckoned."""
    month = Bulletin.objects.standing().order_by("-month").values_list("month", flat=True).first()
    if month is not None and valid_from <= Period.parse(month).end:
        raise Refused(f"{Period.parse(month).label}的通报已经印发，{what}只能从以后的月份起施行。", "valid_from")


@transaction.atomic
def make_rules(rules: ScoringRuleSet, *, by: User) -> ScoringRuleSet:
    """Store an unsaved version. Findings found from its first day on are scored by it; nothing earlier is."""
    check_start(rules)
    rules.made_by = by
    try:
        with transaction.atomic():
            rules.save()
    except IntegrityError as error:
        raise Refused("没有保存：这一天刚有人建了一版，或权重之和不等于 1。请核对。") from error
    Activity.record(Verb.CREATE, rules, by=by, title="新建计分规则", note=rules.source)
    return rules


@transaction.atomic
def change_rules(rules: ScoringRuleSet, *, by: User, seen: int) -> ScoringRuleSet:
    """Store a corrected version that nothing has been scored by. `seen`: how often it had been saved on the screen."""
    current = ScoringRuleSet.objects.select_for_update(of=("self",)).get(pk=rules.pk)
    if current.saved != seen:
        raise ChangedMeanwhile("这版规则")
    if reason := why_in_use(current):
        raise Refused(reason)
    check_start(rules)
    before = logged_values(current)
    rules.saved = current.saved + 1
    rules.save()
    Activity.record(
        Verb.UPDATE, rules, by=by, title="修改计分规则", changes=changed_fields(before, logged_values(rules))
    )
    return rules


@transaction.atomic
def make_reward(reward: RewardRule, *, by: User) -> RewardRule:
    try:
        with transaction.atomic():
            reward.save()
    except IntegrityError as error:
        raise Refused("没有保存：同一名次的同一措施在这一天已经有一条。请核对。") from error
    Activity.record(Verb.CREATE, reward, by=by, title="登记奖惩办法", note=reward.source)
    return reward


@transaction.atomic
def end_reward(reward: RewardRule, *, on: date, by: User) -> RewardRule:
    """废止: it holds to the end of that day; bulletins already published keep what they print."""
    current = RewardRule.objects.select_for_update(of=("self",)).get(pk=reward.pk)
    if current.valid_to is not None:
        raise Refused(f"这条办法已于{current.valid_to}废止。", "on")
    if on < current.valid_from:
        raise Refused("废止日期不得早于施行日期。", "on")
    current.valid_to = on
    current.save(update_fields=["valid_to"])
    Activity.record(Verb.UPDATE, current, by=by, title="废止奖惩办法", changes={"废止日期": [None, on]})
    return current
