"""Items, editions, roads and tariffs on their pages: kept, copied, compared, printed, never changed once used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from permits.editions import difference
from permits.forms.lines import (
    read_exemptions,
    read_materials,
    read_multipliers,
    read_rates,
    write_exemptions,
    write_materials,
    write_multipliers,
    write_rates,
)
from permits.kinds import FeeKind, ItemKind, Whose
from permits.models import ItemVersion, Material, PermitItem, Road, Tariff, TariffRate
from permits.workflow import catalogue
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.permit_fees import accepted_application, make_tariff
from tests.factories.permits import add_segment, make_item, make_road
from tests.factories.staff import UserFactory
from tests.pdf_measure import text as pdf_text

pytestmark = pytest.mark.django_db


def signed_in(role):
    client = Client()
    client.user = UserFactory(role=role)
    client.force_login(client.user)
    return client


@pytest.fixture
def keeper():
    return signed_in(Roles.PERMIT_SECTION)


@pytest.fixture
def finance():
    return signed_in(Roles.FINANCE)


def version_data(**fields):
    return {
        "whose": "own", "valid_from": "2026-01-01", "basis": "《城市道路管理条例》第三十条", "legal_days": "20",
        "days_accept": "1", "days_survey": "1", "days_review": "1", "days_deliver": "1", "source": "样例文件",
        "materials_text": "申请表｜必须｜2份｜申请人自备\n委托书｜委托他人办理的", "kinds": ["carriageway"], **fields,
    }  # fmt: skip


# --- Lines ------------------------------------------------------------------------------------------------------------


def test_materials_read_as_they_are_written():
    text = "申请表｜必须｜2份｜申请人自备\n营业执照｜必须｜1份｜｜｜是\n政府批准文件｜禁挖期内的｜1份｜市政府｜条例第三十三条"
    materials = read_materials(text)
    assert [(each.necessity, each.copies, each.fetched_by_agency) for each in materials] == [
        ("mandatory", 2, False),
        ("mandatory", 1, True),
        ("conditional", 1, False),
    ]
    assert write_materials(materials) == text


@pytest.mark.parametrize(
    ("text", "words"), [("", "至少"), ("甲\n甲", "第 2 行：“甲”前面"), ("甲｜必须｜三份", "第 1 行的份数")]
)
def test_materials_say_which_line_is_wrong(text, words):
    with pytest.raises(Exception, match=words):
        read_materials(text)


def test_rates_multipliers_and_exemptions_read_as_they_are_written():
    dug = "沥青路面 1177.38\n路缘石 145.00\n检查井 1500.00"
    taken = "1.50\n3.00 一类 经营性 第91天起\n0.755 二类 施工围挡"
    factors = "新建、扩建、改建道路禁挖期内 6倍 满0年 不满3年\n横穿主干路 1.5倍"
    free = "短期小额｜样例文件｜10天 50㎡\n支管接入｜样例文件｜200m长 1m宽｜管径不超过300毫米"
    assert write_rates(read_rates(dug, FeeKind.RESTORATION)) == dug
    assert write_rates(read_rates(taken, FeeKind.OCCUPATION)) == taken
    assert write_multipliers(read_multipliers(factors)) == factors
    assert write_exemptions(read_exemptions(free)) == free


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("柏油路 300", FeeKind.RESTORATION, "第 1 行看不懂"),
        ("沥青路面 贵", FeeKind.RESTORATION, "第 1 行的单价应是数字"),
        ("1.5\n1.6", FeeKind.OCCUPATION, "第 2 行的情形前面已有单价"),
        ("一类 1.5", FeeKind.OCCUPATION, "单价（写在最前面）"),
    ],
)
def test_rates_say_which_line_is_wrong(text, kind, words):
    with pytest.raises(Exception, match=words):
        read_rates(text, kind)


# --- Editions ---------------------------------------------------------------------------------------------------------


def test_a_new_edition_is_copied_from_the_last_and_ends_it(keeper):
    first = make_item(materials=("申请表", "承诺书"))
    page = keeper.get(reverse("permits:version-create", args=[first.item_id])).content.decode()
    assert "承诺书｜必须｜1份" in page
    answer = keeper.post(reverse("permits:version-create", args=[first.item_id]), version_data())
    fresh = ItemVersion.objects.get(number=2)
    assert answer.url == fresh.get_absolute_url()
    assert fresh.promised_days == 4
    assert list(fresh.materials.values_list("name", "copies")) == [("申请表", 2), ("委托书", 1)]
    first.refresh_from_db()
    assert first.valid_to == date(2025, 12, 31)


def test_a_promise_longer_than_the_law_is_refused_with_the_article(keeper):
    first = make_item()
    page = keeper.post(
        reverse("permits:version-create", args=[first.item_id]), version_data(days_survey="30")
    )  # fmt: skip
    assert page.status_code == 422
    assert "长于法定时限 20 个工作日（《行政许可法》第四十二条）" in page.content.decode()
    assert ItemVersion.objects.count() == 1


def test_an_edition_cannot_begin_before_the_last_one(keeper):
    first = make_item()
    page = keeper.post(reverse("permits:version-create", args=[first.item_id]), version_data(valid_from="2023-01-01"))
    assert "应晚于上一版的施行日期（2024-01-01）" in page.content.decode()


def test_an_edition_that_cases_were_received_under_stays(keeper):
    application = accepted_application()
    version = application.item
    page = keeper.post(reverse("permits:version-edit", args=[version.pk]), version_data(seen="1"))
    assert page.status_code == 422
    assert "已有申请按这一版办理" in page.content.decode()
    shown = keeper.get(version.get_absolute_url()).content.decode()
    assert reverse("permits:version-edit", args=[version.pk]) not in shown


def test_two_people_correct_one_edition_one_wins(keeper):
    version = make_item()
    address = reverse("permits:version-edit", args=[version.pk])
    assert keeper.post(address, version_data(seen="1")).status_code == 302
    late = keeper.post(address, version_data(seen="1", source="另一份文件"))
    assert "刚被别人修改过" in late.content.decode()


def test_comparison_says_what_was_dropped_and_how_many_days_were_saved(keeper):
    version = make_item(
        materials=("申请表",), promised_days=3, days_accept=1, days_survey=1, days_review=1, days_deliver=0
    )
    city = ItemVersion.objects.create(
        item=version.item, whose=Whose.CITY, number=1, valid_from=date(2024, 1, 1), basis="样例", source="市局样例",
        days_survey=4, promised_days=7,
    )  # fmt: skip
    for name in ("申请表", "原件核验单"):
        Material.objects.create(version=city, name=name)
    found = difference(city, version, old=list(city.materials.all()), new=list(version.materials.all()))
    assert (found.dropped, found.added, found.days_saved) == (("原件核验单",), (), 4)
    page = keeper.get(reverse("permits:version-compare", args=[version.pk])).content.decode()
    assert "取消材料 1 份" in page
    assert "压缩 4 个工作日" in page


def test_meeting_is_recorded_also_for_an_edition_in_use(keeper):
    version = accepted_application().item
    data = {
        "meeting_on": "2025-12-01", "meeting_place": "样例会议室", "meeting_attendees": "样例专家 样例大学 教授",
        "meeting_opinion": "同意取消。", "seen": "1",
    }  # fmt: skip
    assert keeper.post(reverse("permits:version-meeting", args=[version.pk]), data).status_code == 302
    shown = keeper.get(version.get_absolute_url()).content.decode()
    assert "样例专家 样例大学 教授" in shown
    assert "同意取消。" in shown
    half = keeper.post(reverse("permits:version-meeting", args=[version.pk]), {"meeting_on": "2025-12-01", "seen": "2"})
    assert "还应填参加人员和论证意见" in half.content.decode()


def test_service_guide_on_screen_and_on_paper(keeper, tmp_path):
    version = make_item(materials=("申请表", "交通组织方案"))
    page = keeper.get(reverse("permits:version-guide", args=[version.pk])).content.decode()
    paper = keeper.get(reverse("permits:version-guide-pdf", args=[version.pk]))
    text = pdf_text(tmp_path, paper.content)
    for words in ("交通组织方案", "法定时限 20 个工作日", "五个工作日内一次告知"):
        assert words in page
        assert words.replace(" ", "") in "".join(text.split())


@pytest.mark.parametrize(
    "changes",
    [{"promised_days": 9}, {"legal_days": 3}, {"valid_to": date(2000, 1, 1)}, {"meeting_on": date(2025, 1, 1)}],
)
def test_database_refuses_editions_that_do_not_add_up(changes):
    version = make_item()
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemVersion.objects.filter(pk=version.pk).update(**changes)


def test_one_item_in_use_for_each_kind():
    make_item()
    with pytest.raises(IntegrityError), transaction.atomic():
        PermitItem.objects.create(code="又一", name="又一", kind=ItemKind.DIG)


def test_implementation_code_is_made_of_its_parts():
    item = PermitItem(national_code="000117020000", level="5")
    assert item.implementation_code("12431123691806512C") == "12431123691806512C5000117020000"
    assert item.implementation_code("") == ""


# --- Roads ------------------------------------------------------------------------------------------------------------


def test_road_page_shows_protection_present_permits_and_conflicts(keeper):
    road = make_road(name="样例大道", opened_on=date(2024, 5, 1))
    applications = [accepted_application(), accepted_application()]
    for application in applications:
        add_segment(application, road=road)
    page = keeper.get(road.get_absolute_url()).content.decode()
    assert "禁挖期内" in page
    assert "第三十三条第二款" in page
    assert "同一部位" in page
    listed = keeper.get(reverse("permits:conflict-list")).context["table"]
    assert [row.object.road for row in listed.rows] == ["样例大道"]
    plan = keeper.get(f"{reverse('permits:dig-plan')}?year={applications[0].starts_on.year}").context["table"]
    assert [(row.object.count, row.object.advice) for row in plan.rows] == [(2, "施工期重叠，统一组织、一次开挖")]


def test_same_road_twice_is_said(keeper):
    make_road(name="样例路")
    page = keeper.post(reverse("permits:road-create"), {"name": "样例路", "grade": "branch", "manager": "district"})
    assert page.status_code == 422
    assert "已经登记" in page.content.decode()
    assert Road.objects.count() == 1


def test_roads_are_filtered_by_protection(keeper):
    make_road(name="新路", opened_on=date(2025, 5, 1))
    make_road(name="老路", opened_on=date(2010, 5, 1))
    table = keeper.get(f"{reverse('permits:road-list')}?protected=yes").context["table"]
    assert [row.object.name for row in table.rows] == ["新路"]


# --- Tariffs ----------------------------------------------------------------------------------------------------------


def tariff_data(**fields):
    return {
        "kind": "restoration", "name": "样例标准", "document_number": "样价〔2026〕2号", "issuer": "样例发改委",
        "valid_from": "2026-01-01", "progression": "none", "smallest_area": "0",
        "rates_text": "沥青路面 500", "multipliers_text": "横穿主干路 1.5倍", "exemptions_text": "", **fields,
    }  # fmt: skip


def test_a_new_tariff_ends_the_last_one(keeper):
    last = make_tariff()
    keeper.post(reverse("permits:tariff-create"), tariff_data())
    fresh = Tariff.objects.get(valid_from=date(2026, 1, 1))
    last.refresh_from_db()
    assert last.valid_to == date(2025, 12, 31)
    assert fresh.rates.get().rate == Decimal(500)
    assert fresh.multipliers.get().factor == Decimal("1.5")


def test_a_tariff_needs_its_document_and_readable_rates(keeper):
    page = keeper.post(reverse("permits:tariff-create"), tariff_data(document_number="", rates_text="柏油 5"))
    assert page.status_code == 422
    words = page.content.decode()
    assert "请填写文号" in words
    assert "第 1 行看不懂" in words
    assert "柏油 5" in words  # what was typed stays
    assert not Tariff.objects.exists()


def test_a_tariff_is_copied_with_its_rates(keeper):
    source = make_tariff()
    page = keeper.get(reverse("permits:tariff-copy", args=[source.pk])).content.decode()
    assert "沥青路面 1177.38" in page


def test_correcting_an_unused_tariff_replaces_its_rates(keeper):
    tariff = make_tariff()
    address = reverse("permits:tariff-edit", args=[tariff.pk])
    assert keeper.post(address, tariff_data(seen="1")).status_code == 302
    assert TariffRate.objects.get().rate == Decimal(500)


def test_finance_reads_but_does_not_keep(finance):
    tariff = make_tariff()
    assert finance.get(tariff.get_absolute_url()).status_code == 200
    assert finance.get(reverse("permits:tariff-edit", args=[tariff.pk])).status_code == 403


def test_store_refuses_a_stale_copy(keeper):
    tariff = make_tariff()
    with pytest.raises(Refused, match="刚被别人修改过"):
        catalogue.correct_tariff(tariff, [], by=keeper.user, seen=7)


@pytest.mark.parametrize("name", ["permits.items", "permits.roads", "permits.tariffs", "permits.assessments", "permits.payments", "permits.plan", "permits.conflicts"])  # fmt: skip
def test_every_list_is_exported_as_shown(keeper, name):
    make_item()
    make_road()
    answer = keeper.get(reverse("staff:export", args=[name]))
    assert answer.status_code == 200
    assert answer["Content-Type"].endswith("sheet")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["item-list", "road-list", "tariff-list", "assessment-list", "payment-list"])
def test_lists_ask_the_same_for_any_number_of_rows(keeper, django_assert_max_num_queries, count, name):
    make_item()
    for number in range(count):
        add_segment(accepted_application(), road=make_road(opened_on=date(2025, 1, 1)))
        make_tariff(valid_from=date(2024, 1, number + 1))
    with django_assert_max_num_queries(10):
        assert keeper.get(reverse(f"permits:{name}")).status_code == 200


def test_years_of_a_multiplier_stand_alone_and_come_back_as_they_were():
    """不满3年 alone is no 满3年, and what has no upper end keeps its lower one when the tariff is corrected or copied."""
    case = "新建、扩建、改建道路禁挖期内"
    young, old, bare = read_multipliers(f"{case} 6倍 不满3年\n{case} 4倍 满4年\n大修道路禁挖期内 5倍 1 2")
    assert [(each.years_over, each.years_to) for each in (young, old, bare)] == [(0, 3), (4, None), (1, 2)]
    again = read_multipliers(write_multipliers([young, old, bare]))
    assert [(each.years_over, each.years_to) for each in again] == [(0, 3), (4, None), (1, 2)]


@pytest.mark.parametrize(
    ("text", "words"),
    [("横穿主干路 100倍", "大于 99.99"), ("横穿主干路 2倍 三年", "看不懂"), ("横穿主干路 2倍 满5年 不满3年", "应大于")],
)
def test_a_multiplier_that_is_not_read_whole_is_told(text, words):
    with pytest.raises(Exception, match=words):
        read_multipliers(text)


def test_a_limit_that_is_not_understood_lets_nobody_off():
    with pytest.raises(Exception, match="限额看不懂"):
        read_exemptions("短期小额｜样例文件｜10天 50平方米")


def test_two_people_correct_one_road_one_wins(keeper):
    road = make_road()
    typed = {"name": road.name, "grade": "branch", "manager": "district", "in_use": "on", "seen": 1}
    address = reverse("permits:road-edit", args=[road.pk])
    assert keeper.post(address, typed | {"opened_on": "2025-01-01"}).status_code == 302
    assert "刚被别人修改过" in keeper.post(address, typed | {"note": "x"}).content.decode()
    assert str(Road.objects.get(pk=road.pk).opened_on) == "2025-01-01"
