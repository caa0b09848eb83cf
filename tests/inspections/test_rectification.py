"""The unit reports, the office reviews: facts, flags, photos used before, two reviewers at once, more time."""

import io
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from PIL import Image

from inspections.models import Extension, Finding, FindingPhoto, RectificationReport, Review
from inspections.workflow import findings as workflow
from inspections.workflow import orders, rectification
from inspections.workflow.steps import TransitionNotAllowed
from staff.models import Activity, Message
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.inspections import ItemFactory, in_state, make_finding, moment, review
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def street():
    return UnitFactory(squad=SquadFactory())


@pytest.fixture
def contact(street):
    return UserFactory(role=Roles.STREET_CONTACT, unit=street)


@pytest.fixture
def office():
    return UserFactory(role=Roles.ASSESSMENT_OFFICE)


def picture(colour="teal", shot=None):
    target = io.BytesIO()
    exif = Image.Exif()
    if shot is not None:
        exif[0x0132] = timezone.localtime(shot).strftime("%Y:%m:%d %H:%M:%S")
    Image.new("RGB", (64, 48), colour).save(target, "JPEG", exif=exif)
    return SimpleUploadedFile("IMG.jpg", target.getvalue(), "image/jpeg")


def report(finding, by, **more):
    return rectification.report_rectified(finding, by=by, done="已清运并清洗地面", **more)


def test_a_report_stores_what_was_done_and_tells_the_office(contact, street, office):
    finding = in_state("ordered", unit=street)
    made = report(finding, contact, person="责示例", photos=[picture(shot=timezone.now())])
    finding.refresh_from_db()
    assert (finding.state, made.round, made.flag) == ("reported", 1, "")
    assert made.photos.get().kind == "after"
    assert finding.number in Message.objects.get(recipient=office).text
    assert Activity.objects.about(finding).first().title == "反馈整改"


@pytest.mark.parametrize(
    ("more", "flag"),
    [
        ({}, "没有整改后照片"),
        ({"finished_at": moment(2026, 3, 5)}, "早于交办送达"),
    ],
)
def test_what_looks_odd_is_flagged_never_refused(contact, street, office, more, flag):
    finding = make_finding(unit=street, found_at=moment(2026, 3, 4))
    orders.order_findings([finding], by=office, delivered_at=moment(2026, 3, 6))
    assert flag in report(finding, contact, **more).flag


@pytest.mark.parametrize("finished", [moment(2020, 1, 1), timezone.now() + timedelta(days=1)])
def test_a_time_that_cannot_be_is_refused_at_its_field(contact, street, finished):
    finding = in_state("ordered", unit=street)
    with pytest.raises(Refused) as refusal:
        report(finding, contact, finished_at=finished)
    assert refusal.value.field == "finished_at"
    assert not RectificationReport.objects.exists()


def test_an_after_photo_used_on_another_finding_is_refused_and_nothing_is_stored(contact, street):
    first, second = in_state("ordered", unit=street), in_state("ordered", unit=street)
    report(first, contact, photos=[picture("red")])
    with pytest.raises(Refused, match=first.number) as refusal:
        report(second, contact, photos=[picture("blue"), picture("red")])
    assert refusal.value.field == "photos"
    second.refresh_from_db()
    assert (second.state, second.photos.count(), second.reports.count()) == ("ordered", 0, 0)


def test_two_reports_with_the_same_photo_at_once_are_told_in_words(contact, street, monkeypatch):
    """The other report is stored between the look for used photos and the insert."""
    first, second = in_state("ordered", unit=street), in_state("ordered", unit=street)
    looked, check = [], rectification.check_unused

    def late_look(*args, **more):
        if looked:
            check(*args)
        looked.append(args)

    report(first, contact, photos=[picture("red")])
    monkeypatch.setattr(rectification, "check_unused", late_look)
    with pytest.raises(Refused, match=first.number) as refusal:
        report(second, contact, photos=[picture("red")])
    assert refusal.value.field == "photos"
    second.refresh_from_db()
    assert (second.state, second.reports.count()) == ("ordered", 0)


def test_a_photo_of_the_problem_is_no_photo_after_it_nor_is_the_one_of_the_last_report(contact, street, office):
    finding = in_state("ordered", unit=street)
    rectification.add_photo(finding, picture("grey"), "near", by=office)
    with pytest.raises(Refused, match="整改前"):
        report(finding, contact, photos=[picture("grey")])
    report(finding, contact, photos=[picture("white")])
    review(finding, office, "returned")
    with pytest.raises(Refused, match="上一次反馈"):
        report(finding, contact, photos=[picture("white")])


@pytest.mark.parametrize(
    ("shot", "flag"),
    [(None, "没有拍摄时间"), (moment(2020, 1, 1), "早于交办送达"), ("now", "")],
)
def test_an_after_photo_without_time_or_older_than_the_order_is_taken_and_flagged(contact, street, shot, flag):
    finding = in_state("ordered", unit=street)
    shot = timezone.now() + timedelta(minutes=1) if shot == "now" else shot
    made = report(finding, contact, photos=[picture(shot=shot)])
    photo = made.photos.get()
    assert (flag in photo.flag) if flag else photo.flag == ""


def test_what_is_no_picture_is_refused_at_the_field(contact, street):
    finding = in_state("ordered", unit=street)
    with pytest.raises(Refused) as refusal:
        report(finding, contact, photos=[SimpleUploadedFile("x.jpg", b"no picture")])
    assert refusal.value.field == "photos"


def test_passed_closes_at_the_review_and_that_decides_whether_it_was_in_time(contact, street, office):
    """Reported in time, checked too late: late (按期以复查合格为准)."""
    finding = make_finding(unit=street, found_at=moment(2026, 3, 4), item=ItemFactory(rectify_hours=24))
    orders.order_findings([finding], by=office, delivered_at=moment(2026, 3, 5))
    report(finding, contact, finished_at=moment(2026, 3, 5, 12))
    rectification.review_finding(finding, outcome="passed", by=office, reviewed_at=moment(2026, 3, 7))
    finding.refresh_from_db()
    assert (finding.state, finding.closed_at, finding.is_overdue) == ("closed", moment(2026, 3, 7), True)


def test_sent_back_and_false_count_apart_and_the_unit_is_told_why(contact, street, office):
    finding = in_state("reported", unit=street)
    review(finding, office, "returned", "角落未清理")
    report(finding, contact)
    review(finding, office, "false", "照片不是现场")
    finding.refresh_from_db()
    assert (finding.state, finding.send_backs, finding.false_reports, finding.closed_at) == ("returned", 1, 1, None)
    texts = " ".join(Message.objects.filter(recipient=contact).values_list("text", flat=True))
    assert "角落未清理" in texts
    assert "照片不是现场" in texts
    report(finding, contact)
    review(finding, office, "passed")
    assert list(finding.reviews.values_list("report__round", "outcome")) == [
        (1, "returned"),
        (2, "false"),
        (3, "passed"),
    ]


@pytest.mark.parametrize("outcome", ["returned", "false"])
def test_sending_back_needs_a_reason(office, outcome):
    with pytest.raises(Refused) as refusal:
        review(in_state("reported"), office, outcome, "")
    assert refusal.value.field == "reason"
    assert not Review.objects.exists()


def test_a_review_before_the_work_was_done_is_flagged(office, street, contact):
    finding = make_finding(unit=street, found_at=moment(2026, 3, 4))
    orders.order_findings([finding], by=office, delivered_at=moment(2026, 3, 5))
    report(finding, contact, finished_at=moment(2026, 3, 6))
    made = rectification.review_finding(finding, outcome="passed", by=office, reviewed_at=moment(2026, 3, 5, 12))
    assert "早于" in made.flag


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_wins_and_the_other_is_told_who():
    finding, users = in_state("reported"), UserFactory.create_batch(2)
    outcomes = []

    def judge(user, outcome):
        try:
            review(finding, user, outcome)
            outcomes.append(("won", str(user)))
        except TransitionNotAllowed as refusal:
            outcomes.append(("told", str(refusal)))
        finally:
            connection.close()

    threads = [threading.Thread(target=judge, args=pair) for pair in zip(users, ("passed", "returned"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told, won = sorted(outcomes)
    assert (told[0], won[0]) == ("told", "won")
    assert won[1] in told[1]
    assert Review.objects.count() == 1


# --- More time --------------------------------------------------------------------------------------------------------


def ask(finding, by, days=3):
    until = timezone.now() + timedelta(days=days)
    return rectification.ask_extension(finding, by=by, reason="雨天无法施工", until=until)


def test_granted_moves_the_deadline_and_says_so(contact, street, office):
    finding = in_state("ordered", unit=street)
    extension = ask(finding, contact)
    answered = rectification.answer_extension(extension, by=office, granted=True)
    finding.refresh_from_db()
    assert (finding.due_at, answered.state) == (extension.until, "granted")
    assert "延至" in Message.objects.filter(recipient=contact).first().text
    assert Activity.objects.about(finding).first().changes["整改期限"][0]


def test_refused_needs_a_reason_and_leaves_the_deadline(contact, street, office):
    finding = in_state("ordered", unit=street)
    before, extension = finding.due_at, ask(finding, contact)
    with pytest.raises(Refused) as refusal:
        rectification.answer_extension(extension, by=office, granted=False)
    assert refusal.value.field == "answer"
    rectification.answer_extension(extension, by=office, granted=False, answer="可以先行清理")
    finding.refresh_from_db()
    assert finding.due_at == before


def test_asked_after_the_deadline_is_recorded_and_flagged_and_cannot_be_granted(contact, street, office):
    finding = in_state("ordered", unit=street)
    Finding.objects.filter(pk=finding.pk).update(due_at=timezone.now() - timedelta(hours=1))
    extension = ask(finding, contact)
    assert extension.is_late
    with pytest.raises(Refused, match="期满后"):
        rectification.answer_extension(extension, by=office, granted=True)
    assert Extension.objects.get().state == "pending"


def test_asked_in_time_but_answered_after_the_deadline_can_only_be_refused(contact, street, office):
    """The new date would erase what is late by then."""
    finding = in_state("ordered", unit=street)
    extension = ask(finding, contact)
    expired = timezone.now() - timedelta(days=4)
    Finding.objects.filter(pk=finding.pk).update(due_at=expired)
    assert not extension.is_late
    with pytest.raises(Refused, match="期满后不能再准予延期。请答复不同意") as refusal:
        rectification.answer_extension(extension, by=office, granted=True)
    assert refusal.value.field == "granted"
    answered = rectification.answer_extension(extension, by=office, granted=False, answer="已经期满")
    finding.refresh_from_db()
    assert (answered.state, finding.due_at) == ("refused", expired)


def test_the_second_to_answer_is_told_who_was_first(contact, street, office):
    extension = ask(in_state("ordered", unit=street), contact)
    rectification.answer_extension(extension, by=office, granted=True)
    with pytest.raises(TransitionNotAllowed, match=str(office)):
        rectification.answer_extension(extension, by=UserFactory(), granted=False, answer="不同意延期")


@pytest.mark.parametrize("state", ["registered", "confirmed", "reported", "shelved", "closed", "deducted", "voided"])
def test_only_who_must_rectify_asks_for_time(contact, state):
    with pytest.raises(TransitionNotAllowed):
        ask(in_state(state), contact)


@pytest.mark.parametrize("step", ["report", "close", "void", "shelve"])
def test_a_request_that_nobody_answered_lapses_when_the_case_moves_on(contact, street, office, step):
    finding = in_state("ordered", unit=street)
    extension = ask(finding, contact)
    {
        "report": lambda: report(finding, contact),
        "close": lambda: workflow.close_finding(finding, by=office),
        "void": lambda: workflow.void_finding(finding, by=office, reason="登记有误"),
        "shelve": lambda: orders.shelve_finding(finding, by=office, reason="管线迁改后整改"),
    }[step]()
    assert Extension.objects.get().state == "lapsed"
    with pytest.raises(TransitionNotAllowed, match="不再需要"):
        rectification.answer_extension(extension, by=office, granted=True)


def test_one_request_at_a_time_to_a_later_day(contact, street):
    finding = in_state("ordered", unit=street)
    with pytest.raises(Refused) as refusal:
        ask(finding, contact, days=-1)
    assert refusal.value.field == "until"
    ask(finding, contact)
    with pytest.raises(Refused, match="已有一件"):
        ask(finding, contact)


# --- Round the code ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "refused"}, "extension_answered_whole"),
        ({"answered_at": timezone.now()}, "extension_answered_whole"),
    ],
)
def test_the_database_refuses_half_an_answer(contact, street, change, constraint):
    extension = ask(in_state("ordered", unit=street), contact)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Extension.objects.filter(pk=extension.pk).update(**change)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"granted_until": moment(2020, 1, 1)}, "extension_granted_beyond_deadline"),
        ({"granted_until": None}, "extension_granted_beyond_deadline"),
        ({"is_late": True}, "extension_granted_in_time"),
    ],
)
def test_the_database_refuses_a_grant_that_grants_nothing(contact, street, office, change, constraint):
    extension = ask(in_state("ordered", unit=street), contact)
    rectification.answer_extension(extension, by=office, granted=True)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Extension.objects.filter(pk=extension.pk).update(**change)


def test_the_database_refuses_two_open_requests_two_reviews_of_a_report_and_a_photo_twice(contact, street, office):
    finding = in_state("ordered", unit=street)
    extension = ask(finding, contact)
    extension.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        extension.save(force_insert=True)
    made = report(finding, contact, photos=[picture()])
    copy = made.photos.get()
    copy.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    assert FindingPhoto.objects.count() == 1
    review(finding, office, "passed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(finding=finding, report=made, outcome="passed")
    made.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"outcome": "returned", "reason": ""}, "review_failed_has_reason"),
        ({"outcome": "false", "reason": "x", "report": None}, "review_failed_has_report"),
    ],
)
def test_the_database_refuses_a_failed_review_without_reason_or_report(change, constraint):
    made = in_state("closed").reviews.get()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Review.objects.filter(pk=made.pk).update(**change)


def test_one_picture_chosen_twice_is_named_as_such():
    finding, once = in_state("ordered"), picture()
    twice = SimpleUploadedFile("again.jpg", once.read(), content_type="image/jpeg")
    once.seek(0)
    with pytest.raises(Refused, match="同一张照片选了两次"):
        rectification.report_rectified(finding, by=UserFactory(), done="已清理干净", photos=[once, twice])
