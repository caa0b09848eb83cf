"""Pages of the ledger and of campaigns: what is shown to whom, forms, the plate, the map, imports."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billboards.enums.cases import CaseState
from billboards.forms.cases import LeadForm
from billboards.models import Board, Campaign, CampaignItem, DailyReport
from billboards.resources.boards import BoardResource
from billboards.resources.campaigns import CampaignItemResource
from billboards.workflow import boards
from config.identity import credit_check_character
from staff.models import UnitKind
from staff.permissions import Roles
from tests.factories.boards import (
    handle,
    inspect,
    make_board,
    make_campaign,
    make_item,
    picture,
    remove_board,
    settle,
    size_rule,
)
from tests.factories.cases import make_case, make_officer
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
CODE = "91430600MA4L0000X"
GOOD_CODE = CODE + credit_check_character(CODE)


def signed_in(role, unit=None):
    client = Client()
    client.user = UserFactory(role=role, unit=unit or UnitFactory())
    client.force_login(client.user)
    return client


@pytest.fixture
def office():
    return signed_in(Roles.BILLBOARD_OFFICE, UnitFactory(name="样例广告办", kind=UnitKind.DEPARTMENT))


@pytest.fixture
def street():
    return signed_in(Roles.STREET_CONTACT, UnitFactory(squad=SquadFactory()))


def board_data(unit, **changed):
    data = {"kind": "wall", "name": "样例商场", "category": "commercial", "street": unit.pk, "address": "样例路1号",
            "faces_text": "12×4=48", "right_source": "own", "registered_on": "2026-03-01", "condition": "sound"}  # fmt: skip
    return {**data, **changed}


class TestLedger:
    def test_a_board_is_registered_from_its_form(self, office):
        size_rule()
        unit = UnitFactory()
        answer = office.post(reverse("billboards:board-create"), board_data(unit, setter_code=GOOD_CODE))
        board = Board.objects.get()
        assert answer.url == board.get_absolute_url()
        assert (board.area, board.is_large, board.status) == (Decimal(48), True, "unpermitted")

    def test_what_is_wrong_stands_beside_its_field_and_the_text_stays(self, office):
        data = board_data(UnitFactory(), faces_text="12×4=50", setter_code="914306")
        page = office.post(reverse("billboards:board-create"), data)
        text = page.content.decode()
        assert page.status_code == 422
        assert "是 48 ㎡，不是 50 ㎡" in text
        assert "12×4=50" in text
        assert "统一社会信用代码应为 18 位" in text

    def test_numbers_are_masked_in_lists_and_for_readers(self, office):
        board = make_board(setter_code=GOOD_CODE)
        reader = signed_in(Roles.ASSESSMENT_OFFICE)
        columns = "&".join(
            f"columns={name}" for name in ("code", "masked_phone", "masked_setter_code", "masked_contact")
        )
        for client in (office, reader):
            text = client.get(f"{reverse('billboards:board-list')}?{columns}").content.decode()
            assert "138****1234" in text
            assert GOOD_CODE not in text
        assert "13800001234" in office.get(board.get_absolute_url()).content.decode()
        assert "13800001234" not in reader.get(board.get_absolute_url()).content.decode()

    def test_somebody_elses_ground_is_not_found(self, street):
        board = make_board()
        assert street.get(board.get_absolute_url()).status_code == 404
        assert street.get(reverse("billboards:scan", args=[board.token])).status_code == 404

    def test_the_plate_leads_to_the_board_after_the_login(self, office):
        board = make_board()
        scan = reverse("billboards:scan", args=[board.token])
        assert reverse("staff:login") in Client().get(scan).url
        assert office.get(scan).url == board.get_absolute_url()
        pdf = office.get(reverse("billboards:board-plate", args=[board.pk]))
        assert pdf.content.startswith(b"%PDF")

    def test_what_has_come_down_has_no_plate(self, office):
        board, standing = make_board(), make_board()
        remove_board(board)
        plate = reverse("billboards:board-plate", args=[board.pk])
        assert plate not in office.get(board.get_absolute_url()).content.decode()
        assert "不再打印标牌" in office.get(plate, follow=True).content.decode()
        printed = lambda **query: office.get(reverse("billboards:board-plates"), query)  # noqa: E731
        assert [each.code for each, _ in printed().context["plates"]] == [standing.code]
        assert "已拆除的不打印标牌" in office.get(printed(status="removed").url).content.decode()

    def test_the_map_shows_what_the_list_shows(self, office):
        make_board(latitude=Decimal("29.34"), longitude=Decimal("113.12"))
        make_board(latitude=Decimal("29.34"), longitude=Decimal("113.12"), kind="shop_sign")
        page = office.get(f"{reverse('billboards:board-map')}?kind=wall").content.decode()
        (url,) = set(re.findall(r'href="(/billboards/boards/\?[^"]*box=[^"]*)"', page))
        listed = office.get(url.replace("&amp;", "&"))
        assert listed.context["table"].count == 1

    def test_a_position_finds_its_neighbours(self, office):
        near = make_board(latitude=Decimal("29.3400"), longitude=Decimal("113.1200"))
        make_board(latitude=Decimal("29.3500"), longitude=Decimal("113.1200"))
        page = office.get(reverse("billboards:nearby"), {"latitude": "29.3401", "longitude": "113.1201"})
        assert [board.pk for board in page.context["boards"]] == [near.pk]
        assert office.get(reverse("billboards:nearby"), {"latitude": "x"}).context["boards"] == []

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_asks_the_same_for_any_number_of_rows(self, office, count, django_assert_max_num_queries):
        for _ in range(count):
            make_board()
        office.get(reverse("billboards:board-list"))
        with django_assert_max_num_queries(12):
            page = office.get(reverse("billboards:board-list"))
        assert page.context["table"].count == count

    def test_totals_of_areas_and_never_across(self, office):
        make_board()
        make_board()
        cells = {
            cell.column.name: cell.text for cell in office.get(reverse("billboards:board-list")).context["table"].totals
        }
        assert (cells["area"], cells["face_count"]) == ("36", "2")

    def test_coercion_before_its_day_is_refused_in_the_dialog(self, office):
        board = make_board()
        url = reverse("billboards:board-remove", args=[board.pk])
        data = {"mode": "coercive", "removed_on": timezone.localdate().isoformat()}
        page = office.post(url, data)
        assert page.status_code == 422
        assert "第四十四条" in page.content.decode()
        office.post(url, {**data, "as_it_happened": "on"})
        board.refresh_from_db()
        assert board.status == "removed"
        assert "程序瑕疵" in office.get(board.get_absolute_url()).content.decode()

    def test_a_look_that_found_something_is_no_pass(self, office):
        board = make_board()
        url = reverse("billboards:inspection-create", args=[board.pk])
        data = {
            "kind": "routine",
            "inspected_on": "2026-03-01",
            "inspectors": "员示例",
            "defects": ["rust"],
            "result": "passed",
        }
        assert office.post(url, data).status_code == 422
        office.post(url, {**data, "result": "repair", "findings": "锈蚀", "photo": picture()})
        board.refresh_from_db()
        assert (board.condition, board.photos.count()) == ("damaged", 1)

    def test_overdue_looks_have_their_list(self, office):
        board = make_board()
        inspect(board, on=timezone.localdate() - timedelta(days=400))
        make_board(registered_on=timezone.localdate())
        page = office.get(f"{reverse('billboards:board-list')}?inspection=overdue")
        assert [row.object.pk for row in page.context["table"].rows] == [board.pk]


class TestCampaignPages:
    def campaign_data(self, unit, **changed):
        data = {"name": "样例专项", "basis": "样例方案", "start": "2026-03-02", "end": "2026-03-31", "lead": unit.pk,
                "streets": [unit.pk], "targets_text": "店招 30块 120㎡\n横幅 200条"}  # fmt: skip
        return {**data, **changed}

    def test_a_campaign_is_planned_with_targets_in_their_own_measures(self, office):
        unit = UnitFactory(kind=UnitKind.STREET)
        lead = UnitFactory(kind=UnitKind.SQUAD)
        office.post(reverse("billboards:campaign-create"), self.campaign_data(unit, lead=lead.pk))
        campaign = Campaign.objects.get()
        assert [str(target) for target in campaign.targets.all()] == ["店招（门头招牌） 30块", "布幅、横幅、喷绘 200条"]
        assert campaign.phases.count() == 5
        page = office.get(campaign.get_absolute_url()).content.decode()
        assert "动员部署" in page

    def test_a_target_that_is_none_is_told(self, office):
        page = office.post(
            reverse("billboards:campaign-create"), self.campaign_data(UnitFactory(), targets_text="很多")
        )
        assert "看不懂“很多”" in page.content.decode()

    @pytest.mark.parametrize("line", ["店招 0块", "店招 99999999999块", "店招 3块 999999999999㎡"])
    def test_a_target_beyond_measure_is_told(self, office, line):
        data = self.campaign_data(UnitFactory(), lead=UnitFactory(kind=UnitKind.SQUAD).pk, targets_text=line)
        answer = office.post(reverse("billboards:campaign-create"), data)
        assert (answer.status_code, Campaign.objects.count()) == (422, 0)
        assert "数量应在 1 至" in answer.content.decode()

    def test_the_same_officer_is_assigned_once(self, office):
        campaign = make_campaign()
        data = {"street": campaign.streets.get().pk, "officer": make_officer(SquadFactory()).pk}
        url = reverse("billboards:assignment-create", args=[campaign.pk])
        assert [office.post(url, data).status_code for _ in range(2)] == [302, 422]
        assert campaign.assignments.count() == 1

    def test_addresses_that_nobody_typed_in_earnest_are_answered(self, office):
        campaign = make_campaign()
        for day in ("0001-01-01", "9999-12-31"):
            url = reverse("billboards:daily", args=[campaign.pk, campaign.streets.get().pk, day])
            assert office.get(url).status_code == 200
        for box in ("1e30,0,1,1", "nan,0,1,1", "1,2,3"):
            assert office.get(reverse("billboards:board-list"), {"box": box}).context["table"].count == 0
        assert office.post(reverse("billboards:item-batch-notify"), {"pk": ["9" * 30]}).status_code == 302

    def census(self, client, campaign, **changed):
        data = {"place": "样例路9号", "street": campaign.streets.first().pk, "kind": "shop_sign", "problem": "damaged",
                "name": "样例店", "quantity": 1, "measure": "piece", "area": "", "found_on": campaign.start.isoformat(),
                "entry_key": "0b8f7c52-5a3d-4d8e-9d0e-7a1c5f0e2b11", "photo": picture()}  # fmt: skip
        return client.post(reverse("billboards:census", args=[campaign.pk]), {**data, **changed})

    def test_save_and_next_keeps_what_stays_the_same_and_stores_once(self, street):
        campaign = make_campaign(street.user.unit)
        answer = self.census(street, campaign)
        assert f"street={street.user.unit.pk}&kind=shop_sign&problem=damaged" in answer.url
        self.census(street, campaign, photo=picture("blue"))
        item = CampaignItem.objects.get()
        assert item.photos.filter(stage="before").count() == 2

    def test_another_entry_from_a_page_gone_back_to_is_said_and_then_stored(self, street):
        campaign = make_campaign(street.user.unit)
        self.census(street, campaign)
        answer = self.census(street, campaign, name="另一家")
        assert answer.status_code == 422
        assert "已登记为" in answer.content.decode()
        form = answer.context["form"]
        self.census(street, campaign, name="另一家", entry_key=form["entry_key"].value())
        assert set(CampaignItem.objects.values_list("name", flat=True)) == {"样例店", "另一家"}

    def test_a_board_that_was_chosen_by_mistake_is_taken_back(self, office):
        campaign = make_campaign()
        item = make_item(campaign, board=make_board(street=campaign.streets.get()))
        url = reverse("billboards:item-edit", args=[item.pk])
        form = office.get(url).context["form"]
        data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        assert "不是台账中的设施" in str(form["board"])
        office.post(url, {**data, "board": ""})
        item.refresh_from_db()
        assert item.board is None

    def test_a_picture_that_is_none_does_not_lose_the_item(self, street):
        from django.core.files.uploadedfile import SimpleUploadedFile

        campaign = make_campaign(street.user.unit)
        self.census(street, campaign, photo=SimpleUploadedFile("x.jpg", b"no picture"))
        assert CampaignItem.objects.get().photos.count() == 0

    def test_who_handled_it_is_told_that_another_strikes_off(self):
        squad = SquadFactory()
        leader = signed_in(Roles.SQUAD_LEADER, squad)
        campaign = make_campaign(UnitFactory(squad=squad))
        item = handle(make_item(campaign), by=leader.user)
        page = leader.get(item.get_absolute_url()).content.decode()
        assert "由其他人复核销号" in page
        answer = leader.post(reverse("billboards:item-settle", args=[item.pk]), follow=True)
        assert "须由其他人复核" in answer.content.decode()

    def test_the_consent_may_be_a_pdf_and_is_handed_out_as_one(self, street):
        from django.core.files.uploadedfile import SimpleUploadedFile

        campaign = make_campaign(street.user.unit)
        item = make_item(campaign)
        pdf = SimpleUploadedFile("同意书.pdf", b"%PDF-1.4 x %%EOF", content_type="application/pdf")
        day = campaign.start.isoformat()
        data = {"disposition": "assisted", "handled_on": day, "handlers": "员示例", "consent_on": day, "consent": pdf}
        street.post(reverse("billboards:item-handle", args=[item.pk]), data)
        item.refresh_from_db()
        (paper,) = item.photos.all()
        assert (item.state, paper.stage) == ("handled", "consent")
        answer = street.get(paper.get_absolute_url())
        assert answer["Content-Type"] == "application/pdf"
        b"".join(answer.streaming_content)

    def test_a_paper_is_no_picture_of_afterwards(self, street):
        from django.core.files.uploadedfile import SimpleUploadedFile

        item = make_item(make_campaign(street.user.unit))
        url = reverse("billboards:item-photo-add", args=[item.pk])
        for stage, count in (("after", 0), ("notice", 1)):
            pdf = SimpleUploadedFile("x.pdf", b"%PDF-1.4 x %%EOF", content_type="application/pdf")
            page = street.post(url, {"stage": stage, "photo": pdf}, follow=True)
            assert ("不收 PDF" in page.content.decode(), item.photos.count()) == (not count, count)

    def test_a_day_is_confirmed_by_its_street_and_copied(self, street):
        campaign = make_campaign(street.user.unit, UnitFactory())
        other = campaign.streets.exclude(pk=street.user.unit.pk).get()
        day = campaign.start.isoformat()
        url = reverse("billboards:daily", args=[campaign.pk, street.user.unit.pk, day])
        answer = street.post(url, {"people": 4, "vehicles": 1, "note": "", "seen": 0}, follow=True)
        assert "data-copy-text" in answer.content.decode()
        assert DailyReport.objects.get().is_zero
        make_item(campaign, street=street.user.unit)
        assert "与已报的不一致" in street.get(url).content.decode()
        assert street.get(reverse("billboards:daily", args=[campaign.pk, other.pk, day])).status_code == 404

    def test_the_closing_report_puts_what_nobody_reviewed_first(self, office):
        campaign = make_campaign()
        make_item(campaign, name="还没办")
        handle(make_item(campaign, name="没复核"))
        page = office.get(reverse("billboards:campaign-report", args=[campaign.pk])).content.decode()
        assert page.index("没复核") < page.index("还没办")
        pdf = office.get(reverse("billboards:campaign-report-pdf", args=[campaign.pk]))
        assert pdf.content.startswith(b"%PDF")

    def test_the_words_of_the_report_do_not_give_the_banners_area_to_the_pieces(self, office):
        campaign = make_campaign()
        handle(make_item(campaign, quantity=2, area=Decimal("3.50")))
        handle(make_item(campaign, measure="banner", quantity=40, area=Decimal(20)), "cleared")
        page = office.get(reverse("billboards:campaign-report", args=[campaign.pk])).content.decode()
        assert "拆除2块，其中自行拆除2块，清理横幅40条，拆除（清理）面积23.5㎡" in page

    def test_the_closing_report_names_what_is_left_of_the_own_ground(self, street, monkeypatch):
        campaign = make_campaign(street.user.unit, UnitFactory())
        other = campaign.streets.exclude(pk=street.user.unit.pk).get()
        make_item(campaign, street=street.user.unit, name="自己的店")
        make_item(campaign, street=other, name="别处的店", place="别处路1号")
        shown = {}
        monkeypatch.setattr("staff.pages.render_pdf", lambda name, context: shown.update(context) or b"%PDF-")
        page = street.get(reverse("billboards:campaign-report", args=[campaign.pk])).content.decode()
        street.get(reverse("billboards:campaign-report-pdf", args=[campaign.pk]))
        assert "自己的店" in page
        assert "别处" not in page
        assert "另有 1 个属于其他街道" in page
        assert [item.name for item in shown["open_items"]] == ["自己的店"]

    def test_a_step_that_is_refused_adds_no_photo(self, street):
        campaign = make_campaign(street.user.unit)
        item = settle(handle(make_item(campaign)))
        data = {
            "disposition": "voluntary",
            "handled_on": campaign.start.isoformat(),
            "handlers": "员示例",
            "after": picture(),
        }
        answer = street.post(reverse("billboards:item-handle", args=[item.pk]), data, follow=True)
        assert "不能登记处置" in answer.content.decode()
        assert item.photos.count() == 1

    def test_going_on_as_a_case_has_its_day_and_no_voided_case(self, office):
        campaign = make_campaign()
        item, url = make_item(campaign), "billboards:item-open-case"
        day = (campaign.start + timedelta(days=1)).isoformat()
        voided = make_case(CaseState.VOIDED)
        refused = office.post(reverse(url, args=[item.pk]), {"case": voided.pk, "on": day})
        assert refused.status_code == 422
        office.post(reverse(url, args=[item.pk]), {"case_number": "立1", "on": day})
        item.refresh_from_db()
        assert (item.state, item.cased_on.isoformat()) == ("in_case", day)
        step = next(
            each for each in office.get(item.get_absolute_url()).context["page"].steps if each.id == "open_case"
        )
        assert (step.label, step.form["case_number"].value(), step.form["on"].value()) == (
            "改选案件",
            "立1",
            item.cased_on,
        )

    def test_a_voided_board_is_not_offered_to_a_case(self):
        board, gone = make_board(), make_board()
        boards.void_board(gone, by=UserFactory(), reason="误登")
        form = LeadForm(user=UserFactory(role=Roles.OFFICE, unit=UnitFactory()))
        assert list(form.fields["board"].queryset) == [board]

    def test_two_editors_of_a_size_rule_and_the_second_is_told(self, office):
        rule = size_rule()
        url = reverse("billboards:size-rule-edit", args=[rule.pk])
        form = office.get(url).context["form"]
        data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        assert office.post(url, {**data, "name": "先改的"}).status_code == 302
        answer = office.post(url, {**data, "name": "后改的"})
        assert answer.status_code == 422
        assert "刚被别人修改过" in answer.content.decode()
        rule.refresh_from_db()
        assert rule.name == "先改的"

    def test_totals_of_items_keep_the_measures_apart(self, office):
        campaign = make_campaign()
        make_item(campaign, quantity=3)
        make_item(campaign, quantity=40, measure="banner")
        table = office.get(reverse("billboards:item-list")).context["table"]
        assert {cell.column.name: cell.text for cell in table.totals}["quantity"] == "3块、40条"


class TestSheets:
    def checked(self, resource, **cells):
        made = resource()
        made.prepare()
        return made.check(2, cells), made

    def test_a_ledgers_own_words_are_understood(self):
        unit = UnitFactory()
        row, made = self.checked(BoardResource, kind="高炮", name="样例", street=unit.short_name, address="样例路1号",
                                 width="18米", height=6, faces="2面", area="216㎡")  # fmt: skip
        assert row.problems == []
        board, faces = row.facts
        assert (board.kind, len(faces)) == ("column", 2)
        assert made.known_keys([row]) == set()

    def test_an_area_that_does_not_multiply_is_told(self):
        row, _ = self.checked(BoardResource, kind="墙体", name="样例", street=UnitFactory().short_name, address="样例路1号",
                              width=12, height=4, area=50)  # fmt: skip
        assert row.problems[0][0] == "area"
        assert "48.00 ㎡" in row.problems[0][1]

    @pytest.mark.parametrize("area", ["50.64", 50.635, 50.6, "51㎡", None])
    def test_an_area_that_the_ledger_has_rounded_is_taken(self, area):
        cells = {"kind": "墙体", "name": "样例", "street": UnitFactory().short_name, "address": "样例路1号"}
        row, _ = self.checked(BoardResource, width=12.35, height=4.1, area=area, **cells)
        assert row.problems == []
        row, _ = self.checked(BoardResource, width=2.35, height=1.15, faces=10, area=27.03, **cells)
        assert row.problems == []
        row, _ = self.checked(BoardResource, width=12.35, height=4.1, area="50.7", **cells)
        assert row.problems[0][0] == "area"

    def test_an_item_needs_a_campaign_under_way(self):
        campaign = make_campaign(begin=False)
        cells = {"campaign": campaign.name, "found_on": "2026-03-05", "street": campaign.streets.get().short_name,
                 "place": "样例路1号", "name": "样例店", "kind": "店招", "quantity": "3块"}  # fmt: skip
        row, _ = self.checked(CampaignItemResource, **cells)
        assert row.problems[0][0] == "campaign"

    def test_what_was_found_again_after_it_was_struck_off_is_new(self):
        campaign = make_campaign()
        first = make_item(campaign)
        cells = {"campaign": campaign.name, "street": first.street.name, "place": first.place, "name": first.name,
                 "kind": "店招", "problem": "破损、污损、断亮缺字", "quantity": "1"}  # fmt: skip
        for days, state, known in ((0, "found", True), (5, "found", True), (0, "settled", True), (5, "settled", False)):
            if state == "settled" and first.state != "settled":
                first = settle(handle(first), on=campaign.start + timedelta(days=3))
            day = (campaign.start + timedelta(days=days)).isoformat()
            row, made = self.checked(CampaignItemResource, **cells, found_on=day)
            assert row.problems == []
            assert (row.key in made.known_keys([row])) is known, (days, state)
