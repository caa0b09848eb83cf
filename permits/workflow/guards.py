"""What must hold before a step of ours, each with its article; and before a paper may go out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from django.utils import timezone

from permits.authority import city_road_ways
from permits.enums import OpinionBody, OpinionOutcome, PermitState
from permits.fee_standing import fee_standing
from permits.kinds import ChargeCause
from permits.models import Application, FeePayment, Survey
from permits.paper_kinds import PaperKind
from permits.protection import Protection
from permits.workflow.steps import Obstacle
from staff.models import Person, setting
from staff.officers import why_not_officer

SURVEY_LAW = "《行政许可法》第三十四条第三款"
TWO_BODIES = "《城市道路管理条例》第三十条"
PROTECTED = "《城市道路管理条例》第三十三条第二款"
FEES = "《城市道路管理条例》第三十七条"
PAID_EARLY, PAID_EARLY_ARTICLE = "paid_before_decision", f"{FEES}、《行政许可法》第五十八条"

Found = Iterator[Obstacle]


# --- What several steps ask -------------------------------------------------------------------------------------------


def protections(application: Application, day: date | None = None) -> list[Protection]:
    """The protections that hold on the dug segments when digging is to begin (道路条例 Art. 33(2))."""
    on = day or application.starts_on
    dug = [each for each in application.segments.select_related("road") if each.act == "dig" and each.road is not None]
    found = [each.road.protection_on(on) for each in dug]  # type: ignore[union-attr]
    return [each for each in found if each is not None]


def last_survey(application: Application) -> Survey | None:
    return application.surveys.order_by("-round").first()


def opinion_for(application: Application, body: str) -> str:
    """What a body last answered: agree, conditional, disagree, pending; "" where nobody asked."""
    rows = application.opinions.filter(body=body).order_by("-pk").values_list("outcome", flat=True)
    return rows.first() or ""


def survey_done(application: Application) -> Found:
    survey = last_survey(application)
    if survey is None or not survey.is_done:
        yield Obstacle("no-survey", "还没有现场查勘结果。请先派单并登记查勘", SURVEY_LAW)
    elif len(survey.officers) < 2:
        yield Obstacle("survey-by-one", "查勘人员不足两人。请补齐或重新查勘", SURVEY_LAW)


def police_agreed(application: Application) -> Found:
    outcome = opinion_for(application, OpinionBody.POLICE)
    if outcome == OpinionOutcome.DISAGREE:
        yield Obstacle("police-against", "公安交管部门不同意。请作不予许可决定或者重新征求意见", TWO_BODIES)
    elif outcome not in OpinionOutcome.FOR:
        yield Obstacle("no-police", "缺公安交管部门意见。请先登记交管意见", TWO_BODIES)


def government_approved(application: Application) -> Found:
    for protection in protections(application)[:1]:
        if opinion_for(application, OpinionBody.GOVERNMENT) not in OpinionOutcome.FOR:
            yield Obstacle(
                "protected-road", f"禁挖期未满（{protection.until}止），缺县级以上城市人民政府批准。请先报批", PROTECTED
            )


def fee_assessed(application: Application) -> Found:
    standing = fee_standing(application)
    if standing.chargeable and not standing.assessed:
        yield Obstacle("fee-not-assessed", "费用还没有核算。请在“费用”页核算或者登记免收", FEES)


def areas_add_up(application: Application) -> Found:
    segments = list(application.segments.all())
    if not segments:
        yield Obstacle("no-segments", "没有路段。请填写位置、长、宽和面积", "《行政许可法》第三十一条", "segments")
        return
    total = sum(segment.area for segment in segments)
    if total != application.total_area:
        yield Obstacle(
            "areas-do-not-add-up", f"总面积 {application.total_area} ㎡ 不等于各路段之和 {total} ㎡。请更正",
            "《行政许可法》第三十一条", "total_area",
        )  # fmt: skip


# --- Window -----------------------------------------------------------------------------------------------------------


def has_identity(application: Application) -> Found:
    if not application.applicant_code:
        what = "统一社会信用代码" if application.applicant_kind == "unit" else "身份证号"
        yield Obstacle("no-identity", f"没有填写申请人的{what}。请补填", "《行政许可法》第三十一条", "applicant_code")


def before_receive(application: Application) -> Found:
    yield from has_identity(application)
    if not application.item.is_valid_on(application.received_on or timezone.localdate()):
        yield Obstacle(
            "item-not-in-force",
            f"{application.item}在收件日期不在施行期。请改选现行版本",
            "《行政许可法》第三十条",
            "item",
        )


TOLD_ONCE = (
    "已告知过一次，不得再次告知：补来的先在“核对材料”登记；告知书列明而没有补正的，可以作出不予受理决定并说明理由"
)


def before_accept(application: Application) -> Found:
    yield from has_identity(application)
    yield from areas_add_up(application)
    missing = [each.name for each in application.materials.all() if each.is_missing]
    if missing:
        advice = "请一次性告知补正" if application.supplement_told_on is None else TOLD_ONCE
        yield Obstacle(
            "materials-missing",
            f"缺材料：{'、'.join(missing)}。{advice}",
            "《行政许可法》第三十二条第一款第四项",
            "materials",
        )
    yield from city_roads(application)


def city_roads(application: Application) -> Found:
    if words := city_road_ways(application):
        yield Obstacle("city-road", words, "《行政许可法》第三十二条第一款第二项")


def before_supplement_notice(application: Application) -> Found:
    if application.supplement_told_on is not None:
        yield Obstacle(
            "second-supplement", f"{application.supplement_told_on}已告知过补正；需要补正的内容只能一次告知。请受理",
            "《行政许可法》第三十二条第一款第四项", "items",
        )  # fmt: skip


def supplement_notice_late(application: Application, day: date) -> Found:
    if application.supplement_due is not None and day > application.supplement_due:
        yield Obstacle(
            "notice-late", f"补正告知期限是{application.supplement_due}，逾期不告知的自收件之日起即为受理",
            "《行政许可法》第三十二条第一款第四项",
        )  # fmt: skip


def before_transfer(application: Application) -> Found:
    if not list(city_roads(application)):
        yield Obstacle("no-city-road", "没有市管路段，不能转报市局。请受理，或者更正路段", "《行政许可法》第三十二条")


def is_changing(application: Application) -> bool:
    return application.state == PermitState.CHANGING


def has_open_order(application: Application) -> bool:
    return application.rectifications.filter(done_on=None).exists()


def has_no_use(application: Application, edge: str) -> bool:
    """Whether a step makes no sense in this case, so that no button offers it; posted all the same it says why."""
    match edge:
        case "transfer":
            return not list(city_roads(application))
        case "ask_government":
            return not protections(application)
        case "demand_fee":
            return not fee_standing(application).chargeable
        case "rectified":
            return is_changing(application) and not has_open_order(application)
    return False


# --- Survey -----------------------------------------------------------------------------------------------------------


def officers_stand(application: Application, people: Iterable[Person | None]) -> Found:
    """Two people, neither of them with a stake in the matter."""
    present = [person for person in people if person is not None]
    if len({person.pk for person in present}) < 2:
        yield Obstacle("not-two-officers", "应当指派两名以上工作人员", SURVEY_LAW, "second")
    parties = {
        application.applicant_name, application.agent_name, application.legal_representative, application.contact,
        application.builder_head,
    } - {""}  # fmt: skip
    for person in present:
        if person.name in parties:
            yield Obstacle(
                "conflict-of-interest", f"{person.name}与申请人一方人员同名，可能有利害关系。请回避或者改派",
                "《公务员法》第七十六条", "first",
            )  # fmt: skip


def certificate_warnings(people: Iterable[Person | None], day: date) -> list[str]:
    """A missing certificate is no obstacle to a survey (unlike in enforcement): it is told."""
    found = (why_not_officer(person, day) for person in people if person is not None)
    return [words.replace("，不能作为执法人员", "（查勘不受影响，涉及执法时不得主办）") for words in found if words]


def survey_is_whole(survey: Survey) -> Found:
    """What the survey record must hold before it is done."""
    photos, least = survey.photos.count(), int(setting("permits.survey_photos"))
    if photos < least:
        yield Obstacle("few-photos", f"查勘照片只有 {photos} 张，至少 {least} 张。请补拍", SURVEY_LAW, "photos")
    if survey.latitude is None and not survey.photos.exclude(latitude=None).exists():
        yield Obstacle("no-position", "没有定位。请打开定位后重新取得位置", SURVEY_LAW, "latitude")
    measured = set(survey.measurements.values_list("segment_id", flat=True))
    if set(survey.application.segments.values_list("pk", flat=True)) - measured:
        yield Obstacle("not-measured", "有路段没有实测长宽。请逐段填写", SURVEY_LAW, "measurements")
    if not (survey.first_signed and survey.second_signed):
        yield Obstacle("not-signed", "两名查勘人员应当都签名。请补签", SURVEY_LAW, "second_signed")


# --- Review and decision ----------------------------------------------------------------------------------------------


def before_review(application: Application) -> Found:
    yield from survey_done(application)
    yield from police_agreed_or_answered(application)
    yield from government_approved(application)
    yield from fee_assessed(application)


def police_agreed_or_answered(application: Application) -> Found:
    """The session may decide on a refusal, too: an answer is enough to bring the case before it."""
    if opinion_for(application, OpinionBody.POLICE) in ("", OpinionOutcome.PENDING):
        yield Obstacle("no-police", "缺公安交管部门意见。请先登记交管意见", TWO_BODIES)


def before_grant(application: Application) -> Found:
    yield from city_roads(application)
    yield from areas_add_up(application)
    yield from survey_done(application)
    yield from police_agreed(application)
    yield from government_approved(application)


def before_deny(application: Application) -> Found:
    yield from survey_done(application)


def decided_early(application: Application, day: date) -> Found:
    if application.accepted_on is not None and day < application.accepted_on:
        words = f"决定日期早于受理日期（{application.accepted_on}）。请核对"
        yield Obstacle("decided-before-acceptance", words, "《行政许可法》第四十二条", "on")


def charged_before(application: Application, day: date) -> Found:
    """A payment was entered while nothing was decided: that it came too early is known once it is."""
    paid = FeePayment.objects.filter(assessment__application=application, voided_at=None, paid_on__lt=day)
    first = paid.order_by("paid_on").values_list("paid_on", flat=True).first()
    if first is not None:
        yield Obstacle(PAID_EARLY, f"决定作出前（{first}）已收费", PAID_EARLY_ARTICLE, fact=True)


def decided_late(application: Application, day: date) -> Found:
    if application.decide_due is not None and day > application.decide_due:
        yield Obstacle(
            "decided-late",
            f"决定作出于{day}，法定期限是{application.decide_due}",
            "《行政许可法》第四十二条",
            fact=True,
        )


def change_decided_late(application: Application, day: date) -> Found:
    if application.change_due is not None and day > application.change_due:
        yield Obstacle(
            "change-decided-late",
            f"变更决定作出于{day}，法定期限是{application.change_due}",
            "《行政许可法》第四十二条、第四十九条",
            fact=True,
        )


def before_government(application: Application) -> Found:
    if not protections(application):
        yield Obstacle("not-protected", "没有处于禁挖期的路段，不需要报政府批准。请提交会审", PROTECTED)


def before_extension(application: Application, day: date) -> Found:
    if application.extended_on is not None:
        yield Obstacle(
            "second-extension", f"{application.extended_on}已延长过一次，不得再延", "《行政许可法》第四十二条"
        )
    if application.decide_due is not None and day > application.decide_due:
        yield Obstacle(
            "extension-late",
            f"法定期限{application.decide_due}已过，不能再批准延长。请尽快作出决定",
            "《行政许可法》第四十二条",
        )


def before_fee_notice(application: Application) -> Found:
    standing = fee_standing(application)
    if not standing.chargeable:
        yield Obstacle("not-chargeable", "不是城管（市政）部门管理的道路，不收费。请直接发证", FEES)
    yield from fee_assessed(application)


def before_issue(application: Application) -> Found:
    standing = fee_standing(application)
    if standing.chargeable and not standing.assessed:
        yield from fee_assessed(application)
    elif not standing.settled:
        yield Obstacle("fee-not-settled", "费用未缴清，也未批准免收。请先登记缴款或者免收", FEES)


def owes_supplement(application: Application) -> bool:
    """What a granted change costs more is assessed and not all paid."""
    rows = application.assessments.current().filter(cause=ChargeCause.CHANGE)
    return any(open_sum > 0 for _, open_sum in rows.open_sums())


def before_licence(application: Application) -> Found:
    """Beside the money: an authority that we do not have is not made good by a decision that was recorded."""
    yield from city_roads(application)
    yield from before_issue(application)


def issued_late(application: Application, day: date) -> Found:
    if application.deliver_due is not None and day > application.deliver_due:
        yield Obstacle(
            "issued-late",
            f"发证于{day}，应在{application.deliver_due}前颁发、送达",
            "《行政许可法》第四十四条",
            fact=True,
        )


# --- On the site ------------------------------------------------------------------------------------------------------


def before_start(application: Application, day: date) -> Found:
    if not application.runs_on(day):
        yield Obstacle(
            "start-outside-period", f"开工日期不在许可期限（{application.starts_on}至{application.ends_on}）内",
            "《城市道路管理条例》第三十六条", "on",
        )  # fmt: skip
    if application.issued_on is None or day < application.issued_on:
        yield Obstacle("start-without-licence", "还没有发证即开工", "《城市道路管理条例》第二十七条、第三十一条")


def before_change(application: Application, day: date) -> Found:
    if day > application.ends_on:
        yield Obstacle(
            "change-after-end",
            f"许可期限已于{application.ends_on}届满，变更应当提前办理。请重新申请；超期部分按第四十二条第六项处理",
            "《城市道路管理条例》第三十六条", "filed_on",
        )  # fmt: skip


def before_passing(application: Application, police_present: bool, day: date) -> Found:
    done = application.completed_on
    if application.state == PermitState.COMPLETION and done is not None and day < done:
        yield Obstacle(
            "passed-before-completion", f"验收时间早于竣工（清场）日期（{done}）。请核对", "《城市道路管理条例》第三十五条",
            "happened_at",
        )  # fmt: skip
    if not police_present:
        yield Obstacle(
            "no-joint-acceptance", "公安交管部门没有参加验收，不能恢复通行。请通知交管部门共同验收",
            "《道路交通安全法》第三十二条", "police_present",
        )  # fmt: skip


def two_inspectors(people: Iterable[Person | None]) -> Found:
    if len({person.pk for person in people if person is not None}) < 2:
        yield Obstacle(
            "inspected-by-one", "监督检查、验收应当由两名以上执法人员进行", "《行政处罚法》第四十二条", "second"
        )


def certified(people: Iterable[Person | None], day: date) -> Found:
    """Who inspects enforces: without a valid card nobody does (a survey only warns of it)."""
    for person in people:
        if person is not None and (words := why_not_officer(person, day)):
            yield Obstacle(
                "no-certificate",
                f"{words.removesuffix('。')}。请换有执法资格的人员",
                "《行政处罚法》第四十二条",
                "first",
            )


def before_closing(application: Application, day: date) -> Found:
    if application.warranty_until is not None and day <= application.warranty_until:
        yield Obstacle(
            "in-warranty", f"质保期至{application.warranty_until}，期满后归档", "《城市道路管理条例》第十八条"
        )


def before_ending(application: Application, heard_on: date | None) -> Found:
    if heard_on is None:
        yield Obstacle("not-heard", "没有听取当事人陈述、申辩。请先听取并登记日期", "《行政许可法》第七条", "heard_on")


# --- Papers -----------------------------------------------------------------------------------------------------------

_S = PermitState
DECIDED_FOR = (*_S.LIVE, *_S.RESTORING)
AFTER_LICENCE = (*_S.ON_SITE, _S.RESTORED, _S.WARRANTY)  # what a change costs more is paid then
STANDS_IN: dict[str, tuple[tuple[str, ...], str, str]] = {
    PaperKind.RECEIPT: (tuple(_S.values), "《行政许可法》第三十二条", "先收件"),
    PaperKind.ACCEPTANCE: ((*_S.DECIDING, *DECIDED_FOR, _S.DENIED), "《行政许可法》第三十二条第二款", "先受理"),
    PaperKind.INTAKE_REFUSAL: ((_S.REFUSED_INTAKE, _S.TRANSFERRED), "《行政许可法》第三十二条第二款", "先登记不予受理"),
    PaperKind.SUPPLEMENT: ((_S.SUPPLEMENT,), "《行政许可法》第三十二条第一款第四项", "先登记补正告知"),
    PaperKind.NOT_REQUIRED: ((_S.NOT_REQUIRED,), "《行政许可法》第三十二条第一款第一项", "先登记无需许可"),
    PaperKind.WITHDRAWAL: ((_S.WITHDRAWN,), "《行政许可法》第二十九条", "先登记申请人撤件"),
    PaperKind.SPECIAL: ((_S.SPECIAL,), "《行政许可法》第四十五条", "先进入特别程序"),
    PaperKind.EXTENSION: (_S.DECIDING, "《行政许可法》第四十二条第一款", "已受理、未决定的才能延期"),
    PaperKind.POLICE_REQUEST: (_S.DECIDING, TWO_BODIES, "先受理"),
    PaperKind.REVIEW_SHEET: (
        (_S.IN_REVIEW, _S.DENIED, *DECIDED_FOR, _S.REVOKED, _S.WITHDRAWN_BY_AGENCY, _S.CANCELLED), SURVEY_LAW, "先提交集中会审",
    ),
    PaperKind.GRANT: (DECIDED_FOR, "《行政许可法》第三十八条第一款", "先作出准予决定"),
    PaperKind.REFUSAL: ((_S.DENIED,), "《行政许可法》第三十八条第二款", "先作出不予决定"),
    PaperKind.PAYMENT: ((_S.FEE_DUE, *AFTER_LICENCE), FEES, "先通知缴费"),
    PaperKind.LICENCE: (
        (_S.GRANTED, _S.FEE_DUE, _S.ISSUED, _S.ACTIVE, _S.CHANGING, _S.RECTIFYING), "《行政许可法》第三十九条", "先作出准予决定",
    ),
    PaperKind.SITE_BOARD: (_S.VALID, "《城市道路管理条例》第三十五条", "先发证"),
    PaperKind.ADJUSTMENT: ((_S.ACTIVE, _S.STOPPED), "《城市道路管理条例》第三十八条", "先登记调整决定"),
    PaperKind.INSPECTION: ((*_S.ON_SITE, *_S.RESTORING), "《行政许可法》第六十一条", "先登记监督检查"),
    PaperKind.RECTIFY: ((_S.RECTIFYING, _S.CHANGING, _S.REWORK), "《城市道路管理条例》第四十二条", "先登记责令改正"),
    PaperKind.COMPLETION: (
        (_S.COMPLETION, _S.REWORK, *_S.RESTORING), "《城市道路管理条例》第三十五条", "先登记竣工（清场）"
    ),
    PaperKind.REVOCATION: ((_S.REVOKED,), "《行政许可法》第六十九条", "先登记撤销决定"),
    PaperKind.AGENCY_WITHDRAWAL: ((_S.WITHDRAWN_BY_AGENCY,), "《行政许可法》第八条", "先登记撤回决定"),
    PaperKind.CANCELLATION: ((_S.CANCELLED,), "《行政许可法》第七十条", "先登记注销决定"),
}  # fmt: skip

ALSO: dict[str, Callable[[Application], Iterable[Obstacle]]] = {
    PaperKind.GRANT: before_grant,
    PaperKind.LICENCE: before_licence,
}


def why_not_paper(application: Application, kind: str) -> str:
    """Why a paper of this kind may not go out now, with the article and what to do first; "" if it may."""
    words = wanting_record(application, kind)
    if words:
        return words
    states, article, first = STANDS_IN.get(kind, ((), "", ""))
    if states and application.state not in states:
        return f"目前是“{application.get_state_display()}”。请{first.removeprefix('请')}（{article}）。"
    found = [each for each in ALSO.get(kind, lambda _: ())(application) if not each.fact]
    return "；".join(str(each) for each in found)


def wanting_record(application: Application, kind: str) -> str:
    """Papers that stand on a row of their own: a survey, a change, a report of an emergency."""
    match kind:
        case PaperKind.RECEIPT if application.received_on is None:
            return "还没有收件。请先收件（《行政许可法》第三十二条）。"
        case PaperKind.SURVEY if not application.surveys.exclude(surveyed_at=None).exists():
            return f"还没有查勘结果。请先登记查勘（{SURVEY_LAW}）。"
        case PaperKind.EMERGENCY if not hasattr(application, "emergency"):
            return "没有抢修报备。请先登记抢修报备（《城市道路管理条例》第三十四条）。"
        case PaperKind.RECTIFY if is_changing(application) and not has_open_order(application):
            return "没有未改正的责令。请先登记责令改正（《城市道路管理条例》第四十二条）。"
        case PaperKind.PAYMENT if application.state in AFTER_LICENCE and not owes_supplement(application):
            return f"已经发证，没有未缴清的变更补缴，不用再通知缴款。要补缴的，请先在“费用”页核定（{FEES}）。"
        case PaperKind.CHANGE_GRANT | PaperKind.CHANGE_REFUSAL:
            outcome = "granted" if kind == PaperKind.CHANGE_GRANT else "denied"
            if not application.changes.filter(outcome=outcome).exists():
                return "没有相应的变更决定。请先决定变更申请（《城市道路管理条例》第三十六条）。"
    return ""
