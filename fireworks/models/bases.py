"""What every record of the ban has beside what all plain records have (staff/models/records.py): who may see it."""

from __future__ import annotations

from staff import models as office
from staff.permissions import Perms


class RecordQuerySet(office.RecordQuerySet):
    view_permission = Perms.VIEW_FIREWORKS


class Record(office.Record):
    objects = RecordQuerySet.as_manager()

    class Meta(office.Record.Meta):
        abstract = True
