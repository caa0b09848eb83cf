"""What a register takes in: nothing ahead of us but for a phone's clock, nothing from before there were registers."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from staff.refusals import Refused
from staff.workflow.records import check_day, check_moment


def test_a_day_that_is_not_known_is_no_slip():
    check_day(None, "on", "日期")
    check_day(timezone.localdate(), "on", "日期")
    check_moment(None, "at", "时间")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (timezone.localdate() + timedelta(days=2), "签批日期晚于今天。请核对年份和日期。"),
        (date(1999, 12, 31), "签批日期早于 2000 年。请核对年份。"),
    ],
)
def test_a_day_ahead_or_long_ago_is_a_slip(day, words):
    with pytest.raises(Refused, match=words) as refusal:
        check_day(day, "signed_on", "签批日期")
    assert refusal.value.field == "signed_on"


def test_a_phone_may_run_ahead_by_minutes():
    check_moment(timezone.now() + timedelta(minutes=2), "at", "检查时间")
    with pytest.raises(Refused, match="检查时间晚于现在。请核对年份、日期和时间。"):
        check_moment(timezone.now() + timedelta(minutes=11), "at", "检查时间")
    with pytest.raises(Refused, match="早于 2000 年"):
        check_moment(timezone.now() - timedelta(days=40_000), "at", "检查时间")
