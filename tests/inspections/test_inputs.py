"""Scores from outside: the month's grid, the import, what is refused, what is logged."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse

from inspections.models import ComponentInput
from inspections.tasks import INPUT_IMPORT
from inspections.workflow import inputs
from staff.imports import pipeline
from staff.models import Activity, ImportState, UnitKind
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories import scores as make
from tests.factories.staff import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
MONTH = make.MONTH
GRID = "/inspections/inputs/2026-03/"


@pytest.fixture
def unit():
    return UnitFactory(short_name="甲街道")


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    client.force_login(user)
    return user


def typed(client, **changes):
    form = client.get(GRID).context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {key: "" if value is None else value for key, value in {**data, **changes}.items()}


def row(unit, **facts):
    return inputs.InputRow(**{"month": MONTH, "unit": unit, "kind": "complaints", "source": "文件", **facts})


class TestGrid:
    def test_counts_and_scores_are_stored_with_their_source(self, client, office, unit):
        cells = {f"due-{unit.pk}": "128", f"closed-{unit.pk}": "124", f"in_time-{unit.pk}": "118", f"reworked-{unit.pk}": "3"}  # fmt: skip
        more = {f"complaints-{unit.pk}": "96", "source-digital": "数字城管通报", "source-complaints": "投诉台账"}
        assert client.post(GRID, typed(client, **cells, **more)).status_code == 302
        digital, complaints = ComponentInput.objects.order_by("-kind")
        assert (digital.due, digital.reworked, digital.score, digital.source) == (128, 3, None, "数字城管通报")
        assert digital.value.quantize(Decimal("0.01")) == Decimal("94.67")
        assert (complaints.score, complaints.entered_by) == (96, office)
        assert Activity.objects.about(complaints).get().changes == {"得分": ["", "96"]}

    def test_nothing_typed_changes_nothing(self, client, office, unit):
        make.give(unit, "complaints", "96.5")
        page = client.post(GRID, typed(client), follow=True)
        assert "没有改动" in page.content.decode()
        assert not Activity.objects.filter(object_type="inspections.componentinput").exists()

    def test_a_correction_and_a_removal_are_logged(self, client, office, unit):
        stored = make.give(unit, "complaints", "96")
        client.post(GRID, typed(client, **{f"complaints-{unit.pk}": "95.5"}))
        client.post(GRID, typed(client, **{f"complaints-{unit.pk}": ""}))
        assert not ComponentInput.objects.exists()
        assert [a.changes["得分"] for a in Activity.objects.about(stored)] == [["95.5", ""], ["96", "95.5"]]
        assert "95.5" in client.get(GRID).content.decode()

    @pytest.mark.parametrize(("changes", "field"), [
        ({"complaints": "101"}, "complaints"),
        ({"due": "10"}, "due"),
        ({"due": "10", "closed": "9", "in_time": "9", "reworked": "0", "digital": "90"}, "digital"),
        ({"complaints": "九十"}, "complaints"),
        ({"due": "-1"}, "due"),
    ])  # fmt: skip
    def test_what_is_wrong_is_said_at_its_cell_and_stays_typed(self, client, office, unit, changes, field):
        cells = {f"{name}-{unit.pk}": value for name, value in changes.items()}
        page = client.post(GRID, typed(client, **cells, **{"source-digital": "x", "source-complaints": "x"}))
        assert page.status_code == 422
        assert f"{field}-{unit.pk}" in page.context["form"].errors
        assert not ComponentInput.objects.exists()

    def test_counts_out_of_order_are_refused(self, client, office, unit):
        cells = {f"due-{unit.pk}": "5", f"closed-{unit.pk}": "6", f"in_time-{unit.pk}": "1", f"reworked-{unit.pk}": "0"}
        page = client.post(GRID, typed(client, **cells, **{"source-digital": "x"}))
        assert (page.status_code, "应依次不增" in page.content.decode()) == (422, True)

    def test_without_a_source_nothing_is_stored(self, client, office, unit):
        page = client.post(GRID, typed(client, **{f"bonus-{unit.pk}": "1"}))
        assert page.status_code == 422
        assert "source-bonus" in page.context["form"].errors

    def test_two_at_once_one_is_told(self, client, office, unit):
        stale = typed(client, **{f"complaints-{unit.pk}": "90", "source-complaints": "x"})
        make.give(unit, "key_work", "80")
        page = client.post(GRID, stale)
        assert (page.status_code, "刚被别人修改过" in page.content.decode()) == (422, True)
        assert ComponentInput.objects.count() == 1

    def test_a_street_reads_its_own_line_and_writes_nothing(self, client, unit):
        UnitFactory(short_name="乙街道")
        client.force_login(UserFactory(role=Roles.STREET_CONTACT, unit=unit))
        page = client.get(GRID)
        assert [each.unit for each in page.context["form"].grid()] == [unit]
        assert client.post(GRID, {}).status_code == 403

    @pytest.mark.parametrize("month", ["2026", "2026H1", "2026-13", "x"])
    def test_what_is_no_month_is_not_found(self, client, office, month):
        assert client.get(reverse("inspections:input-grid", args=[month])).status_code == 404

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_list_costs_the_same(self, client, office, unit, django_assert_max_num_queries, rows):
        for number in range(rows):
            make.give(unit, "complaints", 90, month=f"2026-0{number + 1}")
        client.get(reverse("inspections:input-list"))
        with django_assert_max_num_queries(9):
            assert client.get(reverse("inspections:input-list")).context["table"].count == rows


class TestDoor:
    @pytest.mark.parametrize(("facts", "text"), [
        ({"score": Decimal(1), "source": " "}, "没有写来源文件"),
        ({"counts": (1, 1, 1, 0)}, "只用于数字城管"),
        ({"kind": "digital", "counts": (1, 1, 1, 0), "score": Decimal(1)}, "不与得分同时填"),
        ({"kind": "digital", "counts": (1, 2, 1, 0)}, "依次不增"),
        ({"kind": "digital", "counts": (2, 1, 1, 2)}, "返工数不得多于"),
    ])  # fmt: skip
    def test_what_cannot_be_is_refused(self, unit, facts, text):
        with pytest.raises(Refused, match=text):
            inputs.save_inputs([row(unit, **facts)], by=None)

    def test_a_stale_digest_is_told(self, unit):
        seen = inputs.digest_of(MONTH)
        inputs.save_grid(MONTH, [row(unit, score=Decimal(90))], by=UserFactory(), seen=seen)
        with pytest.raises(ChangedMeanwhile):
            inputs.save_grid(MONTH, [], by=UserFactory(), seen=seen)

    @pytest.mark.parametrize(("kind", "changes", "name"), [
        ("complaints", {"score": 101}, "input_score_within_hundred"),
        ("complaints", {"score": None}, "input_score_or_counts"),
        ("complaints", {"due": 1}, "input_score_or_counts"),
        ("digital", {"closed": None}, "input_score_or_counts"),
        ("digital", {"closed": 11}, "input_counts_in_order"),
        ("digital", {"reworked": 10}, "input_counts_in_order"),
        ("digital", {"kind": "complaints"}, "input_score_or_counts"),
    ])  # fmt: skip
    def test_the_database_keeps_inputs_sensible(self, unit, kind, changes, name):
        facts = {"due": 10, "closed": 9, "in_time": 8, "reworked": 0} if kind == "digital" else {"score": 90}
        stored = make.give(unit, kind, **facts)
        with pytest.raises(IntegrityError, match=name):
            ComponentInput.objects.filter(pk=stored.pk).update(**changes)

    def test_one_score_a_unit_month_and_kind(self, unit):
        make.give(unit, "complaints", 90)
        with pytest.raises(IntegrityError):
            make.give(unit, "complaints", 91)


SHEET = """月份\t单位\t项目\t得分\t应结案\t结案\t按期结案\t返工\t来源文件
2026年3月\t甲街道\t数字城管\t\t128\t124\t118\t3\t数字城管通报
2026-03\t甲街道\t投诉与曝光\t96分\t\t\t\t\t投诉台账
2026/3\t区农委\t重点工作\t90\t\t\t\t\t调度表
"""


class TestImport:
    def load(self, text, settings):
        settings.JOB_RUNNER = "inline"
        by = UserFactory(role=Roles.ASSESSMENT_OFFICE)
        batch = pipeline.receive_text(text, kind=INPUT_IMPORT, owner=by)
        pipeline.start_check(batch, by=by)
        batch.refresh_from_db()
        return batch, by

    @pytest.mark.django_db(transaction=True)
    def test_a_pasted_sheet_goes_in_and_comes_again_as_known(self, settings, unit):
        UnitFactory(short_name="区农委", kind=UnitKind.AGRICULTURE, ranking_group="")
        batch, by = self.load(SHEET, settings)
        pipeline.start_publish(batch, by=by, valid_rows_only=False)
        batch.refresh_from_db()
        assert batch.state == ImportState.PUBLISHED
        assert ComponentInput.objects.filter(month=MONTH, batch=batch).count() == 3
        again, by = self.load(SHEET, settings)
        assert (again.new, again.duplicate) == (0, 3)
        corrected, by = self.load(SHEET.replace("96分", "95"), settings)
        assert corrected.new == 1
        pipeline.start_publish(corrected, by=by, valid_rows_only=False)
        assert ComponentInput.objects.get(kind="complaints").score == 95

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize(("wrong", "text"), [
        ("2026-03\t丙街道\t投诉与曝光\t96\t\t\t\t\tx", "没有“丙街道”"),
        ("2099-03\t甲街道\t投诉与曝光\t96\t\t\t\t\tx", "还没有到"),
        ("2026-03（快报）\t甲街道\t投诉与曝光\t96\t\t\t\t\tx", "不是月份"),
        ("三月\t甲街道\t投诉与曝光\t96\t\t\t\t\tx", "不是月份"),
        ("2026-03\t甲街道\t投诉与曝光\t196\t\t\t\t\tx", "大于 100"),
        ("2026-03\t甲街道\t投诉与曝光\t\t\t\t\t\tx", "没有得分"),
        ("2026-03\t甲街道\t数字城管\t\t5\t\t\t\tx", "要填齐"),
        ("2026-03\t甲街道\t数字城管\t\t5\t6\t1\t0\tx", "依次不增"),
        ("2026-03\t甲街道\t投诉与曝光\t96\t\t\t\t\t", "不能为空"),
    ])  # fmt: skip
    def test_every_wrong_row_says_why(self, settings, unit, wrong, text):
        batch, _ = self.load(SHEET.splitlines()[0] + "\n" + wrong + "\n", settings)
        assert batch.wrong == 1
        assert text in str(batch.problems)


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["9" * 40, "9" * 5000, "abc"])
def test_a_batch_that_is_none_is_no_server_error(client, number):
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    assert client.get(reverse("inspections:input-list"), {"batch": number}).status_code == 200
