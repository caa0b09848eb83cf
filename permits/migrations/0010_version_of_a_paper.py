from django.db import migrations, models


class Migration(migrations.Migration):
    """Every stored paper begins at its first edition; nothing else of it changes."""

    dependencies = [
        ("permits", "0009_one_word_for_an_application"),
    ]

    operations = [
        migrations.AddField(
            model_name="permitpaper",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="版次"),
        ),
    ]
