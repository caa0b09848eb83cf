import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was sent upwards can be corrected and voided, as every other record; what is stored stands."""

    dependencies = [
        ('reports', '0008_versions'),
        ('staff', '0009_second_factor_and_passwords'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='submission',
            name='one_submission_per_report_recipient_and_day',
        ),
        migrations.AddField(
            model_name='submission',
            name='batch',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.importbatch', verbose_name='导入批次'),
        ),
        migrations.AddField(
            model_name='submission',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name='版次'),
        ),
        migrations.AddField(
            model_name='submission',
            name='void_reason',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='作废理由'),
        ),
        migrations.AddField(
            model_name='submission',
            name='voided_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AlterField(
            model_name='submission',
            name='recorded_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('void_reason', ''), ('voided_at', None)), models.Q(('voided_at__isnull', False), models.Q(('void_reason', ''), _negated=True)), _connector='OR'), name='reports_submission_void_whole', violation_error_message='作废必须同时有时间和理由。'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(condition=models.Q(('report__isnull', False), ('voided_at', None)), fields=('report', 'recipient', 'sent_on'), name='one_submission_per_report_recipient_and_day', violation_error_message='这份文稿当天报送这个对象已经登记。'),
        ),
    ]
