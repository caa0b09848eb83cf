"""What a row of a campaign's ledger (摸底台账) means."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from billboards.enums.boards import Measure
from billboards.enums.campaigns import CampaignState, ItemProblem
from billboards.models import Campaign, CampaignItem
from billboards.resources.boards import GroundResource, choice, kind_field, metres
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField
from staff.resources.people import day, full_number, text


class CampaignItemResource(GroundResource):
    campaign = text("campaign", "专项名称", "专项", required=True, example="户外广告专项整治", longest=60)
    found_on = day("found_on", "摸底日期", "日期", "排查日期", required=True, example="2026-03-05")
    street = text("street", "属地街道", "街道", required=True, example="湖滨街道", longest=60)
    community = text("community", "社区", example="", longest=60)
    place = text("place", "地点", "位置", "具体位置", required=True, example="南湖大道 12 号", longest=120)
    name = text("name", "对象", "名称", "店名", "广告内容", required=True, example="示例餐馆", longest=80)
    kind = kind_field("kind", "类型", "广告类型", "设施类型")
    problem = choice(
        "problem", "问题", "存在问题", choices=ItemProblem.choices, default=ItemProblem.OTHER, example="未经许可设置"
    )
    quantity = SheetField(
        FieldSpec("quantity", "数量", (), required=True, example="1", kind="integer"),
        partial(values.to_integer, minimum=1, maximum=100_000, units=("块", "条", "处", "个", "面")),
    )
    measure = choice(
        "measure", "计量", "计量单位", "单位", choices=Measure.choices, default=Measure.PIECE, example="块"
    )
    area = metres("area", "面积（㎡）", "面积", example="12", most=100_000)
    party = text("party", "设置人", "业主", "当事人", example="", longest=80)
    phone = full_number("phone", "联系电话", "电话", example="", longest=20)
    description = text("description", "情况", "备注", example="", longest=300)

    def prepare(self) -> None:
        super().prepare()
        begun = Campaign.objects.filter(state=CampaignState.RUNNING).prefetch_related("streets")
        self.campaigns = {campaign.name: campaign for campaign in begun}

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        street = self.street_of(row, cells["street"])
        community = self.community_of(row, cells["community"], street)
        campaign = self.campaigns.get(cells["campaign"])
        if campaign is None:
            row.problems.append(("campaign", f"没有进行中的“{cells['campaign']}”。请先建立并开始专项。"))
        elif street is not None and street not in campaign.streets.all():
            row.problems.append(("street", f"{street.label}不在这次专项的范围内。"))
        if cells["found_on"] > self.today:
            row.problems.append(("found_on", "摸底日期晚于今天。请核对年份。"))
        if row.problems or street is None or campaign is None:
            return
        same = {name: cells[name] for name in ("found_on", "place", "name", "kind", "problem", "quantity", "measure")}
        words = {name: cells[name] or "" for name in ("party", "phone", "description")}
        item = CampaignItem(
            campaign=campaign, street=street, community=community, area=cells["area"] or Decimal(0), **same, **words
        )
        row.facts, row.key = item, key_of(item)

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        """What is open, or was struck off on the row's day or later; found after that, it has come back."""
        places = {row.facts.place for row in rows}
        stored = CampaignItem.objects.counted().filter(place__in=places)
        found: dict[str, list[CampaignItem]] = {}
        for item in stored:
            found.setdefault(key_of(item), []).append(item)
        return {
            row.key
            for row in rows
            if any(item.settled_on is None or row.facts.found_on <= item.settled_on for item in found.get(row.key, ()))
        }


def key_of(item: CampaignItem) -> str:
    """What makes an item the same one when its sheet comes twice."""
    return f"{item.campaign_id}|{item.street_id}|{item.kind}|{item.place}|{item.name}|{item.problem}"
