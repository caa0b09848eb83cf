"""manage.py load_calendar [--replace YEAR]: fill the working-day calendar. Years edited by hand are left alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import chinese_calendar
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from lunar_python import Lunar

from staff.models import Activity, CalendarDay, CalendarYear, Verb

FIRST_YEAR = 2018
YEARS_AHEAD = 2
NOTICE = "国务院办公厅关于{year}年部分节假日安排的通知"
STATUTE = "全国年节及纪念日放假办法（2024年11月10日修订）第二条；调休待通知"


class Command(BaseCommand):
    help = "录入工作日历：已公布的年度照放假通知，未公布的年度按法定节假日暂定。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--replace", type=int, metavar="YEAR", help="重新录入这一年，覆盖已有内容")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity = options["verbosity"]
        last_announced = max(day.year for day in chinese_calendar.holidays)
        replace = options["replace"]
        years = range(FIRST_YEAR, max(timezone.localdate().year, last_announced) + YEARS_AHEAD + 1)
        if replace is not None and replace not in years:
            raise CommandError(f"只能录入 {years[0]} 至 {years[-1]} 年。")
        for year in [replace] if replace else years:
            stored = CalendarYear.objects.filter(year=year).first()
            if stored is not None and not replace:
                continue
            if stored is not None:
                stored.delete()
            row = self._load(year, announced=year <= last_announced)
            if replace:
                Activity.record(Verb.UPDATE, row, by=None, title="重新录入工作日历", note=row.source)

    def _load(self, year: int, *, announced: bool) -> CalendarYear:
        row = CalendarYear.objects.create(
            year=year,
            status="announced" if announced else "provisional",
            source=NOTICE.format(year=year) if announced else STATUTE,
        )
        days = announced_days(year) if announced else statutory_days(year)
        CalendarDay.objects.bulk_create(
            CalendarDay(year=row, date=day, kind=kind, name=name) for day, kind, name in days
        )
        if self.verbosity:
            self.stdout.write(f"{row}：{len(days)} 个例外日。")
        return row


def announced_days(year: int) -> list[tuple[date, str, str]]:
    """(date, kind, name) of the days that differ from Monday–Friday or are statutory holidays."""
    found = []
    for offset in range((date(year, 12, 31) - date(year, 1, 1)).days + 1):
        day = date(year, 1, 1) + timedelta(days=offset)
        holiday, english = chinese_calendar.get_holiday_detail(day)
        name = chinese_calendar.Holiday(english).chinese if english else ""
        if holiday and (name or day.weekday() < 5):
            kind = "holiday_rest" if chinese_calendar.is_in_lieu(day) else "statutory_holiday"
            found.append((day, kind, name))
        elif not holiday and day.weekday() >= 5:
            found.append((day, "makeup_workday", name))
    return found


def statutory_days(year: int) -> list[tuple[date, str, str]]:
    """The thirteen statutory days of a year whose notice has not come (办法 Art. 2)."""

    def solar(month: int, day: int, lunar_year: int = year) -> date:
        moment = Lunar.fromYmd(lunar_year, month, day).getSolar()
        return date(moment.getYear(), moment.getMonth(), moment.getDay())

    spring = solar(1, 1)
    clear = Lunar.fromYmd(year, 6, 1).getJieQiTable()["清明"]
    named = [
        ("元旦", [date(year, 1, 1)]),
        # The eve is the day before the new year, whatever its number: the twelfth month may have 29 days.
        ("春节", [spring + timedelta(days=offset) for offset in range(-1, 3)]),
        ("清明", [date(clear.getYear(), clear.getMonth(), clear.getDay())]),
        ("劳动节", [date(year, 5, 1), date(year, 5, 2)]),
        ("端午节", [solar(5, 5)]),
        ("中秋节", [solar(8, 15)]),
        ("国庆节", [date(year, 10, 1), date(year, 10, 2), date(year, 10, 3)]),
    ]
    unique = {day: name for name, days in named for day in days}
    return [(day, "statutory_holiday", name) for day, name in sorted(unique.items())]
