"""Campaigns and their items through their doors: each step from each state, who strikes off, what a day came to."""

import itertools
import uuid
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from billboards.enums.campaigns import ITEM_TRANSITIONS, CampaignState, ItemState, Phase
from billboards.enums.cases import CaseState
from billboards.forms.campaigns import AssignmentForm
from billboards.models import CampaignAssignment, CampaignItem, DailyReport, Removal
from billboards.progress import by_street, counters
from billboards.workflow import campaigns, dailies, items
from staff.models import Activity, Certificate, Message
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.boards import (
    add_photo,
    handle,
    inspect,
    make_board,
    make_campaign,
    make_item,
    remove_board,
    settle,
)
from tests.factories.cases import make_case, make_officer
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def notify(item, by=None):
    day = item.found_on
    return items.notify_item(item, by=by or UserFactory(), notified_on=day, due_on=day + timedelta(days=7))


def brought_to(state, campaign):
    item = make_item(campaign)
    if state == ItemState.NOTIFIED:
        return notify(item)
    if state == ItemState.HANDLED:
        return handle(item)
    if state == ItemState.SETTLED:
        return settle(handle(item))
    if state == ItemState.RETURNED:
        return items.send_back_item(handle(item), by=UserFactory(), reason="还在")
    if state == ItemState.DEFERRED:
        return items.defer_item(item, by=UserFactory(), reason="诉讼")
    if state in (ItemState.IN_CASE, ItemState.IN_ENFORCEMENT):
        item = items.open_case_for(item, by=UserFactory(), case_number="立1")
        if state == ItemState.IN_ENFORCEMENT:
            item = items.finish(items.step(item, "enforce"), "enforce", by=None)
    if state == ItemState.VOIDED:
        return items.void_item(item, by=UserFactory(), reason="重复")
    return item


DOORS = {
    "notify": notify,
    "handle": handle,
    "open_case": lambda item: items.open_case_for(item, by=UserFactory(), case_number="立1"),
    "defer": lambda item: items.defer_item(item, by=UserFactory(), reason="诉讼"),
    "settle": settle,
    "send_back": lambda item: items.send_back_item(item, by=UserFactory(), reason="还在"),
    "enforce": lambda item: items.finish(items.step(item, "enforce"), "enforce", by=None),
    "void": lambda item: items.void_item(item, by=UserFactory(), reason="重复"),
}


@pytest.mark.parametrize("state", ItemState.values)
def test_every_step_from_every_state(state):
    campaign = make_campaign()
    for edge, rule in ITEM_TRANSITIONS.items():
        item = brought_to(state, campaign)
        assert item.state == state
        if state in rule.sources:
            assert DOORS[edge](item).state == rule.target, edge
        else:
            with pytest.raises(Refused, match="现在是"):
                DOORS[edge](item)


def test_every_edge_names_its_rule():
    assert set(DOORS) == set(ITEM_TRANSITIONS)
    assert all(rule.label and rule.basis for rule in ITEM_TRANSITIONS.values())


def test_an_entry_sent_twice_is_one_item():
    campaign, key = make_campaign(), uuid.uuid4()
    first, second = (make_item(campaign, entry_key=key, name="样例店", place="样例路1号") for _ in range(2))
    assert first.pk == second.pk
    with pytest.raises(Refused, match=f"已登记为 {first.number}"):
        make_item(campaign, entry_key=key, name="另一家", place="样例路1号")
    assert CampaignItem.objects.count() == 1


def test_items_stay_inside_the_campaign():
    campaign = make_campaign()
    with pytest.raises(Refused, match="的范围内"):
        make_item(campaign, street=UnitFactory())
    with pytest.raises(Refused, match="还没有开始"):
        make_item(make_campaign(begin=False))


class TestHandling:
    def test_a_removal_is_a_row_of_its_own_and_takes_the_board_down(self):
        campaign = make_campaign()
        street = campaign.streets.get()
        board = make_board(street=street)
        item = make_item(campaign, board=board, quantity=3, area=Decimal("7.5"))
        with pytest.raises(Refused, match="一部分的面积"):
            handle(item, quantity=2)
        item = handle(item)
        board.refresh_from_db()
        assert board.status == "removed"
        assert (item.removal.mode, item.removal.quantity, item.removal.area) == ("voluntary", 3, Decimal("7.5"))

    def test_what_still_stands_when_a_part_came_down_is_an_item_of_its_own(self):
        campaign = make_campaign()
        board = make_board(street=campaign.streets.get())
        item = notify(make_item(campaign, board=board, quantity=3, area=Decimal("7.5")))
        told = counters(campaign, start=item.found_on, end=item.found_on)
        item = handle(item, quantity=2, area=Decimal(5))
        board.refresh_from_db()
        assert (board.removed_on, board.events.filter(kind="removed").count()) == (None, 0)
        assert (item.state, item.amount, item.removal.quantity) == (ItemState.HANDLED, "2块（5㎡）", 2)
        rest = CampaignItem.objects.exclude(pk=item.pk).get()
        assert (rest.state, rest.amount, rest.due_on, rest.board) == (
            ItemState.NOTIFIED,
            "1块（2.5㎡）",
            item.due_on,
            board,
        )
        assert item.number in rest.description
        assert rest.number in Activity.objects.about(item).filter(verb="transition").latest("pk").note
        assert counters(campaign, start=item.found_on, end=item.found_on) == told
        handle(rest)
        board.refresh_from_db()
        assert board.removed_on is not None
        assert counters(campaign).pieces == 3

    def test_a_part_that_is_taken_back_leaves_the_board_as_it_stands(self):
        campaign = make_campaign()
        board = make_board(street=campaign.streets.get())
        item = handle(make_item(campaign, board=board, quantity=2), quantity=1)
        items.send_back_item(item, by=UserFactory(), reason="还在")
        board.refresh_from_db()
        assert (board.removed_on, Removal.objects.recorded().count()) == (None, 0)
        remove_board(board, on=timezone.localdate() - timedelta(days=5))
        with pytest.raises(Refused, match="不能再登记拆除一部分"):
            handle(
                make_item(campaign, board=board, quantity=2, found_on=timezone.localdate() + timedelta(days=-1)),
                "cleared",
                quantity=1,
                handled_on=timezone.localdate(),
            )

    def test_what_the_ledger_took_down_is_tied_to_the_item_and_stays_the_ledgers(self):
        campaign = make_campaign()
        board = make_board(street=campaign.streets.get())
        item = make_item(campaign, board=board)
        removal = remove_board(board)
        with pytest.raises(Refused, match="已按“自行拆除”登记拆除"):
            handle(item, "cleared")
        item = handle(item)
        assert (item.removal, Removal.objects.count()) == (removal, 1)
        items.send_back_item(item, by=UserFactory(), reason="照片不清")
        board.refresh_from_db()
        assert board.removed_on == removal.removed_on
        assert Removal.objects.recorded().get() == removal

    def test_no_more_comes_down_than_was_found(self):
        with pytest.raises(Refused, match="不能更多"):
            handle(make_item(make_campaign()), quantity=2)

    def test_help_without_consent_is_refused_or_flagged(self):
        item = make_item(make_campaign())
        with pytest.raises(Refused, match="书面同意"):
            handle(item, "assisted", consent_on=None)
        assert handle(item, "assisted", consent_on=None, as_it_happened=True).removal.flaw

    def test_coercion_waits_for_the_case(self):
        item = items.open_case_for(make_item(make_campaign()), by=UserFactory(), case_number="外部立1")
        with pytest.raises(Refused, match="不能核对期限"):
            handle(item, "coercive")
        flawed = handle(item, "coercive", as_it_happened=True).removal
        assert flawed.flaw_article == "《行政强制法》第四十四条"

    def test_what_each_way_must_bring_along(self):
        campaign = make_campaign()
        for way, missing in (
            ("handed_over", {}),
            ("regularised", {"permit_number": ""}),
            ("emergency", {"reason": ""}),
        ):
            with pytest.raises(Refused):
                handle(make_item(campaign), way, **missing)
        assert Removal.objects.count() == 0


class TestStrikingOff:
    def test_needs_a_picture_of_afterwards(self):
        item = handle(make_item(make_campaign()))
        with pytest.raises(Refused, match="整治后照片"):
            items.settle_item(item, by=UserFactory())
        add_photo(item)
        assert items.settle_item(item, by=UserFactory()).state == ItemState.SETTLED

    def test_is_never_done_by_who_handled_it(self):
        by = UserFactory()
        item = handle(make_item(make_campaign()), by=by)
        add_photo(item)
        with pytest.raises(Refused, match="其他人复核"):
            items.settle_item(item, by=by)

    def test_the_database_says_so_too(self):
        item = settle(handle(make_item(make_campaign())))
        with pytest.raises(IntegrityError, match="item_settled_by_another"):
            CampaignItem.objects.filter(pk=item.pk).update(reviewed_by=item.handled_by_id)

    def test_what_is_only_paper_needs_no_picture(self):
        item = handle(make_item(make_campaign()), "regularised")
        assert items.settle_item(item, by=UserFactory()).state == ItemState.SETTLED

    def test_a_wrong_one_is_sent_back_or_voided_with_what_was_entered_with_it(self):
        campaign = make_campaign()
        street = campaign.streets.get()
        for undo in (items.send_back_item, items.void_item):
            board = make_board(street=street)
            item = settle(handle(make_item(campaign, board=board)))
            item = undo(item, by=UserFactory(), reason="拆的是另一块")
            board.refresh_from_db()
            assert board.removed_on is None
            assert Removal.objects.recorded().count() == 0
            assert counters(campaign).settled == 0
        first = CampaignItem.objects.get(state=ItemState.RETURNED)
        assert first.settled_on is None
        assert "的销号" in Activity.objects.about(first)[0].note
        assert Message.objects.get(recipient=first.handled_by).text.startswith(f"{first.number} ")
        assert settle(handle(first)).state == ItemState.SETTLED

    def test_who_handled_it_does_not_take_the_striking_off_back(self):
        by = UserFactory()
        with pytest.raises(Refused, match="其他人复核"):
            items.send_back_item(settle(handle(make_item(make_campaign()), by=by)), by=by, reason="还在")

    def test_sent_back_a_board_that_was_not_mended_is_as_it_was(self):
        campaign = make_campaign()
        kept, looked_at = (make_board(street=campaign.streets.get(), condition="hazard") for _ in range(2))
        for board in (kept, looked_at):
            item = handle(make_item(campaign, board=board), "repaired")
            board.refresh_from_db()
            assert board.condition == "sound"
            if board == looked_at:
                inspect(board)
            items.send_back_item(item, by=UserFactory(), reason="没有修")
        kept.refresh_from_db(), looked_at.refresh_from_db()
        assert (kept.condition, kept.status, looked_at.condition) == ("hazard", "hazard", "sound")
        item = handle(CampaignItem.objects.get(board=kept), "repaired")
        items.void_item(item, by=UserFactory(), reason="重复")
        kept.refresh_from_db()
        assert kept.condition == "hazard"

    def test_sent_back_the_removal_is_taken_back(self):
        campaign = make_campaign()
        board = make_board(street=campaign.streets.get())
        item = items.send_back_item(handle(make_item(campaign, board=board)), by=UserFactory(), reason="还在")
        board.refresh_from_db()
        assert item.removal is None
        assert board.removed_on is None
        assert Removal.objects.recorded().count() == 0


class TestCampaign:
    def test_a_month_has_the_phases_of_thirty_days(self):
        start = date(2026, 3, 2)
        ends = [(end - start).days + 1 for _, _, end in campaigns.planned_phases(start, start + timedelta(days=29))]
        assert ends == [3, 8, 15, 26, 30]

    @pytest.mark.parametrize("days", [5, 6, 14, 45, 92])
    def test_phases_of_any_length_follow_each_other(self, days):
        start = date(2026, 3, 2)
        phases = campaigns.planned_phases(start, start + timedelta(days=days - 1))
        assert [phase for phase, _, _ in phases] == list(Phase)
        assert phases[0][1] == start
        assert phases[-1][2] == start + timedelta(days=days - 1)
        assert all(later[1] == earlier[2] + timedelta(days=1) for earlier, later in itertools.pairwise(phases))

    def test_at_the_end_open_cases_go_on_as_cases(self):
        by, campaign = UserFactory(), make_campaign()
        item = items.open_case_for(make_item(campaign), by=by, case_number="立1")
        waiting = handle(make_item(campaign))
        with pytest.raises(Refused, match="1 处已处置未销号"):
            campaigns.close_campaign(campaign, by=by, conclusion="总结")
        closed = campaigns.close_campaign(campaign, by=by, conclusion="总结", accept_unreviewed=True)
        item.refresh_from_db()
        assert (closed.state, item.state) == (CampaignState.CLOSED, ItemState.IN_ENFORCEMENT)
        assert closed.result["unreviewed"] == 1
        assert campaigns.open_items(closed)[0].pk == waiting.pk  # what nobody looked at comes first

    def test_an_officer_acts_from_the_day_of_the_assignment(self):
        campaign, begun = make_campaign(), timedelta(days=3)
        fresh, lapsed = make_officer(SquadFactory()), make_officer(SquadFactory())
        Certificate.objects.filter(person=fresh).update(issued_on=campaign.start + begun)
        Certificate.objects.filter(person=lapsed).update(expires_on=campaign.start + begun)
        assert set(AssignmentForm(campaign=campaign).fields["officer"].queryset) == {fresh}
        facts = {"campaign": campaign, "street": campaign.streets.get()}
        campaigns.assign(CampaignAssignment(**facts, officer=fresh), by=UserFactory())
        with pytest.raises(Refused, match="没有有效的行政执法证"):
            campaigns.assign(CampaignAssignment(**facts, officer=lapsed), by=UserFactory())

    def test_a_street_with_items_stays_in_its_campaign(self):
        one, other = UnitFactory(), UnitFactory()
        campaign = make_campaign(one, other)
        make_item(campaign, street=one)
        with pytest.raises(Refused, match="不能移出"):
            campaigns.store_campaign(campaign, [other], by=UserFactory(), seen=campaign.version)


class TestCounting:
    def test_each_measure_by_itself_and_each_mode(self):
        campaign = make_campaign()
        for measure, quantity, way in (("piece", 2, "voluntary"), ("piece", 3, "assisted"), ("banner", 40, "cleared"),
                                       ("site", 7, "cleared")):  # fmt: skip
            handle(make_item(campaign, measure=measure, quantity=quantity, area=Decimal("1.5")), way)
        total = counters(campaign)
        assert (total.pieces, total.banners, total.sites, total.area) == (5, 40, 7, Decimal("6.0"))
        assert (total.voluntary, total.assisted, total.coercive, total.found) == (2, 3, 0, 4)

    def test_the_board_of_streets_has_a_light(self):
        one, other, third = UnitFactory(), UnitFactory(), UnitFactory()
        campaign = make_campaign(one, other, third)
        late = make_item(campaign, street=one)
        items.notify_item(late, by=UserFactory(), notified_on=late.found_on, due_on=late.found_on)
        settle(handle(make_item(campaign, street=other)))
        lights = {line.street.pk: (line.light, line.done_percent) for line in by_street(campaign)}
        assert lights == {one.pk: ("red", 0), other.pk: ("green", 100), third.pk: ("none", 0)}

    def test_cases_do_not_count_against_a_street(self):
        campaign = make_campaign()
        settle(handle(make_item(campaign)))
        items.open_case_for(make_item(campaign), by=UserFactory(), case_number="立1")
        assert by_street(campaign)[0].done_percent == 100

    def test_what_went_on_as_a_case_is_counted_on_its_own_day_and_once(self):
        campaign = make_campaign()
        day = campaign.start + timedelta(days=4)
        item = items.open_case_for(make_item(campaign), by=UserFactory(), case_number="立1", on=day)
        of_day = [counters(campaign, start=each, end=each).cases for each in (campaign.start, day)]
        assert (of_day, counters(campaign).cases) == ([0, 1], 1)
        item = items.send_back_item(handle(item), by=UserFactory(), reason="还在")
        item = items.open_case_for(item, by=UserFactory(), case_number="立2")
        assert item.cased_on == day
        item = items.open_case_for(item, by=UserFactory(), case_number="立3", on=day + timedelta(days=1))
        assert (item.case_number, item.cased_on) == ("立3", day + timedelta(days=1))
        assert "原为立2" in Activity.objects.about(item)[0].note
        with pytest.raises(Refused, match="不能更早"):
            items.open_case_for(
                make_item(campaign), by=UserFactory(), case_number="立3", on=campaign.start - timedelta(days=1)
            )

    def test_old_rows_learn_their_day_from_the_log_the_case_or_the_finding(self):
        campaign, by = make_campaign(), UserFactory()
        case = make_case(CaseState.FILED, filed_on=date(2025, 3, 9))
        logged = items.open_case_for(make_item(campaign), by=by, case_number="立1", on=campaign.start)
        filed, found = make_item(campaign), make_item(campaign)
        unknown = {"cased_on": date(2025, 1, 1)}
        CampaignItem.objects.filter(pk=filed.pk).update(case=case, **unknown)
        CampaignItem.objects.filter(pk=found.pk).update(case_number="立2", **unknown)
        import_module("billboards.migrations.0016_item_case_day").known_days(apps, None)
        days = [CampaignItem.objects.get(pk=item.pk).cased_on for item in (logged, filed, found)]
        assert days == [timezone.localdate(), date(2025, 3, 9), campaign.start]


class TestCorrecting:
    def test_what_was_found_is_not_later_than_what_followed(self):
        campaign = make_campaign()
        item = notify(make_item(campaign))
        item.found_on = item.notified_on + timedelta(days=1)
        with pytest.raises(Refused, match="已告知，摸底日期不能更晚") as refused:
            items.edit_item(item, by=UserFactory(), seen=item.version)
        assert refused.value.field == "found_on"

    @pytest.mark.parametrize("state", [ItemState.HANDLED, ItemState.SETTLED, ItemState.VOIDED])
    def test_what_is_handled_settled_or_voided_is_not_edited(self, state):
        item = brought_to(state, make_campaign())
        item.quantity = 9
        with pytest.raises(Refused, match="不能修改"):
            items.edit_item(item, by=UserFactory(), seen=item.version)


class TestDaily:
    def test_a_day_with_nothing_is_a_zero_report(self):
        campaign = make_campaign()
        street = campaign.streets.get()
        report = dailies.confirm_daily(campaign, street, campaign.start, by=UserFactory())
        assert report.is_zero
        assert "零报告" in report.text

    def test_what_was_sent_stays_and_a_correction_is_a_further_edition(self):
        by, campaign = UserFactory(), make_campaign()
        street = campaign.streets.get()
        first = dailies.confirm_daily(campaign, street, campaign.start, by=by, people=4)
        assert dailies.confirm_daily(campaign, street, campaign.start, by=by, people=4).pk == first.pk  # twice is once
        make_item(campaign)
        with pytest.raises(Refused, match="第1版"):
            dailies.confirm_daily(campaign, street, campaign.start, by=by, people=4)
        second = dailies.confirm_daily(campaign, street, campaign.start, by=by, people=4, seen=1)
        assert (second.edition, second.counters["found"], second.is_zero) == (2, 1, False)
        assert DailyReport.objects.get(pk=first.pk).counters["found"] == 0

    def test_the_total_of_the_list_takes_the_last_edition_of_a_day(self, client):
        by, campaign = UserFactory(), make_campaign()
        street = campaign.streets.get()
        dailies.confirm_daily(campaign, street, campaign.start, by=by, people=4, vehicles=2)
        dailies.confirm_daily(campaign, street, campaign.start, by=by, people=6, vehicles=1, seen=1)
        client.force_login(UserFactory(role=Roles.BILLBOARD_OFFICE, unit=UnitFactory()))
        table = client.get(reverse("billboards:daily-list")).context["table"]
        totals = {cell.column.name: cell.text for cell in table.totals}
        assert (table.count, totals["people"], totals["vehicles"]) == (2, "6", "1")

    def test_the_words_keep_the_measures_apart(self):
        campaign = make_campaign()
        street, day = campaign.streets.get(), campaign.start + timedelta(days=2)
        handle(make_item(campaign, quantity=2, area=Decimal("12.50")))
        handle(make_item(campaign, measure="banner", quantity=30), "cleared")
        text = dailies.confirm_daily(campaign, street, day, by=UserFactory(), people=6, vehicles=2).text
        assert "出动执法人员6人次、车辆2台次" in text
        assert "拆除2块，清理30条，拆除面积12.5㎡（其中自行拆除2块）" in text

    def test_not_ahead_and_not_outside(self):
        campaign = make_campaign()
        street = campaign.streets.get()
        for day in (timezone.localdate() + timedelta(days=1), campaign.start - timedelta(days=1)):
            with pytest.raises(Refused):
                dailies.confirm_daily(campaign, street, day, by=UserFactory())


class TestNumbersOnTop:
    """They are the whole campaign's, so they lead to the list only where it holds the same rows."""

    def page(self, client, campaign, role, unit):
        client.force_login(UserFactory(role=role, unit=unit))
        return client.get(campaign.get_absolute_url()).content.decode()

    def test_who_reads_every_street_opens_the_rows(self, client):
        campaign = make_campaign()
        make_item(campaign)
        assert "打开名单" in self.page(client, campaign, Roles.BILLBOARD_OFFICE, UnitFactory())

    def test_each_is_as_large_as_the_list_that_it_opens(self, client):
        campaign = make_campaign(targets=[{"kind": "shop_sign", "measure": "piece", "quantity": 9}])
        cased, _ = (items.open_case_for(make_item(campaign), by=UserFactory(), case_number="立1") for _ in range(2))
        settle(handle(cased))
        make_item(campaign, quantity=3)
        handle(make_item(campaign, quantity=2))
        client.force_login(UserFactory(role=Roles.BILLBOARD_OFFICE, unit=UnitFactory()))
        context = client.get(campaign.get_absolute_url()).context
        for label, value, unit, url in context["stats"]:
            if unit == "个":
                assert client.get(url).context["table"].count == value, label
        (target,) = context["targets"]
        totals = {cell.column.name: cell.text for cell in client.get(target["url"]).context["table"].totals}
        assert (target["done"], totals["quantity"]) == (3, "3块")

    def test_who_reads_one_street_or_none_is_led_to_no_other_list(self, client):
        campaign = make_campaign()
        item = make_item(campaign)
        campaign.streets.add(UnitFactory())
        for role, unit in ((Roles.PERMIT_SECTION, UnitFactory()), (Roles.STREET_CONTACT, item.street)):
            body = self.page(client, campaign, role, unit)
            assert "打开名单" not in body
            assert ("未销号 1</a>" in body) is (role == Roles.STREET_CONTACT)
