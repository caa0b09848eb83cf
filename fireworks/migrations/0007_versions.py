from django.db import migrations, models


class Migration(migrations.Migration):
    """Every stored report of a shift begins at its first version."""

    dependencies = [
        ("fireworks", "0006_words_of_the_bulletin"),
    ]

    operations = [
        migrations.AddField(
            model_name="shiftreport",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="版次"),
        ),
    ]
