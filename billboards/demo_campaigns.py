"""A campaign month of the past half-year with some 120 items taken through their steps, daily reports and a conclusion; one under way."""

from __future__ import annotations

import io
import random
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from billboards.enums.boards import Measure
from billboards.enums.campaigns import Disposition, PhotoStage
from billboards.models import Board, Campaign, CampaignItem, CampaignTarget, ItemPhoto
from billboards.workflow import campaigns, dailies, items
from staff.models import STREET_KINDS, Unit, User
from staff.uploads import CleanImage, clean_image

ITEMS, RUNNING_ITEMS = 120, 28
# Kind, problem, measure, most of them, area of one in ㎡, how many of a hundred.
FINDS = (
    ("shop_sign", "damaged", Measure.PIECE, 1, 6, 24), ("light_box", "on_road", Measure.PIECE, 3, 1, 14),
    ("ground", "on_road", Measure.PIECE, 2, 3, 12), ("wall", "unpermitted", Measure.PIECE, 1, 30, 10),
    ("roof", "unpermitted", Measure.PIECE, 1, 60, 3), ("cloth", "hanging", Measure.BANNER, 12, 0, 18),
    ("sticker", "sticker", Measure.SITE, 25, 0, 14), ("shop_sign", "many_signs", Measure.PIECE, 1, 5, 5),
)  # fmt: skip
WAYS = (
    (Disposition.VOLUNTARY, 46), (Disposition.ASSISTED, 18), (Disposition.REPAIRED, 14), (Disposition.CLEARED, 8),
    (Disposition.REGULARISED, 4), (Disposition.OWNERLESS, 3), (Disposition.EMERGENCY, 2), (Disposition.HANDED_OVER, 2),
)  # fmt: skip

REASONS = {
    Disposition.OWNERLESS: "查找设置人并张贴公告，无人认领",
    Disposition.EMERGENCY: "大风后松动，随时可能坠落",
}


def seed() -> None:
    rng = random.Random(20260401)
    streets = list(Unit.objects.filter(kind__in=STREET_KINDS).exclude(kind="scenic_centre").order_by("order"))
    past = plan("户外广告和门店招牌专项整治", month_of(timezone.localdate()), streets)
    work(rng, past, streets, ITEMS)
    report_days(rng, past, streets)
    conclusion = "集中整治后主次干道户外广告减量、规范、安全；未结的立案案件转执法程序，期限届满后依法办理。"
    campaigns.close_campaign(past, by=office(), conclusion=conclusion, accept_unreviewed=True)
    today = timezone.localdate()
    running = plan("冬季户外广告安全隐患排查整治", today - timedelta(days=9), streets)
    work(rng, running, streets, RUNNING_ITEMS)


def month_of(today: date) -> date:
    """The first Monday of the third month of the half-year that is past (or of this one, if it is that far)."""
    half = 1 if today.month > 6 else 2
    first = date(today.year if half == 1 else today.year - 1, 3 if half == 1 else 9, 1)
    return first + timedelta(days=-first.weekday() % 7)


def office() -> User:
    return User.objects.get(username="1018")


def plan(name: str, start: date, streets: list[Unit]) -> Campaign:
    campaign = Campaign(
        name=name, slogan="减量、规范、安全、美观", basis="演示：专项整治方案", start=start, end=start + timedelta(days=29),
        lead=Unit.objects.get(name="户外广告办公室"),
    )  # fmt: skip
    targets = [
        CampaignTarget(kind="shop_sign", quantity=30, measure=Measure.PIECE),
        CampaignTarget(kind="light_box", quantity=25, measure=Measure.PIECE),
        CampaignTarget(kind="cloth", quantity=150, measure=Measure.BANNER),
        CampaignTarget(kind="sticker", quantity=200, measure=Measure.SITE),
    ]
    campaigns.store_campaign(campaign, streets, by=office(), targets=targets)
    return campaigns.start_campaign(campaign, by=office())


def work(rng: random.Random, campaign: Campaign, streets: list[Unit], count: int) -> None:
    member, leader = User.objects.get(username="1008"), User.objects.get(username="1007")
    pictures = [picture(rng) for _ in range(4)]
    for number in range(count):
        item = find(rng, campaign, streets, number, member)
        attach(item, PhotoStage.BEFORE, rng.choice(pictures), member)
        treat(rng, item, member, leader, pictures)


def find(rng: random.Random, campaign: Campaign, streets: list[Unit], number: int, by: User) -> CampaignItem:
    kind, problem, measure, most, area, _ = rng.choices(FINDS, weights=[each[5] for each in FINDS])[0]
    street = streets[number % len(streets)]
    board = None
    if number % 9 == 0:
        rows = Board.objects.recorded().filter(
            street=street, removed_on=None, kind__in=("wall", "roof", "ground", "light_box")
        )
        board = rows.filter(items=None, registered_on__lte=campaign.start).order_by("pk").first()
    quantity = 1 if board else rng.randrange(1, most + 1)
    item = CampaignItem(
        campaign=campaign,
        street=street,
        board=board,
        kind=board.kind if board else kind,
        name=board.name if board else f"示例{number + 1}号店" if measure == Measure.PIECE else f"示例路段{number + 1}",
        place=board.address if board else f"示例路 {rng.randrange(1, 200)} 号",
        problem=problem if board is None else "damaged" if board.permit_number else "unpermitted",
        measure=Measure.PIECE if board else measure,
        quantity=quantity,
        area=board.area if board else Decimal(area * quantity),
        party="示例业主",
        phone=f"1390000{2000 + number}",
        found_on=min(campaign.start + timedelta(days=3 + rng.randrange(6)), timezone.localdate()),
    )
    return items.record_item(item, by=by)


def treat(rng: random.Random, item: CampaignItem, member: User, leader: User, pictures: list[CleanImage]) -> None:
    """Told, then done, then looked at; of those that last as far as the day allows."""
    today = timezone.localdate()
    told = item.found_on + timedelta(days=rng.randrange(1, 4))
    if told > today or rng.random() < 0.04:
        return
    item = items.notify_item(item, by=member, notified_on=told, due_on=told + timedelta(days=7))
    if item.problem == "unpermitted" and rng.random() < 0.6:
        items.open_case_for(item, by=member, case_number=f"演示立〔{told.year}〕{item.pk}号", on=told)
        return
    if rng.random() < 0.05:
        items.defer_item(item, by=member, reason="设置人正在诉讼，暂缓处置")
        return
    done = told + timedelta(days=rng.randrange(2, 12))
    if done > min(today, item.campaign.end):
        return
    way = rng.choices([each for each, _ in WAYS], weights=[weight for _, weight in WAYS])[0]
    if item.measure != Measure.PIECE and way not in Disposition.REMOVALS:
        way = Disposition.CLEARED
    item = items.handle_item(item, treatment(way, done), by=member)
    attach(item, PhotoStage.AFTER, rng.choice(pictures), member)
    looked = done + timedelta(days=1)
    if looked <= today and rng.random() < 0.95:
        items.settle_item(item, by=leader, note="已到位", on=looked)


def treatment(way: Disposition, done: date) -> items.Treatment:
    return items.Treatment(
        disposition=way,
        handled_on=done,
        handlers="员示例、队示例",
        note="现场处置完毕",
        consent_on=done if way == Disposition.ASSISTED else None,
        reason=REASONS.get(way, ""),
        handed_to=Unit.objects.get(name="区市场监督管理局") if way == Disposition.HANDED_OVER else None,
        permit_number="演示备〔2026〕1号" if way == Disposition.REGULARISED else "",
    )


def report_days(rng: random.Random, campaign: Campaign, streets: list[Unit]) -> None:
    """Each street's day, confirmed; zero reports where nothing was new."""
    by = User.objects.get(username="1009")
    for offset in range(campaign.days):
        day = campaign.start + timedelta(days=offset)
        for street in streets:
            people = rng.choice((4, 6, 8)) if day.weekday() < 5 else 0
            dailies.confirm_daily(campaign, street, day, by=by, people=people, vehicles=people // 4)


def picture(rng: random.Random) -> CleanImage:
    """A small invented picture."""
    target = io.BytesIO()
    Image.new("RGB", (320, 240), tuple(rng.randrange(60, 200) for _ in range(3))).save(target, "JPEG")
    return clean_image(target.getvalue())


def attach(item: CampaignItem, stage: PhotoStage, image: CleanImage, by: User) -> None:
    photo = ItemPhoto(
        item=item, stage=stage, original_name="演示照片.jpg", content_type="image/jpeg", size=len(image.content),
        sha256=image.sha256, source_sha256=image.source_sha256, uploaded_by=by,
    )  # fmt: skip
    photo.file.save("photo.jpg", ContentFile(image.content), save=False)
    photo.save()
