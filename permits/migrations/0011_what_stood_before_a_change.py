from django.db import migrations, models


class Migration(migrations.Migration):
    """Changes granted so far have no record of it: their papers go on reading the licence."""

    dependencies = [
        ("permits", "0010_version_of_a_paper"),
    ]

    operations = [
        migrations.AddField(
            model_name="permitchange",
            name="ends_on_before",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="变更前期限至"),
        ),
        migrations.AddField(
            model_name="permitchange",
            name="location_before",
            field=models.CharField(blank=True, editable=False, max_length=160, verbose_name="变更前位置"),
        ),
    ]
