from django.db import migrations, models


def move_days_of_changes(apps, schema_editor):
    """The day of a change that waits moves to its case."""
    Change = apps.get_model("permits", "PermitChange")
    Application = apps.get_model("permits", "Application")
    for change in Change.objects.filter(outcome="pending"):
        Application.objects.filter(pk=change.application_id).update(change_due=change.decide_due)


def end_pauses_left_open(apps, schema_editor):
    """A pause that a decision or a withdrawal left open ends with it."""
    Pause = apps.get_model("permits", "ClockPause")
    left_open = Pause.objects.filter(ended_on=None).exclude(application__state="special")
    for pause in left_open.select_related("application"):
        over = pause.application.decided_on or pause.application.ended_on
        if over is not None:
            Pause.objects.filter(pk=pause.pk).update(ended_on=max(over, pause.started_on))


class Migration(migrations.Migration):
    dependencies = [
        ("permits", "0012_a_change_leads_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="change_due",
            field=models.DateField(editable=False, null=True, verbose_name="变更决定期限"),
        ),
        migrations.AddField(
            model_name="permititem",
            name="saved",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="保存次数"),
        ),
        migrations.AddField(
            model_name="reviewsession",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="版次"),
        ),
        migrations.AddField(
            model_name="road",
            name="saved",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="保存次数"),
        ),
        migrations.AddField(
            model_name="survey",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="版次"),
        ),
        migrations.RunPython(move_days_of_changes, migrations.RunPython.noop),
        migrations.RunPython(end_pauses_left_open, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="permitchange",
            name="decide_due",
        ),
    ]
