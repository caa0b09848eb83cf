"""The one door to publicity and media items."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from fireworks.models import MediaItem, PublicityEntry
from staff.models import ImportBatch, User
from staff.refusals import Refused
from staff.workflow.records import check_day, correct_record, store_record

ALREADY = "这家媒体同一天的同一篇报道已经登记过，不重复计。"


def record_publicity(entry: PublicityEntry, *, by: User | None, batch: ImportBatch | None = None) -> PublicityEntry:
    check_day(entry.held_on, "held_on", "日期")
    return store_record(entry, by=by, batch=batch, title="登记宣传")


def correct_publicity(entry: PublicityEntry, *, by: User, seen: int) -> PublicityEntry:
    check_day(entry.held_on, "held_on", "日期")
    return correct_record(entry, by=by, seen=seen)


def record_media(item: MediaItem, *, by: User | None, batch: ImportBatch | None = None) -> MediaItem:
    check_day(item.published_on, "published_on", "发布日期")
    try:
        with transaction.atomic():
            return store_record(item, by=by, batch=batch, title="登记媒体报道")
    except IntegrityError as error:
        raise Refused(ALREADY, "title") from error


def correct_media(item: MediaItem, *, by: User, seen: int) -> MediaItem:
    check_day(item.published_on, "published_on", "发布日期")
    try:
        with transaction.atomic():
            return correct_record(item, by=by, seen=seen)
    except IntegrityError as error:
        raise Refused(ALREADY, "title") from error
