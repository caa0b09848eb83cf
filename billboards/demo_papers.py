"""Papers of the demo's cases: two whole files signed and served as the law has it, the others' papers from another platform.

A paper is signed today; those of the demo are of the past, so the facts of a signature are written as of the day.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from billboards.casefile import make_file
from billboards.documents import Document, Shape
from billboards.enums.cases import EvidenceKind
from billboards.enums.papers import PaperKind
from billboards.models import Case, Evidence, EvidenceFile, Paper, PaperService, ServiceWay
from billboards.prefill import prefilled
from billboards.workflow import delivery, evidence, papers
from staff.case_papers import paper_pdf
from staff.models import Setting, User, take_numbers
from staff.permissions import Roles
from staff.uploads import clean_image

FIRST: Final = date(2020, 1, 1)
SETTINGS: Final = (
    ("remedies.review_body", "岳阳市人民政府"), ("remedies.court", "岳阳市岳阳楼区人民法院"),
    ("fines.pay_at", "示例银行非税收入专户（演示），或者扫描缴款码电子支付"),
    ("fines.contact", "员示例，0730-0000000，示例路 1 号（演示）"),
)  # fmt: skip
# Which papers follow a step.
AFTER: Final[Mapping[str, tuple[str, ...]]] = {
    "lead": (PaperKind.SITE_RECORD,),
    "file": (PaperKind.FILING,),
    "order": (PaperKind.CORRECTION,),
    "recheck": (PaperKind.RECHECK,),
    "conclude": (PaperKind.REPORT,),
    "pass_review": (PaperKind.LEGAL_REVIEW,),
    "notify": (PaperKind.HEARING_RIGHT,),
    "discuss": (PaperKind.DISCUSSION,),
    "decide": (PaperKind.PENALTY,),
    "dun": (PaperKind.DUNNING,),
    "announce": (PaperKind.ANNOUNCEMENT,),
    "order_enforcement": (PaperKind.ENFORCEMENT,),
    "finish": (PaperKind.EXECUTION_RECORD, PaperKind.REMOVAL),
    "perform": (PaperKind.REMOVAL,),
    "close": (PaperKind.CLOSING,),
}
SERVED: Final = (PaperKind.CORRECTION, PaperKind.HEARING_RIGHT, PaperKind.DUNNING, PaperKind.ENFORCEMENT)
# Whose signature, beside the squad leader's.
SIGNERS: Final = {
    PaperKind.LEGAL_REVIEW: Roles.LEGAL,
    **dict.fromkeys(
        (PaperKind.FILING, PaperKind.PENALTY, PaperKind.ANNOUNCEMENT, PaperKind.ENFORCEMENT, PaperKind.CLOSING),
        Roles.DIRECTOR,
    ),
}
# What nobody has entered anywhere, as the officers would write it.
WORDS: Final[Mapping[str, Any]] = {
    "officers_opinion": "事实清楚，建议同意。", "unit_opinion": "同意承办人意见。", "approval": "同意。", "approver": "局示例",
    "facility": "楼顶广告牌，单面", "measures": "宽 8 米、高 4 米，一面，面积 32 平方米，钢卷尺测量", "content_shown": "商业广告（演示）",
    "photos": "照片 1 至 4 号，执法记录仪录像 1 号", "signature": "负责人示例", "recorder": "员示例", "clerk": "法示例",
    "discretion": "面积 32 平方米，责令改正后没有改正，按“较重”阶次裁量。", "opinion": "建议责令限期拆除，并处罚款 5000 元。",
    "qualification": "A2019430000000（演示）", "defence": "当事人未提出陈述申辩。", "place": "局三楼会议室", "reporter": "员示例",
    "restored": "场地已清理平整", "video": "执法记录仪录像 2 号", "present": "当事人到场", "findings": "钢架、面板全部拆除。",
    "goods": ("广告面板 8 块", "钢架 1 副"), "signatures": "局示例、分示例、法示例",
}  # fmt: skip


def prepare() -> None:
    for key, value in SETTINGS:
        facts = {"value": value, "source": "演示数据，请法制科核定"}
        Setting.objects.get_or_create(key=key, valid_from=FIRST, defaults=facts)


def moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def completed(content: Document, day: date) -> Document:
    """The draft with what is still wanting, and its day for today's."""
    today = timezone.localdate()
    known = {each.name: day for each in content.parts() if getattr(content, each.name) == today}
    shapes = {each.name: each.shape for each in content.parts()}
    for wanting in content.missing():
        name = wanting.field
        if shapes[name] == Shape.DAY:
            known[name] = day
        elif shapes[name] == Shape.MOMENT:
            known[name] = moment(day, 10 if name == "ended_at" else 9)
        else:
            known[name] = True if shapes[name] == Shape.YES else WORDS[name]
    return replace(content, **known)


def sign(case: Case, kind: str, day: date, squad: User) -> Paper:
    role = SIGNERS.get(PaperKind(kind))
    signer = User.objects.filter(groups__name=role).order_by("pk").first() if role else squad
    content = completed(prefilled(case, kind), day)
    form = content.paper_type
    (number,) = take_numbers(form.series, year=day.year, defaults=form.series_defaults)
    pdf = paper_pdf(form, content, number=number, day=day)
    paper = Paper(
        case=case, kind=kind, data=content.as_data(), drafted_by=squad, number=number, signed_at=moment(day, 11),
        signed_by=signer, sha256=hashlib.sha256(pdf).hexdigest(),
    )  # fmt: skip
    paper.paper.save("paper.pdf", ContentFile(pdf), save=False)
    paper.save()
    Paper.objects.filter(pk=paper.pk).update(drafted_at=moment(day, 9))
    delivery.signed(case, kind, number)
    return paper


def serve(paper: Paper, day: date, by: User) -> None:
    """Handed over to the party's head, and the case is told where its record does not say so yet."""
    case = paper.case
    PaperService.objects.create(
        paper=paper, method=ServiceWay.DIRECT, served_at=moment(day, 15), recipient=case.party_name, place=case.party_address,
        servers="、".join(str(each) for each in case.officers.all()), receiver=case.party_head, relation="法定代表人",
        effective_on=day, recorded_by=by,
    )  # fmt: skip
    Paper.objects.filter(pk=paper.pk).update(served_on=day)
    delivery.served(case, paper.kind, delivery.Delivery(day, ServiceWay.DIRECT, "送达回证", day), by=by)


def follow(case: Case, edge: str, day: date, by: User, *, ours: bool) -> None:
    """The papers of a step just taken."""
    for kind in AFTER.get(edge, ()):
        if ours:
            paper = sign(case, kind, day, by)
            if kind in SERVED:
                serve(paper, day, by)
        else:
            number = f"演示平台〔{day.year}〕{case.pk}-{case.papers.count() + 1}号"
            papers.record_outside(case, kind, by=by, number=number, on=day)


def serve_decision(case: Case, day: date, by: User) -> None:
    """The penalty's own paper; the service itself is the step that follows."""
    paper = Paper.objects.filter(case=case, kind=PaperKind.PENALTY).order_by("-pk").first()
    if paper is not None and paper.is_signed:
        PaperService.objects.create(
            paper=paper, method=ServiceWay.DIRECT, served_at=moment(day, 15), recipient=case.party_name,
            place=case.party_address, servers="、".join(str(each) for each in case.officers.all()),
            receiver=case.party_head, relation="法定代表人", effective_on=day, recorded_by=by,
        )  # fmt: skip
    Paper.objects.filter(case=case, kind=PaperKind.PENALTY).update(served_on=day)


def photographed(case: Case, day: date, by: User) -> None:
    """A recording with two pictures of the board."""
    piece = Evidence(
        kind=EvidenceKind.RECORDING, name="现场照片", collected_at=moment(day, 9) + timedelta(minutes=20),
        collected_by="员示例、队示例", place=case.place, pages=2, proves="广告牌的位置、形式和大小",
    )  # fmt: skip
    evidence.add_evidence(case, piece, by=by)
    for shade in ((196, 214, 232), (222, 226, 214)):
        image = clean_image(board_picture(shade))
        stored = EvidenceFile(
            evidence=piece, original_name="演示照片.jpg", content_type="image/jpeg", size=len(image.content),
            sha256=image.sha256, source_sha256=image.source_sha256, uploaded_by=by,
        )  # fmt: skip
        stored.file.save("photo.jpg", ContentFile(image.content), save=False)
        stored.save()


def board_picture(sky: tuple[int, int, int]) -> bytes:
    """An invented roof with a board on it."""
    picture = Image.new("RGB", (640, 480), sky)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((120, 300, 520, 480), fill=(150, 140, 132))
    for left in (200, 320, 440):
        draw.rectangle((left - 6, 200, left + 6, 300), fill=(90, 90, 90))
    draw.rectangle((150, 90, 490, 230), fill=(178, 60, 48), outline=(60, 60, 60), width=6)
    draw.rectangle((180, 120, 460, 200), fill=(240, 224, 190))
    target = io.BytesIO()
    picture.save(target, "JPEG")
    return target.getvalue()


def bind(case: Case, by: User) -> None:
    """The whole file as one PDF."""
    make_file(Case.objects.get(pk=case.pk), by=by, receipt=papers.receipt_of)
