"""The reason of a voided paper bears the name that it has everywhere else in the house."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("billboards", "0012_paper_scan")]

    operations = [
        migrations.RemoveConstraint("paper", "billboards_paper_voided_whole"),
        migrations.RenameField("paper", "voided_reason", "void_reason"),
        migrations.AlterField("paper", "void_reason", models.CharField("作废理由", max_length=200, blank=True)),
        migrations.AddConstraint(
            "paper",
            models.CheckConstraint(
                name="billboards_paper_voided_whole",
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废文书必须写明理由。",
            ),
        ),
    ]
