"""Filled papers of a case for tests: every field of every kind with a value that fits."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from billboards.documents import DOCUMENTS, Shape
from billboards.remedies import Bodies, Remedy, remedies_text

BODIES = Bodies("岳阳市人民政府", "岳阳市岳阳楼区人民法院")
REMEDY = {
    "spot": Remedy.SPOT,
    "enforcement": Remedy.ENFORCEMENT,
    "substitute": Remedy.ENFORCEMENT,
    "costs": Remedy.ENFORCEMENT,
}
WORDS = {
    "party_name": "岳阳样例广告有限公司",
    "party_code": "91430600MA4L000001",
    "representative": "张样例",
    "party_address": "岳阳市南湖新区湖滨路 1 号",
    "party_phone": "0730-0000001",
    "party_kind": "organisation",
    "cause": "未经同意擅自设置大型户外广告，影响市容",
    "facts": "2026年3月2日，执法人员巡查发现当事人在南湖大道 18 号楼顶设置广告牌一块，宽 10 米、高 4 米，面积 40 平方米，未取得批准。",
    "act": "你（单位）在南湖大道 18 号楼顶设置广告牌一块，未取得批准。",
    "provision": "《城市市容和环境卫生管理条例》第十一条第二款",
    "basis": "《城市市容和环境卫生管理条例》第三十六条第一项",
    "demand": "自行拆除南湖大道 18 号楼顶广告牌，恢复原状。",
    "consequence": "逾期不改正的，本局将依法处理。",
    "questions": "问：请核对身份。\n答：是本人。\n问：广告牌是谁设置的？\n答：是本公司设置的。",
    "refusal": "",
    "closed_reason": "",
    "performance": "罚款自收到本决定书之日起十五日内缴纳；广告牌于 2026年4月10日前自行拆除。",
    "contact": "李四，0730-0000000，南湖新区城管局",
    "bank": "样例银行南湖支行非税专户",
    "to": "公安机关交通管理部门",
    "decision_number": "岳南城管罚字〔2026〕1号",
    "decision_title": "行政处罚决定书",
    "discretion": "面积 40 平方米，按“严重”阶次裁量。",
    "chair": "王五 副局长",
    "payment": "bank",
    "order": "已于 2026年3月20日改正。",
}
LISTS = {
    "officers": ("李四 湘F001", "赵六 湘F002"),
    "servers": ("李四 湘F001", "赵六 湘F002"),
    "investigators": ("李四 湘F001", "赵六 湘F002"),
    "members": ("王五 副局长", "钱七 法制科长", "孙八 中队长"),
    "agents": ("周九 律师",),
    "lines": ("2026-03-17至2026-03-26，10日：5,000.00元×3%×10＝1,500.00元",),
}
DEFAULTS = {"statement_days": Decimal(5), "fine": Decimal(2000), "amount": Decimal(1500)}


BY_SHAPE = {
    Shape.YES: True,
    Shape.DAY: date(2026, 3, 10),
    Shape.MOMENT: datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
    Shape.MONEY: Decimal(1000),
    Shape.NUMBER: Decimal(1000),
}


def value_of(kind, each):
    if each.name == "remedies":
        return remedies_text(REMEDY.get(kind, Remedy.ORDINARY), BODIES)
    if each.shape == Shape.LIST:
        return LISTS.get(each.name, (f"{each.label}一", f"{each.label}二"))
    if each.name == "ended_at":
        return BY_SHAPE[Shape.MOMENT] + timedelta(hours=1)
    known = {**WORDS, **DEFAULTS}.get(each.name, BY_SHAPE.get(each.shape))
    if known is not None:
        return known
    return each.choices[0][0] if each.choices else f"{each.label}（样例）"


def filled(kind, **changes):
    cls = DOCUMENTS[kind]
    known = {each.name: value_of(kind, each) for each in cls.parts()}
    known |= (
        {"late": "到期不缴纳的，每日按罚款数额的百分之三加处罚款，加处罚款的数额不超出罚款的数额。"}
        if "late" in known
        else {}
    )
    return cls(**{**known, **changes})
