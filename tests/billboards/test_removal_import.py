"""Old ledgers of removals: every row a fact; what broke a rule is written and flagged, what cannot be is told at its field."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billboards.enums.boards import BoardLife, Measure, RemovalMode
from billboards.models import Board, Removal
from billboards.resources.removals import RemovalResource
from billboards.tasks import store_removal
from staff.imports.kinds import one_by_one
from staff.models import ImportBatch
from staff.permissions import Roles
from tests.billboards.test_case_pages import signed_in
from tests.factories.boards import make_board
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


class Quiet:
    def step(self, *args):
        """No one watches."""


def checked(ground, **cells):
    made = RemovalResource()
    made.prepare()
    facts = {
        "removed_on": "2024.5.8", "what": "示例商场楼顶广告", "place": "南湖大道 12 号", "street": ground.name, "mode": "自拆",
        "quantity": "2块", "measure": "块", "area": "48㎡",
    }  # fmt: skip
    return made.check(2, {**facts, **cells}), made


def publish(*rows, by=None):
    batch = ImportBatch.objects.create(
        kind="billboards.removals", original_name="旧台账.xlsx", owner=by or UserFactory()
    )
    one_by_one(store_removal, order=lambda facts: facts.removed_on)(rows, UserFactory(), batch, Quiet())
    return batch


def test_an_old_removal_is_counted_by_its_own_measure_and_known_when_it_comes_again():
    ground = UnitFactory(kind="street")
    row, _ = checked(ground)
    assert (row.problems, row.warnings) == ([], ())
    publish(row)
    stored = Removal.objects.get()
    assert (stored.mode, stored.quantity, stored.measure) == (RemovalMode.VOLUNTARY, 2, Measure.PIECE)
    assert (stored.area, stored.removed_on, stored.flaw) == (Decimal(48), date(2024, 5, 8), "")
    again, made = checked(ground)
    assert again.key in made.known_keys([again])
    for cells in ({"removed_on": "2024-05-09"}, {"quantity": "3块"}, {"measure": "处"}, {"area": "12㎡"}):
        other, made = checked(ground, **cells)
        assert other.key not in made.known_keys([other]), cells


def test_what_came_down_against_the_rules_is_written_and_flagged():
    ground = UnitFactory(kind="street")
    coerced, _ = checked(ground, mode="强拆")
    helped, _ = checked(ground, mode="助拆", what="门头招牌")
    emergency, _ = checked(ground, mode="排险", what="高炮")
    assert all(row.problems == [] for row in (coerced, helped, emergency))
    assert "程序瑕疵" in "".join(coerced.warnings)
    assert "书面同意" in "".join(helped.warnings)
    assert "没有写明" in "".join(emergency.warnings)
    publish(coerced, helped, emergency)
    assert Removal.objects.exclude(flaw="").count() == 2
    assert "第四十四条" in Removal.objects.get(mode=RemovalMode.COERCIVE).flaw_article
    assert Removal.objects.get(mode=RemovalMode.EMERGENCY).reason == "原台账没有写明"


def test_a_board_of_the_ledger_comes_down_with_its_row_and_only_once():
    board = make_board()
    row, _ = checked(board.street, code=board.code)
    publish(row)
    stored = Board.objects.get(pk=board.pk)
    assert (stored.life, stored.removed_on) == (BoardLife.REMOVED, date(2024, 5, 8))
    again, _ = checked(board.street, code=board.code, removed_on="2024-06-01")
    assert "已登记拆除" in dict(again.problems)["code"]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"removed_on": "2999-01-01"}, "removed_on"),
        ({"street": "没有的街道"}, "street"),
        ({"mode": "不知道"}, "mode"),
        ({"quantity": "0"}, "quantity"),
        ({"code": "没有的编码"}, "code"),
        ({"what": ""}, "what"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(cells, field):
    row, _ = checked(UnitFactory(kind="street"), **cells)
    assert field in [name for name, _ in row.problems]
    assert row.facts is None


def test_the_list_leads_to_the_import_and_a_wrong_row_is_taken_back_on_its_page():
    client = signed_in(Roles.BILLBOARD_OFFICE)
    row, _ = checked(UnitFactory(kind="street"))
    batch = publish(row)
    listing = client.get(reverse("billboards:removal-list"), {"batch": batch.pk}).content.decode()
    removal = Removal.objects.get()
    assert reverse("staff:import-new", args=["billboards.removals"]) in listing
    assert removal.get_absolute_url() in listing
    assert "作废拆除登记" not in listing
    page = client.get(removal.get_absolute_url())
    assert "示例商场楼顶广告" in page.content.decode()
    client.post(reverse("billboards:removal-void", args=[removal.pk]), {"reason": "重复"})
    removal.refresh_from_db()
    assert removal.is_voided
    assert signed_in(Roles.FINANCE).get(removal.get_absolute_url()).status_code == 403
