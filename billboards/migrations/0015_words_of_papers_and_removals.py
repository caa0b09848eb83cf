

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billboards', '0014_full_names_of_statutes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='boardevent',
            name='kind',
            field=models.CharField(choices=[('registered', '登记'), ('changed', '变更'), ('resized', '重新认定大小'), ('permitted', '许可（备案）'), ('inspected', '安全检查'), ('to_remove', '列为待拆'), ('kept', '撤销待拆'), ('reinstated', '作废拆除登记'), ('removed', '拆除'), ('re_erected', '拆后重立')], max_length=12, verbose_name='事项'),
        ),
        migrations.AlterField(
            model_name='paper',
            name='kind',
            field=models.CharField(choices=[('filing', '立案审批表'), ('not_filing', '不予立案审批表'), ('transfer', '案件移送函'), ('spot', '当场行政处罚决定书'), ('site_record', '现场检查（勘验）笔录'), ('interview', '询问笔录'), ('preservation', '先行登记保存证据通知书'), ('correction', '责令限期改正（拆除）通知书'), ('recheck', '复查记录'), ('suspension', '中止（恢复）调查审批表'), ('report', '案件调查终结报告'), ('legal_review', '法制审核意见书'), ('notice', '行政处罚事先告知书'), ('hearing_right', '行政处罚听证告知书'), ('statement', '陈述申辩笔录'), ('reply', '陈述申辩复核意见书'), ('hearing_notice', '行政处罚听证通知书'), ('hearing_record', '听证笔录'), ('hearing_report', '听证报告'), ('discussion', '案件集体讨论笔录'), ('penalty', '行政处罚决定书'), ('no_penalty', '不予行政处罚决定书'), ('service', '送达回证'), ('deferral', '延期（分期）缴纳罚款通知书'), ('surcharge', '加处罚款通知书'), ('dunning', '履行行政决定催告书'), ('court', '强制执行申请书'), ('announcement', '限期拆除公告'), ('enforcement', '强制拆除决定书'), ('substitute', '代履行决定书'), ('execution_record', '强制执行现场笔录'), ('costs', '代履行费用决定书'), ('removal', '拆除确认单'), ('stay', '中止（终结）执行决定书'), ('closing', '结案审批表'), ('contents', '卷宗目录')], max_length=20, verbose_name='文书'),
        ),
    ]
