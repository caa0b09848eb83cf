"""收缴 and 销毁: never more destroyed than seized, never twice, nothing added across measures, custody appended only."""

import threading
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config.periods import Period
from fireworks.figures.records import FIGURES
from fireworks.models import CustodyEntry, Destruction, DestructionItem, SeizureLot
from fireworks.workflow import seizures
from staff.models import Activity
from staff.refusals import Refused
from tests.factories.fireworks import make_destruction, make_lot
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db


def again(lot):
    return SeizureLot.objects.get(pk=lot.pk)


def test_a_lot_begins_with_its_custody():
    lot = make_lot()
    (entry,) = lot.custody.all()
    assert (entry.act, entry.handed_by, entry.received_by, entry.place) == ("received", "商示例", "库示例", "一号库")


def test_what_is_destroyed_leaves_the_store_in_the_lots_own_measure():
    boxes, kilos = make_lot(), make_lot(measure="kg", quantity=Decimal("80.5"))
    destruction = make_destruction({boxes: 6, kilos: "80.5"})
    assert (again(boxes).left, again(boxes).standing) == (4, "部分销毁")
    assert (again(kilos).left, again(kilos).standing) == (0, "已销毁")
    assert boxes.custody.last().note == f"{destruction.number}：销毁 6 箱"
    assert Activity.objects.about(boxes).first().title == "销毁"


def test_never_more_than_is_left_and_nothing_is_booked_then():
    first, second = make_lot(), make_lot()
    with pytest.raises(Refused, match="只剩 10 箱") as refusal:
        make_destruction({first: 3, second: 11})
    assert refusal.value.field == f"lot_{second.pk}"
    assert again(first).destroyed == 0
    assert not Destruction.objects.exists()
    assert make_destruction({first: 10}).number.endswith("001")  # the number came back


def test_the_same_lot_cannot_be_destroyed_twice():
    lot = make_lot()
    make_destruction({lot: 10})
    with pytest.raises(Refused, match="已经全部销毁"):
        make_destruction({lot: 1})


def test_not_before_it_was_seized():
    with pytest.raises(Refused, match="才收缴"):
        make_destruction({make_lot(): 1}, destroyed_on=date(2026, 2, 1))


def test_taking_a_destruction_back_gives_back_what_it_booked():
    lot, by = make_lot(), UserFactory()
    destruction = make_destruction({lot: 6})
    seizures.void_destruction(destruction, by=by, reason="登记有误")
    assert (again(lot).destroyed, again(lot).standing) == (0, "在库")
    assert "退回 6 箱" in lot.custody.last().note
    with pytest.raises(Refused, match="已经作废"):
        seizures.void_destruction(destruction, by=by, reason="再来一次")
    assert again(lot).destroyed == 0


def test_a_lot_with_destruction_is_not_voided_and_a_voided_one_not_destroyed():
    burnt, kept, by = make_lot(), make_lot(), UserFactory()
    make_destruction({burnt: 1})
    with pytest.raises(Refused, match="先作废那次销毁"):
        seizures.void_lot(burnt, by=by, reason="登记有误")
    seizures.void_lot(kept, by=by, reason="登记有误")
    with pytest.raises(Refused, match="已作废"):
        make_destruction({kept: 1})
    with pytest.raises(Refused, match="已作废"):
        seizures.append_custody(kept, CustodyEntry(act="checked", received_by="库示例"), by=by)


@pytest.mark.parametrize(("change", "name"), [
    ({"destroyed": 11}, "lot_never_more_destroyed_than_seized"),
    ({"destroyed": -1}, "lot_never_more_destroyed_than_seized"),
    ({"quantity": 0}, "lot_"),
    ({"voided_at": timezone.now()}, "void_whole"),
    ({"voided_at": timezone.now(), "void_reason": "x", "destroyed": 1}, "lot_voided_only_whole"),
])  # fmt: skip
def test_the_database_holds_the_rules_of_lots(change, name):
    lot = make_lot()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        SeizureLot.objects.filter(pk=lot.pk).update(**change)


def test_the_database_holds_the_rules_of_destruction():
    lot = make_lot()
    destruction = make_destruction({lot: 1})
    for change in ({"weight_basis": ""}, {"weight_kg": None}, {"weight_kg": 0}):
        with pytest.raises(IntegrityError, match="destruction_weight_has_a_basis"), transaction.atomic():
            Destruction.objects.filter(pk=destruction.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        DestructionItem.objects.create(destruction=destruction, lot=lot, quantity=1)
    with pytest.raises(IntegrityError, match="destruction_item_positive"), transaction.atomic():
        DestructionItem.objects.update(quantity=0)


def test_custody_is_appended_only():
    entry = make_lot().custody.get()
    for change in (
        entry.save,
        entry.delete,
        CustodyEntry.objects.all().delete,
        lambda: CustodyEntry.objects.update(note="x"),
    ):
        with pytest.raises(TypeError):
            change()


def test_where_it_went_is_where_it_is():
    lot, by = make_lot(), UserFactory()
    seizures.append_custody(lot, CustodyEntry(act="checked", received_by="库示例", place="别处"), by=by)
    assert again(lot).store == "一号库"
    seizures.append_custody(lot, CustodyEntry(act="moved", received_by="管示例", place="二号库"), by=by)
    assert again(lot).store == "二号库"
    ahead = CustodyEntry(act="moved", received_by="管示例", happened_at=timezone.now() + timedelta(hours=2))
    with pytest.raises(Refused, match="晚于现在"):
        seizures.append_custody(lot, ahead, by=by)


def test_a_correction_never_goes_below_what_was_destroyed():
    lot, by = make_lot(), UserFactory()
    make_destruction({lot: 6})
    for change in ({"quantity": Decimal(5)}, {"measure": "kg"}):
        edited = again(lot)
        for name, value in change.items():
            setattr(edited, name, value)
        with pytest.raises(Refused) as refusal:
            seizures.correct_lot(edited, by=by, seen=edited.version)
        assert refusal.value.field == next(iter(change))


@given(st.lists(st.decimals(min_value="0.001", max_value=20, places=3), min_size=1, max_size=6))
def test_running_total_is_the_sum_of_what_was_booked(amounts):
    lot = make_lot(quantity=Decimal(30), measure="kg")
    booked = Decimal(0)
    for amount in amounts:
        if booked + amount > 30:
            with pytest.raises(Refused):
                make_destruction({lot: amount})
        else:
            make_destruction({lot: amount})
            booked += amount
    assert again(lot).destroyed == booked == sum(item.quantity for item in lot.items.all())


def test_unlike_measures_are_never_added():
    make_lot()
    make_lot(measure="kg", quantity=Decimal("2.5"))
    seized = next(figure for figure in FIGURES if figure.key == "fireworks.seized")
    period = Period.parse("2026H1")
    assert seized.value(period, None).is_missing
    assert [seized.value(period, measure).number for measure in ("box", "kg")] == [10, Decimal("2.5")]


def test_the_list_adds_up_only_one_measure(office):
    make_lot()
    make_lot(measure="kg")
    url = reverse("fireworks:lot-list")
    assert [cell.value for cell in office.get(url).context["table"].totals if cell.column.name == "quantity"] == [None]
    one = office.get(url, {"measure": "kg"}).context["table"].totals
    assert [cell.value for cell in one if cell.column.name == "quantity"] == [10]


@pytest.mark.django_db(transaction=True)
def test_two_who_destroy_the_last_boxes_at_once(transactional_db):
    lot = make_lot()
    results = []

    def attempt():
        try:
            make_destruction({lot: 7})
            results.append("done")
        except Refused:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "refused"]
    assert again(lot).destroyed == 7


FORM = {
    "destroyed_on": "2026-03-10",
    "place": "样例场",
    "method": "burnt",
    "witnesses": "样例公安分局",
    "vehicles": "2",
}


def test_destruction_from_the_page(office):
    lot = make_lot()
    url, data = reverse("fireworks:destruction-create"), {**FORM, "unit": lot.unit_id}
    nothing = office.post(url, data)
    assert nothing.status_code == 422
    assert "至少填一批" in nothing.content.decode()
    weight = office.post(url, {**data, f"lot_{lot.pk}": "2", "weight_kg": "30"})
    assert "应同时填写" in weight.content.decode()
    too_many = office.post(url, {**data, f"lot_{lot.pk}": "11"})
    assert too_many.status_code == 422
    assert "只剩 10 箱" in too_many.content.decode()
    assert 'value="11"' in too_many.content.decode()  # what was typed stays
    done = office.post(url, {**data, f"lot_{lot.pk}": "10", "weight_kg": "30", "weight_basis": "estimated"})
    assert done.url == Destruction.objects.get().get_absolute_url()
    page = office.get(done.url).content.decode()
    assert "估算" in page
    assert lot.number in page
    empty = office.get(url).content.decode()
    assert "没有在库的收缴物品" in empty


def test_an_amount_of_a_lot_that_went_meanwhile_is_not_dropped_without_a_word(office):
    gone, left = make_lot(), make_lot()
    make_destruction({gone: 10})
    typed = {f"lot_{gone.pk}": "10", f"lot_{left.pk}": "4", "lot_": "1", "lot_x": "1", f"lot_{10**30}": "1"}
    refused = office.post(reverse("fireworks:destruction-create"), {**FORM, "unit": left.unit_id, **typed})
    assert refused.status_code == 422
    assert f"{gone.number}刚刚已全部销毁或作废" in refused.content.decode()
    assert Destruction.objects.count() == 1
    assert SeizureLot.objects.get(pk=left.pk).destroyed == 0


def test_custody_from_the_page(office):
    lot = make_lot()
    url = reverse("fireworks:lot-custody", args=[lot.pk])
    bad = office.post(url, {"act": "moved"})
    assert bad.status_code == 422
    assert (
        office.post(url, {"act": "destroyed", "happened_at": "2026-03-01T09:00", "received_by": "x"}).status_code == 422
    )
    done = office.post(
        url, {"act": "moved", "happened_at": "2026-03-01T09:00", "received_by": "管示例", "place": "二号库"}
    )
    assert done.status_code == 302
    assert again(lot).store == "二号库"
    assert office.get(url).status_code == 405


def test_the_day_of_a_seizure_is_not_put_behind_its_custody_and_the_chain_says_what_was_corrected():
    lot, by = make_lot(), UserFactory()
    entry = CustodyEntry(act="moved", handed_by="库示例", received_by="仓示例", place="二号库")
    entry.happened_at = timezone.make_aware(datetime.combine(lot.seized_on + timedelta(days=5), time(9)))
    seizures.append_custody(lot, entry, by=by)
    lot = again(lot)
    day = lot.seized_on
    lot.seized_on = day + timedelta(days=6)
    with pytest.raises(Refused, match="已有交接记录") as refusal:
        seizures.correct_lot(lot, by=by, seen=lot.version)
    assert refusal.value.field == "seized_on"
    lot.seized_on = day + timedelta(days=5)
    seizures.correct_lot(lot, by=by, seen=lot.version)
    assert lot.custody.order_by("pk").last().note == f"收缴日期由 {day} 更正为 {day + timedelta(days=5)}"
    assert again(lot).store == "二号库"
