"""The catalogue of violations as it is loaded for the first time. Amounts that a local rule sets are not in here.

What a national statute says stands as it is; where the amount comes from a provincial or municipal rule the bounds stay
empty until the legal section enters the rule with its number. `load_violations` never changes an entry that exists.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from billboards.models import DiscretionStep, Violation

SINCE = date(2021, 7, 15)  # 行政处罚法 of 2021 in force
ROAD = (Decimal(0), Decimal(20_000))  # 城市道路管理条例 Art. 42
ROADS = "《城市道路管理条例》第四十二条"
LOOKS = "《城市市容和环境卫生管理条例》"
POLICE, MARKET, PLANNING = Violation.TransferTo.POLICE, Violation.TransferTo.MARKET, Violation.TransferTo.PLANNING

ENTRIES: tuple[dict[str, Any], ...] = (
    {"code": "AD01", "name": "未经同意擅自设置大型户外广告，影响市容", "provision": f"{LOOKS}第十一条第二款", "basis": f"{LOOKS}第三十六条第一项", "measure": "责令停止违法行为，限期清理、拆除，可以并处罚款", "hearing": True},
    {"code": "AD02", "name": "户外广告设施陈旧破损，不符合城市容貌标准", "provision": f"{LOOKS}第十一条第一款", "basis": f"{LOOKS}第三十七条", "measure": "会同有关部门责令限期改造或者拆除"},
    {"code": "AD03", "name": "户外广告设置许可期满未拆除", "provision": f"{LOOKS}第十一条", "basis": f"{LOOKS}第三十七条；地方规定", "measure": "责令限期拆除"},
    {"code": "AD04", "name": "未按许可内容设置户外广告", "provision": "《行政许可法》第八十条", "basis": "《行政许可法》第八十条；地方规定", "measure": "责令限期改正"},
    {"code": "AD05", "name": "未经批准张挂、张贴宣传品，或者涂写刻画", "provision": f"{LOOKS}第十七条", "basis": f"{LOOKS}第三十四条第二项", "measure": "责令纠正，可以并处警告、罚款"},
    {"code": "AD06", "name": "在桥梁、路灯设施上设置广告牌或者其他挂浮物", "provision": "《城市道路管理条例》第二十七条第六项", "basis": ROADS, "measure": "责令限期改正，可以处罚款", "fine": ROAD},
    {"code": "AD07", "name": "广告设施遮挡交通信号灯、交通标志，妨碍安全视距", "provision": "《道路交通安全法》第二十八条第二款", "basis": "《道路交通安全法》第一百零六条", "measure": "移送", "transfer_to": POLICE},
    {"code": "AD08", "name": "未取得规划许可建造广告构筑物", "provision": "《城乡规划法》第四十条", "basis": "《城乡规划法》第六十四条、第六十六条、第六十八条", "measure": "责令停止建设、限期拆除；由县级以上地方人民政府责成强制拆除", "transfer_to": PLANNING},
    {"code": "AD09", "name": "户外广告设施存在安全隐患，逾期不整改", "provision": "地方规定", "basis": "地方规定", "measure": "责令限期改正"},
    {"code": "AD10", "name": "广告内容违法", "provision": "《广告法》第九条等", "basis": "《广告法》第五章", "measure": "移送", "transfer_to": MARKET},
    {"code": "RD01", "name": "未对设在城市道路上的检查井（箱盖）缺损及时补缺、修复", "provision": "《城市道路管理条例》第二十三条", "basis": f"{ROADS}第一项", "measure": "责令限期改正，可以处罚款", "fine": ROAD},
    {"code": "RD02", "name": "挖掘、施工现场未设置明显标志和安全防围设施", "provision": "《城市道路管理条例》第三十五条", "basis": f"{ROADS}第二项", "measure": "责令限期改正，可以处罚款", "fine": ROAD},
    {"code": "RD03", "name": "占用城市道路期满或者挖掘后，不及时清理现场", "provision": "《城市道路管理条例》第三十一条、第三十五条", "basis": f"{ROADS}第三项", "measure": "责令限期改正，可以处罚款", "fine": ROAD},
    {"code": "RD04", "name": "依附城市道路建设管线、杆线，未按规定办理批准手续", "provision": "《城市道路管理条例》第二十九条", "basis": f"{ROADS}第四项", "measure": "责令限期改正，可以处罚款", "fine": ROAD},
    {"code": "RD05", "name": "紧急抢修管线，未按规定补办批准手续", "provision": "《城市道路管理条例》第三十四条", "basis": f"{ROADS}第五项", "measure": "责令限期改正，可以处罚款", "fine": ROAD},
    {"code": "RD06", "name": "未按批准的位置、面积、期限占用或者挖掘城市道路，或者变更未提前办理", "provision": "《城市道路管理条例》第三十六条", "basis": f"{ROADS}第六项", "measure": "责令限期改正，可以处罚款", "fine": ROAD},
)  # fmt: skip

# For the demo bureau only: bounds and lines of a rule that does not exist, and says so.
EXAMPLE_SOURCE = "示例：演示用幅度和裁量阶次，正式使用前由法制科按本省规定改录"
EXAMPLE_BOUNDS = {"AD01": (Decimal(1_000), Decimal(10_000)), "AD05": (Decimal(50), Decimal(500))}
EXAMPLE_STEPS = {
    "AD01": (
        ("轻微", "面积不足10平方米，责令后三日内自行拆除", "1000", "3000"),
        ("一般", "面积10平方米以上不足30平方米，或者逾期改正", "3000.01", "6000"),
        ("严重", "面积30平方米以上，或者拒不改正、拆后又设", "6000.01", "10000"),
    ),
    "AD06": (
        ("轻微", "首次被查处，当日自行清除", "0", "2000"),
        ("一般", "两处以上，或者逾期清除", "2000.01", "10000"),
        ("严重", "危及行车安全，或者拒不清除", "10000.01", "20000"),
    ),
}


def load_violations() -> int:
    """Enter what is missing of the national catalogue; how many entries were added."""
    added = 0
    for entry in ENTRIES:
        low, high = entry.get("fine", (None, None))
        facts = {name: value for name, value in entry.items() if name not in ("code", "fine")}
        _, created = Violation.objects.get_or_create(
            code=entry["code"],
            valid_from=SINCE,
            defaults={**facts, "min_fine": low, "max_fine": high, "source": entry["basis"]},
        )
        added += created
    return added


def load_examples() -> None:
    """The demo bureau's amounts, marked as examples."""
    for code, (low, high) in EXAMPLE_BOUNDS.items():
        Violation.objects.filter(code=code, max_fine=None).update(min_fine=low, max_fine=high, source=EXAMPLE_SOURCE)
    for code, lines in EXAMPLE_STEPS.items():
        violation = Violation.objects.get(code=code, valid_from=SINCE)
        for order, (name, circumstances, low_text, high_text) in enumerate(lines, start=1):
            DiscretionStep.objects.get_or_create(
                violation=violation,
                order=order,
                defaults={
                    "name": name,
                    "circumstances": circumstances,
                    "minimum": Decimal(low_text),
                    "maximum": Decimal(high_text),
                },
            )
