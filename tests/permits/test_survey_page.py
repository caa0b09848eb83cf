"""The survey on the phone: several photos at once, each for itself; an area that differs is told, not refused."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from permits.documents.building import build
from permits.enums import PermitState
from permits.models import SurveyPhoto
from permits.paper_kinds import PaperKind
from permits.taping import gap_of
from permits.workflow import surveys
from permits.workflow.steps import Step
from staff import workdays
from staff.models import CalendarYear, Setting, forget_settings
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories import permits as make
from tests.factories.boards import picture
from tests.factories.staff import SquadFactory, UserFactory
from tests.permits.conftest import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


@pytest.fixture
def surveying(section, officers):
    return make.make_surveying(section, officers)


def upload(client, application, *files):
    url = reverse("permits:survey-photo-add", args=[application.pk])
    return client.post(url, {"photos": files}, follow=True).content.decode()


def test_several_photos_at_once_and_one_bad_file_loses_none(at_section, surveying):
    broken = SimpleUploadedFile("坏的.jpg", b"no picture", content_type="image/jpeg")
    empty = SimpleUploadedFile("空的.jpg", b"", content_type="image/jpeg")
    page = upload(at_section, surveying, picture("red"), broken, picture("blue"), empty)
    assert SurveyPhoto.objects.count() == 2
    assert "照片已保存，共 2 张" in page
    assert "坏的.jpg：这不是能识别的照片" in page
    assert "空的.jpg：" in page


def test_none_and_too_many_are_refused_in_words(at_section, surveying):
    assert "上传" in upload(at_section, surveying)
    page = upload(at_section, surveying, *[picture(name=f"{n}.jpg") for n in range(10)])
    assert "一次最多 9 个文件（选了 10 个）" in page
    assert not SurveyPhoto.objects.exists()


def survey(application, by, *, width):
    segment = application.segments.get()
    make.photos_of(application.surveys.get(), by)
    measures = {segment.pk: (segment.length, Decimal(width), segment.surface)}
    facts = make.whole_facts(application)
    surveys.complete_survey(application, surveys.SurveyFacts("agree", "可以", position=facts.position, measures=measures),
                            Step(by))  # fmt: skip
    return make.fresh(application)


def test_an_area_that_differs_is_told_wherever_it_is_decided_and_stops_nothing(at_section, section, surveying):
    application = survey(surveying, section, width="0.80")
    assert application.state == PermitState.SURVEYED
    gap = gap_of(application)
    assert (gap.applied, gap.measured) == (Decimal("10.32"), Decimal("13.76"))
    for tab in ("application", "survey"):
        page = at_section.get(f"{application.get_absolute_url()}?tab={tab}").content.decode()
        assert "实测面积 13.76 ㎡，申报 10.32 ㎡，多 33.3%，超过 10%" in page
    assert "多 33.3%" in build(application, PaperKind.REVIEW_SHEET).survey


def test_how_much_may_differ_is_a_setting(section, surveying):
    application = survey(surveying, section, width="0.63")
    assert gap_of(application) is None  # 5 %
    Setting.objects.create(key="permits.area_tolerance", value="3", source="样例文件")
    forget_settings()
    assert gap_of(application).words.startswith("实测面积 10.84 ㎡，申报 10.32 ㎡，多 5%，超过 3%")
    forget_settings()


def test_who_is_sent_opens_the_survey_whichever_squad_it_was_given_to(section, officers):
    sent = UserFactory(role=Roles.SQUAD_MEMBER, unit=SquadFactory())
    officers[0].account = sent
    officers[0].save()
    application = make.make_accepted(section)
    surveys.assign(application, surveys.Crew(*officers, squad=SquadFactory()), Step(section))
    address = reverse("permits:survey-fill", args=[application.pk])
    assert signed_in(sent).get(address).status_code == 200
    other = UserFactory(role=Roles.SQUAD_MEMBER, unit=SquadFactory())
    assert signed_in(other).get(address).status_code == 404


def test_a_survey_without_its_opinion_is_kept_but_not_done(at_section, section, surveying):
    segment = surveying.segments.get()
    make.photos_of(surveying.surveys.get(), section)
    data = {
        "surveyed_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "latitude": "29.35", "longitude": "113.1", "opinion": "",
        f"length_{segment.pk}": "17.2", f"width_{segment.pk}": "0.6", f"surface_{segment.pk}": "asphalt",
        "first_signed": "on", "second_signed": "on",
    }  # fmt: skip
    address = reverse("permits:survey-fill", args=[surveying.pk])
    assert at_section.post(address, data | {"keep": "1", "seen": "1"}).status_code == 302
    answer = at_section.post(address, data | {"done": "1", "seen": "2"})
    assert answer.status_code == 422
    assert "请选择查勘意见" in answer.content.decode()
    assert make.fresh(surveying).state == PermitState.SURVEYING


def test_two_surveyors_do_not_overwrite_each_other(section, surveying):
    survey_row = surveying.surveys.get()
    found = surveys.SurveyFacts("", fields={"pipes": "有燃气管"})
    surveys.save_survey(survey_row, found, by=section, seen=1)
    with pytest.raises(Refused, match="刚被别人修改过"):
        surveys.save_survey(survey_row, surveys.SurveyFacts("", fields={"pipes": ""}), by=section, seen=1)
    with pytest.raises(Refused, match="刚被别人修改过"):
        surveys.complete_survey(surveying, make.whole_facts(surveying), Step(section), seen=1)
    assert surveying.surveys.get().pipes == "有燃气管"


def test_a_year_without_calendar_is_told_when_somebody_is_sent(section, officers):
    application = make.make_accepted(section)
    CalendarYear.objects.all().delete()
    workdays.forget()
    with pytest.raises(Refused, match="工作日历还没有录入"):
        surveys.assign(application, surveys.Crew(*officers), Step(section))
