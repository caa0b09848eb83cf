"""Settings of the bureau: facts with a source and a validity, kept by the office. What is local is never a constant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

CACHE_KEY = "bureau-settings"
CACHE_SECONDS = 60


@dataclass(frozen=True)
class SettingSpec:
    """A setting that the code asks for. `default` holds until the office enters a row."""

    key: str
    label: str
    default: str
    kind: str = "text"  # text | decimal | integer | boolean
    help: str = ""
    most: int = 9_999  # of a number; none is below zero


KNOWN_SETTINGS: dict[str, SettingSpec] = {
    spec.key: spec
    for spec in (
        SettingSpec("bureau.name", "单位全称", "岳阳市南湖新区城市管理局"),
        SettingSpec("bureau.short_name", "单位简称", "南湖新区城管局"),
        SettingSpec("bureau.mark", "发文机关标志", "岳阳市南湖新区城市管理局文件"),
        SettingSpec("assessment.lake", "水域名称", "南湖", help="总结中“及周边水域”前的名称。"),
        SettingSpec(
            "assessment.bulletin_issuer",
            "考评通报发文机关",
            "岳阳市南湖新区城市管理委员会办公室",
            help="印作通报落款。",
        ),
        SettingSpec("assessment.bulletin_mark", "考评通报发文机关标志", "岳阳市南湖新区城市管理委员会办公室文件"),
        SettingSpec("assessment.bulletin_addressee", "考评通报主送", "各街道办事处、管理处，各中队，各有关单位"),
        SettingSpec("assessment.bulletin_copies", "考评通报抄送", "", help="新拟通报时带入，可改。"),
        SettingSpec(
            "assessment.appeal_days", "申诉期限（工作日）", "2", "integer", "自交办送达之日起；逾期的申诉照收并注明。"
        ),
        SettingSpec("assessment.appeal_answer_days", "申诉答复期限（工作日）", "3", "integer", "自收到申诉之日起。"),
        SettingSpec(
            "staffing.auxiliaries_on_duty",
            "在岗人数含协管、派遣和公益性岗位",
            "是",
            "boolean",
            help="填“是”或“否”。总结、人员情况表和配备比例都按此口径，并在口径说明里写明。",
        ),
        SettingSpec(
            "messages.digest_hour", "每日提要几点发送", "8", "integer", "0 至 23；到点以后的半小时内发出。", 23
        ),
        SettingSpec("training.required_hours", "每人每年应训学时", "60", "integer"),
        SettingSpec("regulations.reading", "启用制度阅读确认", "否", "boolean", help="填“是”或“否”。"),
        SettingSpec("regulations.compare", "启用制度版本对照", "否", "boolean", help="填“是”或“否”。"),
        SettingSpec("appraisal.self_score", "启用科室考核自评", "否", "boolean", help="填“是”或“否”。"),
        SettingSpec("appraisal.reward", "启用考核奖励金额", "否", "boolean", help="填“是”或“否”。"),
        SettingSpec(
            "discipline.with_names", "纪律处理登记人员姓名", "否", "boolean", help="填“否”时只登记种类、文号和日期。"
        ),
        SettingSpec("duty.rest_hours", "两班之间至少休息小时数", "8", "integer"),
        SettingSpec(
            "duty.check_in",
            "启用值守定位签到",
            "否",
            "boolean",
            help="填“是”或“否”。填“是”后，只有勾选了“本时段要求签到”的重点时段才签到。",
        ),
        SettingSpec("duty.hourly_marks", "启用每小时巡查记录", "否", "boolean", help="填“是”或“否”。"),
        SettingSpec(
            "duty.empty_post_alarm", "启用空岗提醒", "否", "boolean", help="填“是”或“否”。须同时启用定位签到。"
        ),
        SettingSpec(
            "remedies.review_body",
            "行政复议机关",
            "",
            help="填人民政府的全称（《行政复议法》第二十四条），不是上级主管部门；没有设定时，须告知救济途径的文书不能签发。",
        ),
        SettingSpec(
            "remedies.court",
            "有管辖权的人民法院",
            "",
            help="印在决定书的救济告知里；没有设定时，须告知救济途径的文书不能签发。",
        ),
        SettingSpec(
            "fines.issuer", "处罚决定机关", "", help="空着时用单位全称；以区政府（管委会）名义作出的填该机关全称。"
        ),
        SettingSpec(
            "fines.pay_at",
            "罚款代收银行和账户",
            "",
            help="银行、账户、电子支付渠道，印在处罚决定书上（《行政处罚法》第六十七条）。",
        ),
        SettingSpec("fines.contact", "执法文书联系方式", "", help="联系人、电话、地址，印在告知书和通知书上。"),
        SettingSpec(
            "fines.first_offence_months", "初次违法回看月数", "0", "integer", "按本省（市）裁量规定填；0 表示不限。"
        ),
        SettingSpec("permits.issuer", "许可决定机关", "", help="空着时用单位全称；由管委会等机关发证的填该机关全称。"),
        SettingSpec("permits.supervision_phone", "许可监督电话", "", help="印在决定书、许可证和公示牌上。"),
        SettingSpec("permits.window", "许可受理窗口", "", help="地点和电话，印在收件凭证和告知书上。"),
        SettingSpec(
            "permits.pay_at", "许可费用缴款方式", "", help="如“市政务服务中心四楼非税窗口”；印在缴款通知书上。"
        ),
        SettingSpec(
            "permits.city_agency",
            "市管道路审批机关",
            "",
            help="全称，如市城市管理和综合执法局；市管道路不予受理、转报时告知申请人。",
        ),
        SettingSpec("permits.police", "公安交管部门", "", help="征求函的主送单位全称。"),
        SettingSpec(
            "permits.pay_days",
            "许可缴费期限（日）",
            "7",
            "integer",
            "自通知缴费之日起，遇休息日顺延，印在缴款通知书上。法无统一规定，按本地非税收入管理办法填；宜短于决定后十个工作日的发证期限。",
        ),
        SettingSpec(
            "permits.area_tolerance",
            "实测面积与申报相差多少提示（%）",
            "10",
            "decimal",
            "超过的只提示、不拦办理；0 表示有差别就提示。",
        ),
        SettingSpec("permits.publish_days", "许可决定公示期限（工作日）", "7", "integer", "自作出决定之日起。"),
        SettingSpec("permits.warranty_months", "修复质保期（月）", "12", "integer", "自验收合格之日起。"),
        SettingSpec("permits.survey_photos", "查勘照片至少张数", "3", "integer"),
        SettingSpec(
            "permits.inspect_every",
            "工地每隔几天检查",
            "7",
            "integer",
            "自开工日起；0 表示不安排。本项及下四项法无规定。",
        ),
        SettingSpec("permits.inspect_before_end", "到期前几天检查", "1", "integer", "0 表示不安排。"),
        SettingSpec("permits.inspect_after_end", "到期后几天检查", "1", "integer", "已验收的不再安排；0 表示不安排。"),
        SettingSpec("permits.inspect_restored_days", "验收后几天检查", "90", "integer", "只查挖掘；0 表示不安排。"),
        SettingSpec(
            "permits.inspect_restored_months", "验收后几个月检查", "11", "integer", "质保期满以前；0 表示不安排。"
        ),
        SettingSpec(
            "permits.remind_supplement_days",
            "待补正满几个工作日提醒",
            "10",
            "integer",
            help="只提醒窗口联系申请人，不会自动作出不利处理。",
        ),
        SettingSpec(
            "site.address", "系统访问网址", "", help="以 https:// 开头，印进许可证和公示牌的二维码；扫码的人要能打开。"
        ),
        SettingSpec(
            "permits.deposit",
            "启用许可保证金",
            "否",
            "boolean",
            help="填“是”或“否”。没有法律、行政法规依据的不得收取（《行政许可法》第五十八条）；依据文件写在来源里。",
        ),
        SettingSpec(
            "permits.credit_code", "本机关统一社会信用代码", "", help="与国家基本编码组成实施编码，印在办事指南上。"
        ),
        SettingSpec(
            "cases.verify_days", "线索核查期限（工作日）", "15", "integer", "住房城乡建设部令第55号；请法制科核对条文。"
        ),
        SettingSpec("cases.verify_extension", "线索核查可延长（工作日）", "10", "integer", "经局负责人批准。"),
        SettingSpec(
            "cases.statement_days",
            "陈述申辩期限（工作日）",
            "5",
            "integer",
            "《行政处罚法》未规定日数，按住房城乡建设部令第55号；请法制科核对。",
        ),
        SettingSpec(
            "cases.decide_extension", "办案期限第一次延长（日）", "30", "integer", "住房城乡建设部令第55号；请核对。"
        ),
        SettingSpec(
            "cases.decide_second_extension", "办案期限再次延长（日）", "60", "integer", "经集体讨论；请法制科核对。"
        ),
        SettingSpec(
            "cases.spot_report_days", "当场处罚报备期限（工作日）", "3", "integer", "《行政处罚法》未规定日数；请核对。"
        ),
        SettingSpec(
            "cases.hearing_citizen",
            "公民较大数额罚款（元）",
            "1000",
            "decimal",
            "达到即告知听证权利；按湖南现行标准填。",
            100_000_000,
        ),
        SettingSpec(
            "cases.hearing_organisation",
            "单位较大数额罚款（元）",
            "20000",
            "decimal",
            "达到即告知听证权利；按湖南现行标准填。",
            100_000_000,
        ),
        SettingSpec(
            "cases.review_all",
            "处罚案件一律法制审核",
            "是",
            "boolean",
            "填“否”时只审核《行政处罚法》第五十八条所列案件。",
        ),
        SettingSpec(
            "cases.ownerless_days", "无主设施公告认领期限（日）", "0", "integer", "按本地规定填；0 表示本地没有规定。"
        ),
        SettingSpec(
            "cases.substitute_waits",
            "代履行须等复议、诉讼期限届满",
            "是",
            "boolean",
            "《行政强制法》第四十四条是否适用于代履行有争议。",
        ),
        SettingSpec(
            "cases.announce_first",
            "限期拆除公告先于强制执行决定",
            "是",
            "boolean",
            "填“否”时先作决定再公告；两项都须在实施前完成。",
        ),
        SettingSpec(
            "cases.night_from",
            "夜间起（时）",
            "22",
            "integer",
            "《行政强制法》第四十三条未定义夜间；参照《噪声污染防治法》第八十八条。",
            24,
        ),
        SettingSpec("cases.night_to", "夜间止（时）", "6", "integer", "同上。", 24),
        SettingSpec("report.recipients", "工作总结主送机关", "", help="套红格式时印在标题下。"),
        SettingSpec("report.copies", "工作总结抄送机关", ""),
        SettingSpec(
            "report.separate_people",
            "工作总结编写、核对、签发分人",
            "是",
            "boolean",
            help="填“是”或“否”。送核人不核对，核对人不签发；人手不足时可填“否”。",
        ),
    )
}


def setting_choices() -> list[tuple[str, str]]:
    """Named by the migration, not written into it: a new setting changes no table."""
    return [(spec.key, spec.label) for spec in KNOWN_SETTINGS.values()]


class Setting(models.Model):
    key = models.CharField("设置项", max_length=60, choices=setting_choices)
    value = models.CharField("值", max_length=300, blank=True)
    source = models.CharField("依据文件", max_length=200, help_text="文件名称、文号、年度；没有文件的写明由谁决定。")
    valid_from = models.DateField("生效日期", default=timezone.localdate)
    valid_to = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "业务设置"
        ordering = ["key", "-valid_from"]
        permissions = [("manage_reference", "维护基础数据")]
        constraints = [
            models.UniqueConstraint(
                name="one_setting_per_key_and_start",
                fields=["key", "valid_from"],
                violation_error_message="这个设置项在同一天已经有一个值。",
            ),
            models.CheckConstraint(
                name="setting_valid_to_not_before_from",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="失效日期不得早于生效日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()}：{self.value}"

    def clean(self) -> None:
        spec = KNOWN_SETTINGS.get(self.key)
        if spec is None:
            return
        try:
            value = _typed(spec, self.value)
            in_range = not isinstance(value, Decimal | int) or 0 <= value <= spec.most  # NaN has no order: no number
        except (InvalidOperation, ValueError) as error:
            raise ValidationError({"value": f"“{spec.label}”应填数字。"}) from error
        if not in_range:
            raise ValidationError({"value": f"“{spec.label}”应在 0 至 {spec.most} 之间。"})
        if spec.kind == "boolean" and self.value not in ("是", "否"):
            raise ValidationError({"value": f"“{spec.label}”应填“是”或“否”。"})


def _typed(spec: SettingSpec, value: str) -> str | Decimal | int | bool:
    match spec.kind:
        case "decimal":
            return Decimal(value)
        case "integer":
            return int(value)
        case "boolean":
            return value == "是"
    return value


def setting(key: str, *, on: date | None = None) -> str | Decimal | int | bool:
    """The value of a known setting on a day (today if none is given). KeyError for a key that no code declares."""
    spec, day = KNOWN_SETTINGS[key], on or timezone.localdate()
    rows = cache.get(CACHE_KEY)
    if rows is None:
        rows = list(Setting.objects.order_by("-valid_from").values_list("key", "value", "valid_from", "valid_to"))
        cache.set(CACHE_KEY, rows, CACHE_SECONDS)
    for row_key, value, valid_from, valid_to in rows:
        if row_key == key and valid_from <= day and (valid_to is None or day <= valid_to):
            return _typed(spec, value)
    return _typed(spec, spec.default)


def forget_settings() -> None:
    cache.delete(CACHE_KEY)
