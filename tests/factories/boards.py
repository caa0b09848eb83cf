"""Boards, campaigns and their items for tests; everything goes through its door."""

import io
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from billboards.enums.boards import BoardKind, RemovalMode
from billboards.enums.campaigns import PhotoStage
from billboards.models import (
    Board,
    Campaign,
    CampaignItem,
    CampaignTarget,
    ItemPhoto,
    Removal,
    SafetyInspection,
    SizeRule,
)
from billboards.sizing import Face
from billboards.workflow import boards, campaigns, items, removals
from staff.uploads import save_image
from tests.factories.staff import UnitFactory, UserFactory

FACES = (Face(Decimal(6), Decimal(3)),)


def size_rule(**facts):
    known = SizeRule.objects.first()
    if known is not None and not facts:
        return known
    facts = {"name": "样例规则", "source": "样例文件", "valid_from": date(2000, 1, 1), **facts}
    return SizeRule.objects.create(**facts)


def make_board(*, by=None, faces=FACES, **facts):
    number = make_board.counter = getattr(make_board, "counter", 0) + 1
    size_rule()
    defaults = {"kind": BoardKind.WALL, "name": f"样例广告{number}", "address": f"样例路{number}号", "setter": "样例公司",
                "contact": "联示例", "phone": "13800001234", "registered_on": date(2025, 1, 10)}  # fmt: skip
    street = facts.pop("street", None) or UnitFactory()
    return boards.register_board(Board(**{**defaults, "street": street, **facts}), list(faces), by=by)


def remove_board(board, *, by=None, mode=RemovalMode.VOLUNTARY, on=None, as_it_happened=False, **facts):
    removal = Removal(board=board, what=board.name, place=board.address, street=board.street, area=board.area,
                      mode=mode, removed_on=on or timezone.localdate(), **facts)  # fmt: skip
    return removals.record_removal(removal, by=by, as_it_happened=as_it_happened)


def inspect(board, *, by=None, on=None, result="passed", **facts):
    words = {} if result == "passed" else {"findings": "连接件松动"}
    return boards.record_inspection(
        SafetyInspection(board=board, inspected_on=on or timezone.localdate(), inspectors="查示例", result=result,
                         **{**words, **facts}), by=by,
    )  # fmt: skip


def make_campaign(*streets, by=None, start=None, end=None, begin=True, targets=(), **facts):
    number = make_campaign.counter = getattr(make_campaign, "counter", 0) + 1
    start = start or timezone.localdate() - timedelta(days=10)
    campaign = Campaign(name=facts.pop("name", f"样例专项{number}"), basis="样例方案", start=start,
                        end=end or start + timedelta(days=29), lead=facts.pop("lead", None) or UnitFactory(), **facts)  # fmt: skip
    rows = [CampaignTarget(**target) for target in targets]
    campaign = campaigns.store_campaign(campaign, streets or [UnitFactory()], by=by or UserFactory(), targets=rows)
    return campaigns.start_campaign(campaign, by=by or UserFactory()) if begin else campaign


def make_item(campaign, *, by=None, **facts):
    number = make_item.counter = getattr(make_item, "counter", 0) + 1
    street = facts.pop("street", None) or campaign.streets.first()
    defaults = {"kind": "shop_sign", "name": f"样例店{number}", "place": f"样例路{number}号", "problem": "damaged",
                "found_on": campaign.start, "quantity": 1, "measure": "piece"}  # fmt: skip
    return items.record_item(CampaignItem(campaign=campaign, street=street, **{**defaults, **facts}), by=by)


def picture(colour="red", name="photo.jpg"):
    target = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(target, "JPEG")
    return SimpleUploadedFile(name, target.getvalue(), content_type="image/jpeg")


def add_photo(item, stage=PhotoStage.AFTER, *, by=None, colour="green"):
    return save_image(picture(colour), ItemPhoto, by=by or UserFactory(), item=item, stage=stage)


def handle(item, disposition="voluntary", *, by=None, **facts):
    defaults = {"handled_on": item.found_on + timedelta(days=2), "handlers": "员示例、队示例"}
    if disposition == "assisted":
        defaults["consent_on"] = item.found_on + timedelta(days=1)
    if disposition in ("emergency", "ownerless"):
        defaults["reason"] = "大风后倾斜，张贴公告无人认领"
    if disposition == "regularised":
        defaults["permit_number"] = "样例许〔2026〕1号"
    treatment = items.Treatment(disposition=disposition, **{**defaults, **facts})
    return items.handle_item(item, treatment, by=by or UserFactory())


def settle(item, *, by=None, on=None):
    add_photo(item)
    return items.settle_item(item, by=by or UserFactory(), on=on)


def furnish_boards(by):
    """Two years of boards, removals and campaigns, so that no figure is 0 and no condition goes unseen."""
    streets = [UnitFactory(), UnitFactory()]
    for year in (2025, 2026):
        furnish_ledger(by, streets, year)
        furnish_campaign(by, streets, year)
    return streets


def furnish_ledger(by, streets, year):
    extra = 3 if year == 2026 else 1
    for number in range(4 + extra):
        board = make_board(street=streets[number % 2], by=by, registered_on=date(year, 1, 5 + number),
                           kind=("wall", "roof", "shop_sign")[number % 3],
                           permit_number="样例许1号" if number % 2 else "",
                           permit_to=date(2027, 12, 31) if number % 2 else None)  # fmt: skip
        if number % 3 == 0:
            inspect(board, by=by, on=date(year, 2, 1 + number))
    make_board(street=streets[0], by=by, registered_on=date(year, 1, 6), kind="guide",
               faces=[Face(Decimal(1), Decimal(1))])  # fmt: skip
    gone = make_board(street=streets[0], by=by, registered_on=date(year, 1, 7))
    remove_board(gone, by=by, on=date(year, 2, 20))
    again = Board(street=streets[0], kind="wall", name="又立", address="样例路又号", registered_on=date(year, 3, 1))
    boards.re_erect_board(again, gone, FACES, by=by)
    forced = make_board(street=streets[1], by=by, registered_on=date(year, 1, 8), faces=FACES * extra)
    remove_board(forced, by=by, mode=RemovalMode.COERCIVE, on=date(year, 2, 25), as_it_happened=True)


def furnish_campaign(by, streets, year):
    campaign = make_campaign(*streets, by=by, start=date(year, 2, 1), end=date(year, 3, 2), name=f"{year}年样例专项")
    other = UserFactory()
    for number in range(9 if year == 2026 else 7):
        item = make_item(campaign, by=by, street=streets[number % 3 % 2], found_on=date(year, 2, 3 + number), area=Decimal("2.5"),
                         measure=("piece", "piece", "banner", "site")[number % 4], quantity=number + 1)  # fmt: skip
        if number % 2 == 0:
            day = item.found_on + timedelta(days=1)
            item = items.notify_item(item, by=by, notified_on=day, due_on=day + timedelta(days=7))
        if number == 0:
            items.open_case_for(item, by=by, case_number="样例立1号")
        elif number != 1:
            item = handle(item, ("voluntary", "assisted", "cleared", "emergency", "ownerless")[number % 5], by=by)
            if number != 3:
                settle(item, by=other, on=item.handled_on + timedelta(days=1))
