from django.db import migrations, models


class Migration(migrations.Migration):
    """A rate is frozen with both of its lists; what was signed before keeps the one that it has."""

    dependencies = [
        ('reports', '0009_sent_records'),
    ]

    operations = [
        migrations.AddField(
            model_name='frozenfigure',
            name='denominator_ids',
            field=models.JSONField(blank=True, default=list, verbose_name='分母的名单'),
        ),
        migrations.AddField(
            model_name='frozenfigure',
            name='denominator_model',
            field=models.CharField(blank=True, help_text='不是比率的空着。', max_length=80, verbose_name='分母的台账'),
        ),
        migrations.AlterField(
            model_name='checkmark',
            name='kind',
            field=models.CharField(choices=[('token', '取不到的数据'), ('sum', '其中数与总数不符'), ('claim', '没有证据的结论'), ('override', '人工核定'), ('amber', '手填数字没有出处'), ('typed', '手填数字'), ('no_data', '没有数据'), ('stale', '文字可能过时'), ('empty', '空着或缺少的章节'), ('undelivered', '材料没有交齐'), ('sent', '与已报送的数不一致'), ('other', '与同期间其他文稿不一致'), ('length', '篇幅'), ('history', '同期、上期为历史数据')], max_length=12, verbose_name='类别'),
        ),
        migrations.AlterField(
            model_name='frozenfigure',
            name='row_ids',
            field=models.JSONField(blank=True, default=list, help_text='比率的为分子的名单。', verbose_name='名单'),
        ),
    ]
