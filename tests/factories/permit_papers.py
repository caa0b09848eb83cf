"""One whole paper of each kind, as plain values: nothing in it is missing."""

from datetime import UTC, date, datetime
from decimal import Decimal

from permits.documents import CONTENTS, CaseFacts, Officer, Party, Remedies, Segment
from permits.documents.decision import Change
from permits.documents.intake import MaterialLine, SupplementItem
from permits.documents.process import Measured
from permits.documents.supervision import FeeLine, ServedPaper
from permits.paper_kinds import PaperKind
from permits.workflow import papers
from staff.models import Setting
from staff.models.settings import forget_settings

ISSUER = "岳阳市南湖新区城市管理局"
REMEDIES = Remedies("岳阳市人民政府", "岳阳市样例区人民法院")
CASE = CaseFacts(
    reference="2026-0012",
    item="挖掘城市道路",
    applicant=Party(
        "岳阳样例燃气有限公司",
        code="91430600MA4L000000",
        address="岳阳市样例路1号",
        representative="张样例",
        agent="李样例",
    ),
    place="南湖大道（样例路口至样例桥段）北侧",
    purpose="敷设中压燃气管道",
    builder="样例市政工程有限公司",
    segments=(
        Segment("南湖大道", "人行道", "样例路口东侧", "彩色人行道", Decimal("17.2"), Decimal("0.6"), Decimal("1.2"), Decimal("10.32")),
        Segment("南湖大道", "车行道", "", "沥青路面", Decimal(6), Decimal("0.6"), Decimal("1.2"), Decimal("3.6")),
    ),
    starts_on=date(2026, 3, 10),
    ends_on=date(2026, 3, 19),
    received_on=date(2026, 3, 2),
    is_excavation=True,
)  # fmt: skip
NINE = datetime(2026, 3, 4, 1, 30, tzinfo=UTC)
OFFICERS = (Officer("王样例", "43060001"), Officer("赵样例", "43060002"))
CHANGES = (Change("结束日期", "2026年3月19日", "2026年3月29日"),)
LICENCE = "岳南城管许证字〔2026〕3号"
CONDITIONS = ("按批准的位置、面积、期限施工", "设置明显标志和安全防围设施", "完工后清理现场并通知验收")
URL = "https://chengguan.example/permits/verify/1.abcdefghijklmnopqrstuvwxyz0"
PHONE = "0730-8000000"
WHOLE = {
    PaperKind.RECEIPT: {
        "materials": (MaterialLine("申请书", "原件", "1"), MaterialLine("营业执照", "复印件", "1", "核对原件")),
        "received_by": "窗口样例",
        "answer_by": date(2026, 3, 9),
    },
    PaperKind.ACCEPTANCE: {
        "accepted_on": date(2026, 3, 3),
        "legal_due": date(2026, 3, 31),
        "promised_days": 5,
        "promised_due": date(2026, 3, 10),
    },
    PaperKind.INTAKE_REFUSAL: {
        "reasons": "南湖大道为市管道路，不属于本机关职权范围",
        "basis": "《中华人民共和国行政许可法》第三十二条第一款第二项",
        "right_agency": "岳阳市城市管理局",
    },
    PaperKind.SUPPLEMENT: {
        "items": (
            SupplementItem("交通组织方案", "未附，请补交"),
            SupplementItem("施工组织设计", "缺安全措施，请补充"),
        )
    },
    PaperKind.NOT_REQUIRED: {"reasons": "申请占用的地点位于单位自有用地范围以内"},
    PaperKind.WITHDRAWAL: {"withdrawn_on": date(2026, 3, 5), "reasons": "工程缓建"},
    PaperKind.SPECIAL: {
        "procedure": "专家评审",
        "reasons": "挖掘部位临近桥梁",
        "starts_on": date(2026, 3, 6),
        "planned_days": 5,
    },
    PaperKind.EXTENSION: {
        "reasons": "交通组织方案需要进一步论证",
        "approved_by": "局长样例",
        "old_due": date(2026, 3, 31),
        "new_due": date(2026, 4, 15),
    },
    PaperKind.SURVEY: {
        "surveyed_at": NINE,
        "position": "29.35, 113.10",
        "officers": OFFICERS,
        "measured": (Measured("人行道", "彩色", "17.2 × 0.6", Decimal("17.2"), Decimal("0.6"), Decimal("10.32")),),
        "checks": (("地下管线", "有通信管道"), ("绿化", "无"), ("盲道", "有，需要临时导改")),
        "protection": "2019年交付使用，不在保护期内",
        "photos": 3,
        "opinion": "情况属实，建议准予",
    },
    PaperKind.POLICE_REQUEST: {"police": "样例公安局交通警察大队", "answer_by": date(2026, 3, 9)},
    PaperKind.REVIEW_SHEET: {
        "survey": "情况属实",
        "protection": "不在保护期内",
        "police": "同意，夜间施工",
        "fee": "6,076.57元",
        "proposal": "建议准予",
        "legal_due": date(2026, 3, 31),
    },
    PaperKind.GRANT: {
        "decided_on": date(2026, 3, 9),
        "basis": "《城市道路管理条例》第三十条、第三十三条和《中华人民共和国行政许可法》第三十八条第一款",
        "conditions": CONDITIONS,
        "fee": "挖掘修复费6,076.57元",
        "police": "同意，夜间施工",
        "supervision_phone": PHONE,
    },
    PaperKind.REFUSAL: {
        "facts": "申请挖掘的路段2024年交付使用",
        "reasons": "交付使用未满五年，未经城市人民政府批准不得挖掘",
        "basis": "《城市道路管理条例》第三十三条第二款、《中华人民共和国行政许可法》第三十八条第二款",
    },
    PaperKind.LICENCE: {
        "decision": "岳南城管许字〔2026〕3号",
        "conditions": CONDITIONS,
        "verify_url": URL,
        "supervision_phone": PHONE,
    },
    PaperKind.CHANGE_GRANT: {
        "licence": LICENCE,
        "applied_on": date(2026, 3, 16),
        "decided_on": date(2026, 3, 18),
        "changes": CHANGES,
        "fee": "不变",
    },
    PaperKind.CHANGE_REFUSAL: {
        "licence": LICENCE,
        "applied_on": date(2026, 3, 16),
        "changes": CHANGES,
        "reasons": "延长期间与重大活动冲突",
        "basis": "《城市道路管理条例》第三十六条",
    },
    PaperKind.ADJUSTMENT: {
        "licence": LICENCE,
        "reasons": "道路改造需要",
        "changes": (Change("结束日期", "2026年3月19日", "2026年3月15日"),),
        "refund": "退还4天占用费180.00元",
    },
    **{
        kind: {
            "licence": LICENCE,
            "facts": "申请材料中的规划批准文件系伪造",
            "ground": "《中华人民共和国行政许可法》第六十九条第二款",
            "heard": "已书面告知，当事人未提出意见",
            "follow_up": "立即停止施工、恢复原状；损失不予补偿",
        }
        for kind in (PaperKind.REVOCATION, PaperKind.AGENCY_WITHDRAWAL, PaperKind.CANCELLATION)
    },
    PaperKind.PAYMENT: {
        "lines": (
            FeeLine("挖掘修复费·彩色人行道", "10.32㎡ × 150元/㎡", Decimal("1548.00")),
            FeeLine("挖掘修复费·沥青路面", "3.6㎡ × 1177.38元/㎡", Decimal("4238.57")),
            FeeLine("挖掘修复费·路缘石", "2m × 145元/m", Decimal("290.00")),
        ),
        "tariff": "《样例收费标准》（样例〔2018〕1号）",
        "pay_at": "政务服务中心非税窗口",
        "pay_by": date(2026, 3, 31),
        "decision": "岳南城管许字〔2026〕3号",
    },
    PaperKind.SITE_BOARD: {
        "licence": LICENCE,
        "requirements": CONDITIONS,
        "complaint_phone": PHONE,
        "verify_url": URL,
    },
    PaperKind.INSPECTION: {
        "inspected_at": NINE,
        "licence": LICENCE,
        "officers": OFFICERS,
        "findings": (("位置和面积", "与许可一致"), ("围挡和标志", "夜间警示灯缺2盏")),
        "result": "当场补齐，不另行处理",
    },
    PaperKind.RECTIFY: {
        "licence": LICENCE,
        "facts": "围挡未封闭，夜间没有警示灯",
        "broken": "《城市道路管理条例》第三十五条",
        "demands": ("封闭围挡", "设置夜间警示灯"),
        "due_on": date(2026, 3, 13),
    },
    PaperKind.COMPLETION: {
        "licence": LICENCE,
        "checked_on": date(2026, 3, 20),
        "officers": OFFICERS,
        "findings": (("路面平整", "合格"), ("压实度", "检测报告合格")),
        "police": "同意恢复通行",
        "conclusion": "合格",
        "warranty_until": date(2027, 3, 20),
    },
    PaperKind.EMERGENCY: {
        "started_at": NINE,
        "cause": "燃气管道泄漏",
        "told_roads_at": NINE,
        "told_police_at": NINE,
        "due_at": datetime(2026, 3, 5, 1, 30, tzinfo=UTC),
    },
    PaperKind.APPLICATION: {"contact": "李样例"},
    PaperKind.TRANSFER: {"to": "岳阳市城市管理局", "reasons": "申请挖掘的南湖大道为市管道路"},
    PaperKind.SUPPLEMENT_RECEIPT: {
        "materials": (MaterialLine("交通组织方案", "原件", "1"),),
        "received_by": "窗口样例",
        "supplemented_on": date(2026, 3, 6),
    },
    PaperKind.SURVEY_ORDER: {"officers": OFFICERS, "assigned_on": date(2026, 3, 3), "due_on": date(2026, 3, 5)},
    PaperKind.GOVERNMENT_REQUEST: {
        "to": "岳阳市人民政府",
        "protection": "2024年5月交付使用，五年内不得挖掘",
        "reasons": "新建医院须接通燃气，无法绕行",
    },
    PaperKind.HEARING_RIGHT: {"reasons": "施工期间门前通道封闭", "contact": "审批科，0730-8000001"},
    PaperKind.HEARING_NOTICE: {"held_at": NINE, "place": "局三楼会议室", "chair": "周样例（法制科）"},
    PaperKind.SERVICE: {
        "papers": (ServedPaper("准予行政许可决定书", "岳南城管许字〔2026〕3号"),),
        "recipient": "岳阳样例燃气有限公司",
        "place": "政务服务中心",
        "method": "直接送达",
        "servers": ("王样例", "赵样例"),
        "served_at": NINE,
        "receiver": "李样例",
        "relation": "代理人",
    },
}


def whole_paper(kind, **changed):
    """A paper of this kind with nothing missing; `changed` replaces fields."""
    content = CONTENTS[PaperKind(kind)]
    given = {"issuer": ISSUER, "case": CASE, **WHOLE[PaperKind(kind)], **changed}
    if "remedies" in content.__dataclass_fields__:
        given.setdefault("remedies", REMEDIES)
    return content(**given)


SITE = "https://chengguan.example"


def put_settings(**values):
    """Settings of the bureau; a double underscore stands for the point of the key."""
    for key, value in values.items():
        Setting.objects.create(key=key.replace("__", "."), value=value, source="样例文件", valid_from=date(2020, 1, 1))
    forget_settings()


def furnish_settings():
    """What the office has to enter before every paper can be signed."""
    put_settings(
        remedies__review_body="岳阳市人民政府",
        remedies__court="岳阳市样例区人民法院",
        permits__supervision_phone=PHONE,
        permits__pay_at="非税窗口",
        permits__police="样例交警大队",
        site__address=SITE,
    )


def signed(application, kind, by, **typed):
    """A paper of a case, drafted and signed; `typed`: what is filled in by hand."""
    paper = papers.draft(application, kind, by=by)
    if typed:
        papers.correct(paper, typed, by=by, seen=paper.version)
    return papers.sign(paper, by=by)
