"""The standard in its versions: stored whole, by command or browser; findings keep the one they were registered under."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.urls import reverse
from openpyxl import load_workbook

from inspections.models import Category, Item, ItemShare, StandardVersion
from inspections.standard_csv import SEED, parse
from inspections.standards import standard_rows
from inspections.workflow.standards import store_standard
from staff.models import Activity, User, Verb
from staff.permissions import Roles
from staff.refusals import Refused
from tests.factories.inspections import ItemFactory, make_finding, moment
from tests.factories.scores import published_bulletin
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db


def stored(valid_from, name="标准"):
    sheet = parse(SEED.read_bytes())
    return store_standard(sheet, name=name, source="考评办法", valid_from=valid_from, by=None)


def test_the_seed_is_stored_whole():
    version = stored(date(2026, 1, 1))
    items = Item.objects.filter(category__version=version)
    assert (version.categories.count(), items.count()) == (6, 41)
    assert version.categories.aggregate(total=Sum("points"))["total"] == 100
    for category in version.categories.all():
        assert category.items.aggregate(total=Sum("cap"))["total"] == category.points
    for item in items.prefetch_related("shares"):
        assert sum(share.share for share in item.shares.all()) == 1, item.code
    assert Activity.objects.about(version).get().verb == Verb.IMPORT


def test_a_new_version_ends_the_one_before_and_each_day_has_its_own():
    old, new = stored(date(2025, 1, 1), "旧"), stored(date(2026, 7, 1), "新")
    old.refresh_from_db()
    assert old.valid_to == date(2026, 6, 30)
    in_force = StandardVersion.objects.in_force_on
    assert [in_force(day) for day in (date(2024, 12, 31), date(2026, 6, 30), date(2026, 7, 1))] == [None, old, new]


def test_a_version_that_is_stored_later_ends_where_the_next_begins():
    old, new = stored(date(2025, 1, 1), "旧"), stored(date(2026, 7, 1), "新")
    between = stored(date(2026, 1, 1), "补录")
    old.refresh_from_db()
    assert (old.valid_to, between.valid_to, new.valid_to) == (date(2025, 12, 31), date(2026, 6, 30), None)


def test_a_standard_does_not_begin_in_a_month_whose_bulletin_is_out(client):
    office = UserFactory(role=Roles.ASSESSMENT_OFFICE)
    stored(date(2025, 1, 1))
    published_bulletin("2026-03", office)
    with pytest.raises(Refused, match="2026年3月的通报已经印发，新标准只能从以后的月份起施行"):
        stored(date(2026, 3, 31))
    with pytest.raises(CommandError, match="已经印发"):
        call_command("load_standard", "--valid-from", "2026-03-31")
    client.force_login(office)
    data = {"name": "新", "source": "样例〔2026〕1号", "valid_from": "2026-03-31"}
    file = SimpleUploadedFile("standard.csv", SEED.read_bytes())
    page = client.post(reverse("inspections:standard-import"), {**data, "file": file})
    assert "已经印发" in page.context["form"].errors["valid_from"][0]
    assert StandardVersion.objects.count() == 1
    assert stored(date(2026, 4, 1)).pk


def test_a_finding_keeps_the_item_under_which_it_was_registered():
    finding = make_finding(item=ItemFactory(code="A01"), found_at=moment(2026, 3, 5))
    points = finding.points
    stored(date(2026, 2, 1))
    finding.refresh_from_db()
    assert (finding.item.category.version.name, finding.points) == ("样例考评标准", points)


def test_the_command_stores_the_seed_and_refuses_a_second_start_on_the_same_day(capsys):
    call_command("load_standard", "--valid-from", "2026-01-01", "--name", "试行标准", "--source", "样例〔2026〕1号")
    assert "6 个大项，41 个小项" in capsys.readouterr().out
    assert StandardVersion.objects.get().source == "样例〔2026〕1号"
    with pytest.raises(CommandError, match="已经有一版标准"):
        call_command("load_standard", "--valid-from", "2026-01-01")
    assert StandardVersion.objects.count() == 1


def test_the_command_names_what_is_wrong_and_stores_nothing(tmp_path):
    broken = tmp_path / "standard.csv"
    broken.write_bytes(SEED.read_bytes().replace(b",28,A01", b",29,A01"))
    with pytest.raises(CommandError, match="没有写入"):
        call_command("load_standard", str(broken), "--valid-from", "2026-01-01")
    with pytest.raises(CommandError, match="读不了文件"):
        call_command("load_standard", str(tmp_path / "none.csv"), "--valid-from", "2026-01-01")
    assert not StandardVersion.objects.exists()


@pytest.mark.parametrize(
    ("model", "change", "constraint"),
    [
        (StandardVersion, {"valid_to": date(2019, 1, 1)}, "standard_valid_to_not_before_from"),
        (Category, {"points": 0}, "category_points_positive"),
        (Item, {"deduct": 0}, "item_points_ordered"),
        (Item, {"severe_deduct": Decimal("0.1")}, "item_points_ordered"),
        (Item, {"cap": Decimal("0.1")}, "item_points_ordered"),
        (ItemShare, {"share": Decimal("1.1")}, "item_share_within_one"),
        (ItemShare, {"share": 0}, "item_share_within_one"),
    ],
)
def test_the_database_refuses_a_standard_that_makes_no_sense(model, change, constraint):
    ItemFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**change)


def test_only_who_keeps_the_standard_may_import_it(client):
    client.force_login(UserFactory(role=Roles.SQUAD_MEMBER))
    address = reverse("inspections:standard-import")
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
    client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
    assert client.get(address).status_code == 200


class TestByTheBrowser:
    """The standard goes out as a sheet, is changed there, and comes back as the next version."""

    @pytest.fixture
    def office(self, client):
        client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
        return client

    def sheet_of(self, office, version):
        return load_workbook(io.BytesIO(office.get(reverse("inspections:standard-xlsx", args=[version.pk])).content))

    def send(self, office, content, name="标准.xlsx"):
        form = {"name": "新标准", "source": "样例〔2026〕2号", "valid_from": "2026-07-01"}
        return office.post(reverse("inspections:standard-import"), {**form, "file": SimpleUploadedFile(name, content)})

    def sent(self, office, book):
        target = io.BytesIO()
        book.save(target)
        return self.send(office, target.getvalue())

    def test_what_goes_out_comes_back_the_same(self, office):
        old = stored(date(2026, 1, 1))
        assert self.sent(office, self.sheet_of(office, old)).status_code == 302
        new = StandardVersion.objects.get(name="新标准")
        assert standard_rows(new) == standard_rows(old)
        assert Activity.objects.about(old).filter(verb=Verb.EXPORT).count() == 1

    def test_a_change_in_the_sheet_is_in_the_new_version(self, office):
        book = self.sheet_of(office, stored(date(2026, 1, 1)))
        sheet = book.active
        hours = [cell.value for cell in sheet[3]].index("整改时限（小时）")
        sheet[4][hours].value = 3
        self.sent(office, book)
        assert Item.objects.get(category__version__name="新标准", code="A01").rectify_hours == 3

    def test_a_blank_row_between_loses_nothing_below_it(self, office):
        old = stored(date(2026, 1, 1))
        book = self.sheet_of(office, old)
        book.active.insert_rows(7)
        assert self.sent(office, book).status_code == 302
        assert standard_rows(StandardVersion.objects.get(name="新标准")) == standard_rows(old)

    def test_what_is_wrong_is_told_by_row_and_column_and_nothing_is_stored(self, office):
        book = self.sheet_of(office, stored(date(2026, 1, 1)))
        cap = [cell.value for cell in book.active[3]].index("小项分值（扣完为止）")
        book.active[5][cap].value = "许多"
        answer = self.sent(office, book)
        assert answer.status_code == 200
        assert "第5行“小项分值（扣完为止）”" in answer.content.decode()
        assert StandardVersion.objects.count() == 1

    @pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0", b"", b"a,b\n1,2\n"])
    def test_what_is_no_standard_is_refused_in_words(self, office, content):
        answer = self.send(office, content)
        assert answer.status_code == 200
        assert answer.context["form"].errors["file"]

    def test_the_csv_of_before_is_still_read(self, office):
        assert self.send(office, SEED.read_bytes(), "标准.csv").status_code == 302


def test_the_admin_corrects_a_standard_with_a_line_in_the_log_and_only_shows_findings(client):
    finding = make_finding()
    client.force_login(User.objects.create_superuser("9", password="x", must_change_password=False))
    page = reverse("admin:inspections_category_change", args=[finding.item.category_id])
    category = finding.item.category
    data = {"version": category.version_id, "code": category.code, "name": "市容市貌", "points": "28"}
    assert client.post(page, data).status_code == 302
    assert Activity.objects.about(category).get().changes["大项"] == ["市容秩序", "市容市貌"]
    assert client.get(reverse("admin:inspections_finding_changelist")).status_code == 200
    assert client.post(reverse("admin:inspections_finding_change", args=[finding.pk])).status_code == 403
    assert client.post(reverse("admin:inspections_finding_delete", args=[finding.pk])).status_code == 403
