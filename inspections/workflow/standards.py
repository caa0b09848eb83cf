"""Storing a checked standard as a new version, which ends the one before it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from inspections.models import Category, Item, ItemShare, StandardVersion
from inspections.standard_csv import StandardSheet
from inspections.workflow.rules import check_unpublished
from staff.models import Activity, User, Verb


@transaction.atomic
def store_standard(
    sheet: StandardSheet, *, name: str, source: str, valid_from: date, by: User | None
) -> StandardVersion:
    """Findings keep the item of the version in which they were registered: nothing old is scored anew.

    Refused if it begins in a month whose bulletin is out. One that begins before another ends on the day before that.
    """
    check_unpublished(valid_from, "新标准")
    covering = Q(valid_to=None) | Q(valid_to__gte=valid_from)
    StandardVersion.objects.filter(covering, valid_from__lt=valid_from).update(valid_to=valid_from - timedelta(days=1))
    later = StandardVersion.objects.filter(valid_from__gt=valid_from).order_by("valid_from").first()
    version = StandardVersion.objects.create(
        name=name,
        source=source,
        valid_from=valid_from,
        valid_to=None if later is None else later.valid_from - timedelta(days=1),
    )
    categories = {
        each.code: Category.objects.create(version=version, code=each.code, name=each.name, points=each.points)
        for each in sheet.categories
    }
    for each in sheet.items:
        item = Item.objects.create(
            category=categories[each.category_code],
            code=each.code,
            name=each.name,
            definition=each.definition,
            national_codes="|".join(each.national_codes),
            areas=[area.value for area in each.areas],
            unit_of_count=each.count_unit,
            deduct=each.deduct,
            severe_deduct=each.severe_deduct,
            severe_rule=each.severe_rule,
            cap=each.cap,
            rectify_hours=each.rectify_hours,
            hour_basis=each.hour_basis,
            urgent=each.urgent,
        )
        ItemShare.objects.bulk_create(
            ItemShare(item=item, role=role, share=share) for role, share in each.shares.items()
        )
    Activity.record(
        Verb.IMPORT,
        version,
        by=by,
        title="导入考评标准",
        note=f"{len(sheet.categories)} 个大项，{len(sheet.items)} 个小项",
    )
    return version
