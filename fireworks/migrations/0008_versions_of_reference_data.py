from django.db import migrations, models


class Migration(migrations.Migration):
    """Every stored grid, post, shift and law begins at its first version."""

    dependencies = [
        ("fireworks", "0007_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name=name,
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="版次"),
        )
        for name in ("grid", "post", "shiftpattern", "lawreference")
    ]
