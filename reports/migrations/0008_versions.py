from django.db import migrations, models


class Migration(migrations.Migration):
    """Every stored outline and measure, and the settings of every summary, begin at their first version."""

    dependencies = [
        ("reports", "0007_words_of_the_check"),
    ]

    operations = [
        migrations.AddField(
            model_name="measure",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="版次"),
        ),
        migrations.AddField(
            model_name="outline",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="版次"),
        ),
        migrations.AddField(
            model_name="report",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="设置版次"),
        ),
    ]
