"""Demo permits: some sixty applications over eighteen months, each taken through the real doors on its own days."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from random import Random

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image, ImageDraw

from config.identity import credit_check_character
from permits import charging
from permits.charging import Asked
from permits.demo_clock import on
from permits.enums import ActKind, OpinionBody, OpinionOutcome
from permits.kinds import ChargeKind, SpaceKind, item_for
from permits.models import (
    Application,
    FeeAssessment,
    FeePayment,
    Inspection,
    OfflineApproval,
    RestorationCheck,
    Road,
    Segment,
    SurveyPhoto,
    area_of,
)
from permits.paper_kinds import PaperKind, series_of
from permits.workflow import decisions, fees, opinions, records, supervision, surveys, window
from permits.workflow.decisions import Verdict
from permits.workflow.opinions import Answer
from permits.workflow.steps import Step
from permits.workflow.surveys import Crew, SurveyFacts
from staff import workdays
from staff.models import Person, Unit, User, take_numbers
from staff.officers import officers_on
from staff.workdays import add_working_days, subtract_working_days

APPLICANTS = (
    ("示例自来水有限公司", "敷设给水管"), ("样例燃气有限公司", "敷设燃气支管"), ("示范供电公司", "电缆入地"),
    ("演示通信有限公司", "敷设通信管道"), ("范例市政工程有限公司", "雨污分流改造"), ("样板建筑工程有限公司", "施工围挡"),
    ("试点餐饮管理有限公司", "店面装修搭架"), ("模拟物业服务有限公司", "外墙维修搭架"), ("示例文化传播有限公司", "周末便民市集"),
)  # fmt: skip
BUILDER = "示例市政建设有限公司（虚构）"
CONDITIONS = (
    "按批准的位置、面积和期限施工；设置明显标志和安全防围设施；夜间设警示灯；完工后清理现场、恢复原状并通知验收。"
)
PLACE = (Decimal("29.350000"), Decimal("113.100000"))


def demo_code(number: int) -> str:
    """A credit code with the right check character and an agency that does not exist."""
    first = f"91430600MA0DM{number:03d}X"
    return first + credit_check_character(first)


@dataclass
class Cast:
    """Who does what in the demo."""

    section: User
    window: User
    finance: User
    squads: list[tuple[Unit, list[Person]]]
    photos: list[str] = field(default_factory=list)

    @classmethod
    def gather(cls) -> Cast:
        by = {user.username: user for user in User.objects.filter(username__in=("1010", "1011", "1012"))}
        people = list(officers_on(timezone.localdate()).order_by("pk"))
        squads = list(Unit.objects.filter(kind="squad").order_by("order", "pk"))
        crews = [(squad, people[2 * index : 2 * index + 2]) for index, squad in enumerate(squads)]
        return cls(by["1010"], by["1011"], by["1012"], crews, [store_photo(number) for number in range(3)])


def store_photo(number: int) -> str:
    """A drawn picture that says it is one, kept once and shown by every survey of the demo."""
    picture = Image.new("RGB", (640, 480), (120 + 30 * number, 130, 120))
    ImageDraw.Draw(picture).rectangle((80, 280, 560, 420), fill=(90, 90, 95), outline=(240, 200, 40), width=6)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=70)
    return str(default_storage.save(f"attachments/permits/demo-{number}.jpg", ContentFile(target.getvalue())))


class Story:
    """One application on its way. `day` goes forward with every step and never beyond yesterday."""

    def __init__(self, cast: Cast, number: int, received: date, random: Random) -> None:
        self.cast, self.number, self.random = cast, number, random
        self.last = timezone.localdate() - timedelta(days=1)  # nothing of the demo happens today, ahead of the clock
        self.day = subtract_working_days(received + timedelta(days=1), 1, workdays.load()).day
        self.squad, self.crew = cast.squads[number % len(cast.squads)]
        self.application: Application = Application()
        self.rows: list[Segment] = []

    # --- Time ---------------------------------------------------------------------------------------------------------

    def later(self, working_days: int) -> Story:
        """So many working days on, but never beyond yesterday."""
        self.day = min(add_working_days(self.day, working_days, workdays.load()).day, self.last)
        return self

    def until(self, day: date) -> Story:
        self.day = max(self.day, min(day, self.last))
        return self

    @property
    def moment(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.day, time(10)))

    # --- At the window ------------------------------------------------------------------------------------------------

    def apply(self, road: Road | None, *, digs: bool, starts: int, days: int, space: str = "") -> Story:
        """A draft at the window. `starts`: days from now until the works are to begin."""
        self.build(road, digs=digs, starts=starts, days=days, space=space)
        with on(self.day, 9, self.number % 60):
            window.create_draft(self.application, self.rows, by=self.cast.window)
        return self

    def build(self, road: Road | None, *, digs: bool, starts: int, days: int, space: str = "") -> Application:
        """The application with its rows, unsaved."""
        part = space or (SpaceKind.SIDEWALK if self.number % 3 else SpaceKind.CARRIAGEWAY)
        item = window.version_on(item_for(part, digs=digs), self.day)
        name, purpose = APPLICANTS[self.number % 5 if digs else 5 + self.number % 4]
        start = self.day + timedelta(days=starts)
        self.rows = self.segments(road, part, digs=digs)
        self.application = Application(
            item=item, space_kind=part, applicant_name=f"{name}（虚构）",
            applicant_code=demo_code(APPLICANTS.index((name, purpose))), legal_representative="法示例", address="示例路 1 号",
            contact="联示例", phone="13800000000", builder_name=BUILDER, builder_head="施示例", builder_phone="13800000001",
            purpose=purpose, location=f"{road.name if road else '示例广场'}{10 + self.number}号门前", starts_on=start,
            ends_on=start + timedelta(days=days - 1), total_area=sum((each.area for each in self.rows), Decimal(0)),
            use_nature="other", occupation_kind="" if digs else "fence", squad=self.squad, traffic_plan="半幅施工，设专人疏导",
            restoration_plan="原状恢复", safety_measures="围挡、警示灯、夜间值守", latitude=PLACE[0], longitude=PLACE[1],
        )  # fmt: skip
        return self.application

    def segments(self, road: Road | None, part: str, *, digs: bool) -> list[Segment]:
        length = Decimal(self.random.choice(("6.0", "12.5", "17.2", "30.0", "45.0")))
        width = (
            Decimal(self.random.choice(("0.6", "0.8", "1.0"))) if digs else Decimal(self.random.choice(("2.0", "3.0")))
        )
        surface = "asphalt" if part == SpaceKind.CARRIAGEWAY else "coloured_sidewalk"
        kerb = Decimal(2) if digs and self.number % 4 == 0 else Decimal(0)
        return [
            Segment(
                act=ActKind.DIG if digs else ActKind.OCCUPY, road=road, stretch=f"K0+{self.number:03d}", part=part,
                surface=surface, length=length, width=width, area=area_of(length, width), kerb=kerb,
                depth=Decimal("1.2") if digs else None,
            )
        ]  # fmt: skip

    def receive(self) -> Story:
        with on(self.day, 9, 30):
            window.receive(self.application, Step(self.cast.window))
        return self

    def hand_in(self) -> Story:
        with on(self.day, 9, 35):
            handed = self.application.materials.filter(mandatory=True).values_list("pk", flat=True)
            window.tick_materials(self.application, window.Receipt(frozenset(handed)), by=self.cast.window)
        return self

    def accept(self) -> Story:
        with on(self.day, 10):
            window.accept(self.application, Step(self.cast.section))
        return self

    # --- Survey to decision -------------------------------------------------------------------------------------------

    def assign(self) -> Story:
        with on(self.day, 11):
            surveys.assign(self.application, Crew(*self.crew, squad=self.squad), Step(self.cast.section))
        return self

    def survey(self, *, opinion: str = "agree") -> Story:
        survey = surveys.open_survey(self.application)
        with on(self.day, 15):
            SurveyPhoto.objects.bulk_create(
                SurveyPhoto(
                    survey=survey, file=name, original_name="现场照片.jpg", content_type="image/jpeg", size=9000,
                    sha256=f"{index}", source_sha256=f"{self.number}-{index}", shot_at=self.moment,
                    latitude=PLACE[0], longitude=PLACE[1], uploaded_by=self.cast.section,
                )
                for index, name in enumerate(self.cast.photos)
            )  # fmt: skip
            measures = {each.pk: (each.length, each.width, each.surface) for each in self.application.segments.all()}
            facts = SurveyFacts(opinion, "位置属实，具备施工条件。", self.moment, PLACE, measures)
            surveys.complete_survey(self.application, facts, Step(self.cast.section))
        return self

    def police(self, outcome: str = OpinionOutcome.AGREE) -> Story:
        with on(self.day, 16):
            answer = Answer(OpinionBody.POLICE, outcome, note="按交通组织方案实施", signer="警示例")
            opinions.record_opinion(self.application, answer, Step(self.cast.section))
        return self

    def charge(self) -> Story:
        """Every fee that is due, by the tariff of the day."""
        with on(self.day, 16, 30):
            for kind in charging.kinds_due(self.application):
                fees.assess(self.application, Asked(kind, self.day), by=self.cast.section)
        return self

    def review(self) -> Story:
        with on(self.day, 17):
            opinions.to_review(self.application, Step(self.cast.section))
        return self

    def grant(self) -> Story:
        with on(self.day, 15):
            decisions.grant(self.application, Verdict(CONDITIONS, "分示例"), Step(self.cast.section))
        return self

    def deny(self, reason: str) -> Story:
        with on(self.day, 15):
            decisions.deny(self.application, Verdict(reason, "分示例"), Step(self.cast.section))
        return self

    def signed_offline(self, words: str) -> Story:
        with on(self.day, 14):
            approval = OfflineApproval(
                subject="准予许可", words=words, signer="分示例", on_behalf_of="局示例", signed_on=self.day
            )
            records.record_approval(self.application, approval, by=self.cast.section)
        return self

    # --- Money and licence --------------------------------------------------------------------------------------------

    @property
    def owes(self) -> bool:
        return FeeAssessment.objects.filter(application=self.application).exists()

    def demand(self) -> Story:
        if self.owes:
            with on(self.day, 15, 30):
                decisions.demand_fee(self.application, Step(self.cast.finance))
        return self

    def pay(self) -> Story:
        with on(self.day, 11):
            for row in FeeAssessment.objects.filter(application=self.application):
                receipt = f"湘财通字（演示）{self.number:04d}{'Z' if row.kind == ChargeKind.OCCUPATION else 'W'}"
                payment = FeePayment(assessment=row, amount=row.due, paid_on=self.day, receipt_number=receipt)
                fees.record_payment(payment, by=self.cast.finance)
        return self

    def issue(self) -> Story:
        with on(self.day, 14):
            decisions.issue(self.application, Step(self.cast.window), licence_number=self.licence_number())
            decisions.record_delivery(self.application, Step(self.cast.window))
            decisions.record_publication(self.application, Step(self.cast.window))
        return self

    def licence_number(self) -> str:
        """The next of the register that signed licences take theirs from; the licence itself is not drawn for the demo."""
        series, defaults = series_of(PaperKind.LICENCE)
        return take_numbers(series, year=self.day.year, defaults=defaults)[0]

    # --- On the site --------------------------------------------------------------------------------------------------

    def start(self) -> Story:
        self.until(self.application.starts_on)
        with on(self.day, 8, 30):
            supervision.start(self.application, Step(self.cast.section))
            self._inspect("start", passed=True)
        return self

    def _inspect(self, kind: str, *, passed: bool, note: str = "") -> Inspection:
        first, second = self.crew
        inspection = Inspection(
            first=first, second=second, kind=kind, happened_at=timezone.now(), passed=passed, note=note, signs=passed
        )
        return supervision.record_inspection(self.application, inspection, Step(self.cast.section))

    def find_fault(self) -> Story:
        with on(self.day, 10):
            seen = self._inspect("weekly", passed=False, note="围挡不连续，缺夜间警示灯")
            demand = supervision.Demand("补齐围挡和夜间警示灯", self.day + timedelta(days=2), seen)
            supervision.order_rectification(self.application, demand, Step(self.cast.section))
        return self

    def mended(self) -> Story:
        with on(self.day, 16):
            supervision.rectified(self.application, Step(self.cast.section, note="已补齐，现场复核属实"))
        return self

    def complete(self) -> Story:
        with on(self.day, 17):
            supervision.complete(self.application, Step(self.cast.section))
        return self

    def check(self, *, passed: bool = True) -> Story:
        first, second = self.crew
        with on(self.day, 10):
            check = RestorationCheck(
                first=first, second=second, happened_at=timezone.now(), passed=passed, police_present=passed,
                police_officer="警示例", note="" if passed else "面层低于原路面，重新铺筑",
                restored_area=self.application.total_area, redo_by=None if passed else self.day + timedelta(days=5),
            )  # fmt: skip
            supervision.check_restoration(self.application, check, Step(self.cast.section))
        return self

    def close(self) -> Story:
        with on(self.day, 16):
            supervision.close(self.application, Step(self.cast.section))
        return self

    # --- The usual course, as far as it goes --------------------------------------------------------------------------

    def to_accepted(self) -> Story:
        return self.receive().hand_in().accept()

    def to_surveyed(self) -> Story:
        return self.to_accepted().assign().later(1 + self.number % 2).survey().police()

    def to_review(self) -> Story:
        return self.to_surveyed().charge().review()

    def to_granted(self) -> Story:
        return self.to_review().later(1 + self.number % 2).grant()

    def to_issued(self) -> Story:
        return self.to_granted().demand().later(1).pay().issue()

    def to_active(self) -> Story:
        return self.to_issued().start()

    def to_restored(self) -> Story:
        self.to_active()
        return self.until(self.application.ends_on).complete().later(1 + self.number % 3).check()


def roads() -> tuple[cycle[Road], dict[str, Road]]:
    """Those a common permit may use: managed by the district and free to dig; and all of them by name."""
    today = timezone.localdate()
    by_name = {road.name: road for road in Road.objects.order_by("pk")}
    free = [
        road
        for road in by_name.values()
        if road.manager == "district"
        and not road.protection_on(today - timedelta(days=600))
        and not road.protection_on(today)
    ]
    return cycle(free), by_name
