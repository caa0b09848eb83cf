from django.db import migrations, models


class Migration(migrations.Migration):
    """Changes asked for so far came from a site that was worked on: blank leads back there."""

    dependencies = [
        ('permits', '0011_what_stood_before_a_change'),
    ]

    operations = [
        migrations.AddField(
            model_name='permitchange',
            name='state_before',
            field=models.CharField(blank=True, choices=[('draft', '草稿'), ('received', '已收件'), ('not_required', '无需许可'), ('refused_intake', '不予受理'), ('transferred', '已转报市局'), ('supplement', '待补正'), ('accepted', '已受理'), ('surveying', '查勘中'), ('surveyed', '已查勘'), ('gov_pending', '报政府批准'), ('special', '特别程序'), ('in_review', '待集中会审'), ('granted', '准予许可'), ('denied', '不予许可'), ('fee_due', '待缴费'), ('issued', '已发证'), ('active', '实施中'), ('changing', '变更中'), ('stopped', '已决定停止占用'), ('rectifying', '整改中'), ('completion', '待验收'), ('rework', '返工'), ('restored', '验收合格'), ('warranty', '质保期'), ('closed', '已归档'), ('expired', '已到期'), ('revoked', '已撤销'), ('recalled', '已撤回'), ('cancelled', '已注销'), ('withdrawn', '申请人撤件'), ('emergency', '抢修报备')], editable=False, max_length=14, verbose_name='变更前状态'),
        ),
        migrations.AlterField(
            model_name='permitchange',
            name='outcome',
            field=models.CharField(choices=[('pending', '待决定'), ('granted', '准予变更'), ('denied', '不予变更'), ('lapsed', '终止办理')], default='pending', max_length=10, verbose_name='结论'),
        ),
    ]
