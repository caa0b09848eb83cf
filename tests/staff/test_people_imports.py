"""Real sheets of the personnel section and of the office: people, movements, certificates, quotas, rules."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from config.identity import id_check_digit
from config.periods import Period
from staff.headcount import count, scopes
from staff.imports import pipeline
from staff.models import (
    Activity,
    Certificate,
    ImportBatch,
    Job,
    Movement,
    Person,
    PersonIdentity,
    Quota,
    Regulation,
    RegulationVersion,
)
from staff.permissions import Roles
from staff.workflow import establishment, people
from staff.workflow import imports as workflow
from tests.factories.people import CertificateFactory, DepartmentFactory, make_person, move
from tests.factories.staff import SquadFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(client):
    DepartmentFactory(name="人事科")
    SquadFactory(name="执法一中队", short_name="一中队")
    user = UserFactory(role=Roles.PERSONNEL)
    client.force_login(user)
    client.user = user
    return client


def sheet(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def upload(client, kind, *rows):
    """Upload, and return the batch after its check."""
    file = SimpleUploadedFile("花名册.xlsx", sheet(*rows))
    client.post(reverse("staff:import-new", args=[kind]), {"file": file})
    return ImportBatch.objects.latest("pk")


def confirm(client, batch, **data):
    client.post(reverse("staff:import-confirm", args=[batch.pk]), data)
    batch.refresh_from_db()
    return batch


def reasons(batch):
    return {(label, message) for _, label, message in batch.problems}


def number(birth, serial):
    first = f"430602{birth:%Y%m%d}{serial:03d}"
    return first + id_check_digit(first)


PEOPLE = [
    "姓名",
    "性别",
    "身份证号",
    "出生日期",
    "工号",
    "科室",
    "职务",
    "人员类别",
    "到岗日期",
    "进入方式",
    "政治面貌",
]
BIRTH = date(1985, 3, 7)


def test_the_roster_of_a_bureau_goes_in_and_stands_in_the_ledger(clerk):
    rows = [
        ["张示例", "男", number(BIRTH, 1), "1985-03-07", "2001", "人事科", "科长", "行政编制", "2024-01-01", "建账", "中共党员"],
        ["李示例", "女", "", "1990年2月3日", "2002", "一中队", "队员", "劳务派遣", "2026/3/5", "派遣新增", "群众"],
    ]  # fmt: skip
    batch = upload(clerk, "staff.people", ["南湖新区城管局人员花名册"], PEOPLE, *rows)
    assert (batch.new, batch.wrong, batch.problems) == (2, 0, [])
    assert not Person.objects.exists()
    confirm(clerk, batch)
    assert (batch.written, Person.objects.count(), Movement.objects.count()) == (2, 2, 2)
    zhang = Person.objects.get(staff_number="2001")
    assert zhang.identity.id_number == number(BIRTH, 1)
    assert zhang.movements.get().post_after == "科长"
    assert count(scopes(date(2026, 3, 4))["roll"], date(2026, 3, 4)) == 1
    assert count(scopes(date(2026, 3, 5))["roll"], date(2026, 3, 5)) == 2
    log = Activity.objects.get(verb="import")
    assert number(BIRTH, 1) not in f"{log.changes}{log.note}{log.title}{log.object_label}"
    assert not Activity.objects.filter(title="人员建档").exists()  # one line for the whole sheet
    again = upload(clerk, "staff.people", PEOPLE, *rows)
    assert (again.new, again.duplicate) == (0, 2)


def test_what_is_wrong_on_a_roster_is_said_by_row_and_column(clerk):
    make_person(name="占示例", staff_number="2009")
    batch = upload(
        clerk,
        "staff.people",
        PEOPLE,
        ["甲示例", "男", "430602198503070019", "1985-03-07", "1", "人事科", "", "行政编制", "", "", ""],
        ["乙示例", "女", number(BIRTH, 1), "1985-03-07", "2", "人事科", "", "行政编制", "", "", ""],
        ["丙示例", "男", "", "1985-03-07", "3", "人事科", "", "临时工", "", "", ""],
        ["己示例", "男", "", "1985-03-09", "6", "后勤科", "", "行政编制", "", "", ""],
        ["丁示例", "男", "", "2036-03-07", "4", "人事科", "", "行政编制", "2024-01-01", "", ""],
        ["戊示例", "男", "", "1985-03-08", "2009", "人事科", "", "行政编制", "", "", ""],
    )
    text = "".join(message for _, message in reasons(batch))
    for words in ("校验位", "性别不一致", "没有“后勤科”", "临时工", "早于", "工号 2009 已是别人的"):
        assert words in text, words
    assert (batch.wrong, batch.new) == (6, 0)
    errors = clerk.get(reverse("staff:job-file", args=[Job.objects.latest("pk").pk, "errors"]))
    assert b"".join(errors.streaming_content).startswith(b"PK")


def test_a_second_sheet_fills_what_the_first_left_empty_and_changes_nothing_else(clerk):
    rows = ["张示例", "男", "", "1985-03-07", "2001", "人事科", "科长", "行政编制", "2024-01-01", "建账", ""]
    confirm(clerk, upload(clerk, "staff.people", PEOPLE, rows))
    head = [*PEOPLE, "学历", "参加工作时间", "手机号"]
    fuller = [*rows[:2], number(BIRTH, 1), *rows[3:10], "中共党员", "本科", "2006-07", "13000000001"]
    batch = upload(clerk, "staff.people", head, fuller)
    assert (batch.new, batch.duplicate, batch.wrong) == (1, 0, 0)
    assert batch.preview["rows"][0][-1] == "补齐：学历、政治面貌、参加工作时间、公民身份号码、手机号"
    confirm(clerk, batch)
    zhang = Person.objects.get()
    assert (zhang.education, zhang.party, zhang.joined_on) == ("bachelor", "member", date(2006, 7, 1))
    assert zhang.identity.id_number == number(BIRTH, 1)
    assert Movement.objects.count() == 1
    log = Activity.objects.get(title="导入时补齐人员信息")
    assert number(BIRTH, 1) not in f"{log.changes}{log.note}{log.object_label}"
    other = [*fuller[:10], "群众", "研究生", "2006-07", "13000000001"]
    batch = upload(clerk, "staff.people", head, other)
    assert (batch.new, batch.duplicate) == (0, 1)
    assert "学历、政治面貌与名册不同，没有改动" in batch.preview["warnings"][0][1]
    confirm(clerk, batch)
    zhang.refresh_from_db()
    assert (zhang.education, zhang.party) == ("bachelor", "member")


def test_a_number_that_is_somebody_elses_is_not_filled_in(clerk):
    make_person(name="占示例", staff_number="2009")
    make_person(name="无示例", staff_number=None, birth_date=BIRTH)
    row = ["无示例", "男", "", "1985-03-07", "2009", "人事科", "", "行政编制", "", "", ""]
    batch = upload(clerk, "staff.people", PEOPLE, row)
    assert (batch.new, batch.duplicate) == (0, 1)
    assert "工号（已是别人的）" in batch.preview["warnings"][0][1]


def test_columns_are_not_changed_behind_the_preview(clerk):
    row = ["张示例", "男", "", "1985-03-07", "2001", "人事科", "科长", "行政编制", "2024-01-01", "建账", ""]
    batch = upload(clerk, "staff.people", PEOPLE, row)
    chosen = dict(batch.columns)
    address = reverse("staff:import-columns", args=[batch.pk])
    other = {name: str(index) for name, index in chosen.items() if name != "post"}
    page = clerk.post(address, other, follow=True)
    assert "列对应不再改动" in page.content.decode()
    batch.refresh_from_db()
    assert (batch.columns, batch.state) == (chosen, "checked")
    clerk.post(reverse("staff:import-discard", args=[batch.pk]))
    assert clerk.post(address, other).status_code == 302  # its file is gone


MOVES = ["姓名", "工号", "变动类型", "变动日期", "现单位", "人员性质", "原因", "去向", "文号", "备注"]


def test_movements_go_in_by_their_days_and_the_odd_ones_are_flagged(clerk):
    make_person(name="王示例", staff_number="3001")
    batch = upload(
        clerk,
        "staff.movements",
        MOVES,
        ["王示例", "", "辞职", "2026-05-06", "", "", "个人原因", "", "示人〔2026〕1号", ""],
        ["王示例", "3001", "借出", "2026-03-05", "", "", "", "示例专班", "", ""],
        ["王示例", "3001", "退休", "2026-06-01", "", "", "", "", "", ""],
        ["没示例", "", "辞职", "2026-05-06", "", "", "", "", "", ""],
        ["王示例", "", "更正", "2026-05-06", "", "", "", "", "", "x"],
    )
    assert (batch.new, batch.wrong) == (3, 2)
    text = "".join(message for _, message in reasons(batch))
    assert "名册里没有“没示例”" in text
    assert "不能导入" in text
    confirm(clerk, batch, valid_rows_only="on")
    rows = Movement.objects.filter(batch=batch).order_by("effective_on")
    assert [(row.get_kind_display(), row.standing_before, bool(row.flag)) for row in rows] == [
        ("借出", "in_post", False), ("辞职", "lent_out", False), ("退休", "outside", True),
    ]  # fmt: skip
    page = clerk.get(f"{reverse('staff:movement-list')}?batch={batch.pk}")
    assert page.context["table"].count == 3


def test_two_of_one_name_need_the_staff_number(clerk):
    make_person(name="双示例", staff_number="1", birth_date=date(1980, 1, 1))
    make_person(name="双示例", staff_number="2", birth_date=date(1981, 1, 1))
    batch = upload(clerk, "staff.movements", MOVES, ["双示例", "", "辞职", "2026-05-06", "", "", "", "", "", ""])
    assert any("同名" in message for _, message in reasons(batch))
    batch = upload(clerk, "staff.movements", MOVES, ["双示例", "2", "辞职", "2026-05-06", "", "", "", "", "", ""])
    assert batch.new == 1


def test_a_row_whose_number_is_somebody_elses_is_written_to_nobody(clerk):
    make_person(name="甲示例", staff_number="1", birth_date=BIRTH, id_number=number(BIRTH, 1))
    make_person(name="乙示例", staff_number="2", birth_date=date(1981, 1, 1))
    move = upload(clerk, "staff.movements", MOVES, ["乙示例", "1", "辞职", "2026-05-06", "", "", "", "", "", ""])
    assert reasons(move) == {("工号", "工号 1 是甲示例的，与表里的姓名不同。请核对。")}
    head = ["姓名", "工号", "执法证编号", "发证日期", "有效期至"]
    card = upload(clerk, "staff.certificates", head, ["乙　示例", "1", "湘F1", "2022-11-01", "2027-10-31"])
    assert (card.new, card.wrong) == (0, 1)
    assert upload(clerk, "staff.certificates", head, ["乙　示例", "2", "湘F1", "2022-11-01", "2027-10-31"]).new == 1
    row = ["丙示例", "男", number(BIRTH, 1), "1985-03-07", "", "人事科", "", "行政编制", "", "", "群众"]
    taken = upload(clerk, "staff.people", PEOPLE, row)
    assert any("已登记在甲示例（工号 1）名下，姓名不同" in message for _, message in reasons(taken))
    other = number(BIRTH, 3)
    both = upload(clerk, "staff.people", PEOPLE, [*row[:2], other, *row[3:]], ["丁示例", "男", other, *row[3:]])
    assert (both.new, both.duplicate) == (1, 0)
    assert reasons(both) == {("公民身份号码", "与第 2 行是同一个公民身份号码，姓名不同。请核对。")}


def test_a_movement_of_a_reported_period_needs_its_note(clerk):
    make_person(name="迟示例")
    establishment.report_table(Period.parse("2026-04"), by=clerk.user)
    row = ["迟示例", "", "辞职", "2026-04-06", "", "", "", "", "", ""]
    batch = upload(clerk, "staff.movements", MOVES, row)
    assert any("报送锁定" in message for _, message in reasons(batch))
    confirm(clerk, upload(clerk, "staff.movements", MOVES, [*row[:-1], "5月才收到"]))
    assert Movement.objects.get(kind="resigned").effective_on == date(2026, 5, 1)


def test_certificates_and_quotas_go_in_once(clerk):
    make_person(name="证示例")
    cards = [["姓名", "执法证编号", "发证日期", "有效期至"], ["证示例", "湘F1", "2022-11-01", "2027-10-31"],
             ["证示例", "湘F2", "2027-11-01", "2027-10-31"]]  # fmt: skip
    batch = upload(clerk, "staff.certificates", *cards)
    assert (batch.new, batch.wrong) == (1, 1)
    confirm(clerk, batch, valid_rows_only="on")
    assert Certificate.objects.get().number == "湘F1"
    assert upload(clerk, "staff.certificates", *cards[:2]).duplicate == 1
    quotas = [["单位", "编制性质", "编制数", "生效日期", "依据文件"], ["一中队", "行政编制", "8名", "2024-01-01", "示编办1号"],
              ["一中队", "行政编制", 6, "2026-01-01", "示编办2号"]]  # fmt: skip
    confirm(clerk, upload(clerk, "staff.quotas", *quotas))
    assert [(q.count, q.valid_to) for q in Quota.objects.order_by("valid_from")] == [(8, date(2025, 12, 31)), (6, None)]
    again = upload(clerk, "staff.quotas", *quotas)
    assert (again.duplicate, again.wrong, again.preview["warnings"]) == (2, 0, [])


def test_a_row_on_record_that_says_something_else_is_named(clerk):
    person = make_person(name="证示例", staff_number="1")
    unit = make_person(name="别示例", staff_number="2", birth_date=date(1981, 1, 1)).movements.get().unit
    CertificateFactory(person=person, number="湘F1", expires_on=date(2027, 10, 31))
    cards = ["姓名", "执法证编号", "发证日期", "有效期至"]
    batch = upload(clerk, "staff.certificates", cards, ["别示例", "湘F1", "2022-11-01", "2032-10-31"])
    assert (batch.new, batch.duplicate) == (0, 1)
    assert "持证人、有效期至与登记的不同，没有改动" in batch.preview["warnings"][0][1]
    establishment.set_quota(
        Quota(unit=unit, employment="administrative", count=8, valid_from=date(2024, 1, 1), document="x"), by=None
    )
    quotas = ["单位", "编制性质", "编制数", "生效日期", "依据文件"]
    batch = upload(clerk, "staff.quotas", quotas, [unit.name, "行政编制", 6, "2024-01-01", "x"])
    assert "编制数与登记的不同" in batch.preview["warnings"][0][1]
    move(person, "rotated", date(2026, 5, 6), unit=unit)
    batch = upload(clerk, "staff.movements", MOVES, ["证示例", "", "轮岗", "2026-05-06", "人事科", "", "", "", "", ""])
    assert "变动后单位与登记的不同" in batch.preview["warnings"][0][1]


def test_the_register_of_rules_goes_in_with_its_revisions(clerk):
    clerk.force_login(UserFactory(role=Roles.OFFICE))
    head = ["编号", "名称", "类别", "性质", "主办科室", "文号", "印发日期", "施行日期", "变动", "修订说明"]
    rows = [
        ["制01", "考勤制度", "考勤", "", "人事科", "示1号", "2024-01-05", "", "", ""],
        ["制01", "考勤和请假制度", "考勤", "制度", "人事科", "示2号", "2026-01-05", "2026-02-01", "修订", "加请假"],
        ["办01", "考评办法", "考评", "办法、方案", "人事科", "", "2026-03-02", "2026-03-02", "新增", ""],
    ]
    batch = upload(clerk, "staff.regulations", head, *rows)
    assert (batch.new, batch.problems) == (3, [])
    confirm(clerk, batch)
    assert Regulation.objects.get(code="制01").title == "考勤和请假制度"
    assert [(v.version, v.superseded_on) for v in RegulationVersion.objects.filter(regulation__code="制01").order_by("version")] == [
        (1, date(2026, 2, 1)), (2, None),
    ]  # fmt: skip
    wrong = upload(
        clerk, "staff.regulations", head,
        ["制99", "无", "办公", "", "人事科", "", "2026-01-05", "", "废止", "x"],
        ["制01", "换名", "办公", "", "人事科", "", "2026-05-05", "", "", ""],
        ["制01", "换名", "办公", "", "人事科", "", "2025-05-05", "", "修订", "x"],
        rows[1],
    )  # fmt: skip
    text = "".join(message for _, message in reasons(wrong))
    for words in ("没有编号“制99”", "已是《考勤和请假制度》", "上一版的施行日期"):
        assert words in text, words
    assert wrong.duplicate == 1
    two = ["制05", "值班制度", "办公", "", "人事科", "", "2026-01-05", "", "", ""]
    both = upload(clerk, "staff.regulations", head, two, [*two[:6], "2026-03-05", "", "", ""])
    assert reasons(both) == {("编号", "第 2 行已新增编号“制05”。修订的请在“变动”里填“修订”。")}


@pytest.mark.parametrize("kind", ["staff.people", "staff.movements", "staff.certificates", "staff.quotas"])
def test_the_template_can_be_filled_in_and_offers_our_units(clerk, kind):
    answer = clerk.get(reverse("staff:import-template", args=[kind]))
    book = load_workbook(io.BytesIO(answer.content))
    assert book.worksheets[0].max_column > 3
    clerk.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()))
    assert clerk.get(reverse("staff:import-template", args=[kind])).status_code == 403


# --- What stands twice, what is given up, what is left behind ---------------------------------------------------------

ROW = ["张示例", "男", "", "1985-03-07", "2001", "人事科", "科长", "行政编制", "2024-01-01", "建账", ""]


def test_two_rows_that_contradict_each_other_are_both_asked_about(clerk):
    make_person(name="证示例")
    quotas = [["单位", "编制性质", "编制数", "生效日期", "依据文件"], ["一中队", "行政编制", 8, "2024-01-01", "x"],
              ["一中队", "行政编制", 6, "2024-01-01", "x"], ["人事科", "行政编制", 3, "2024-01-01", "x"],
              ["人事科", "行政编制", "3名", "2024-01-01", "x"]]  # fmt: skip
    batch = upload(clerk, "staff.quotas", *quotas)
    assert (batch.new, batch.duplicate, batch.wrong) == (1, 1, 2)
    assert reasons(batch) == {
        ("编制数", f"与第 {other} 行说的是同一条，编制数却不同。请核对，只留对的一行。") for other in (2, 3)
    }
    confirm(clerk, batch, valid_rows_only="on")
    assert Quota.objects.get().unit.name == "人事科"
    unit = Quota.objects.get().unit
    unit.short_name = "人教科"
    unit.save()
    same = [quotas[0], *(["人事科", "行政编制", 3, "2025-01-01", "x"], ["人教科", "行政编制", 3, "2025-01-01", "x"])]
    batch = upload(clerk, "staff.quotas", *same)
    assert (batch.new, batch.duplicate, batch.wrong) == (1, 1, 0)  # two names of one unit say the same
    cards = [["姓名", "执法证编号", "发证日期", "有效期至"], ["证示例", "湘F1", "2022-11-01", "2027-10-31"],
             ["证示例", "湘F1", "2022-11-01", "2028-10-31"]]  # fmt: skip
    batch = upload(clerk, "staff.certificates", *cards)
    assert (batch.new, batch.wrong) == (0, 2)


def dies_after_writing(clerk, monkeypatch, batch):
    """The rows are committed; the process ends before the sheet is deleted. Returns where the sheet lies."""

    def dies(*arguments, **more):
        raise SystemError

    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.fields.files.FieldFile.delete", dies)
        confirm(clerk, batch)
    path = Path(batch.file.path)
    assert (batch.state, path.exists()) == ("published", True)
    return path


def test_a_sheet_with_numbers_goes_also_when_the_job_died_after_writing(clerk, monkeypatch):
    batch = upload(clerk, "staff.people", PEOPLE, ROW)
    path = dies_after_writing(clerk, monkeypatch, batch)
    pipeline.publish(Job.objects.latest("pk"), None)  # delivered once more
    batch.refresh_from_db()
    assert (path.exists(), batch.file.name, batch.preview, batch.written) == (False, "", {}, 1)


def test_what_is_left_of_a_written_sheet_with_numbers_is_cleared(clerk, monkeypatch):
    batch = upload(clerk, "staff.people", PEOPLE, ROW)
    path = dies_after_writing(clerk, monkeypatch, batch)
    assert pipeline.clear_stale() == 1
    assert not path.exists()
    assert pipeline.clear_stale() == 0


def test_an_import_given_up_meanwhile_writes_nothing(clerk, monkeypatch):
    batch = upload(clerk, "staff.people", PEOPLE, ROW)
    reading = pipeline.read_rows

    def given_up_meanwhile(*arguments):
        result = reading(*arguments)
        ImportBatch.objects.filter(pk=batch.pk).update(state="discarded")
        return result

    monkeypatch.setattr(pipeline, "read_rows", given_up_meanwhile)
    confirm(clerk, batch)
    assert (batch.state, Person.objects.count()) == ("discarded", 0)
    assert "已放弃" in Job.objects.latest("pk").message


def test_an_import_that_moved_on_meanwhile_is_not_given_up(clerk):
    batch = upload(clerk, "staff.people", PEOPLE, ROW)
    published = ImportBatch.objects.filter(pk=batch.pk)

    class Late:
        """Between the look and the step the sheet is written."""

        def __call__(self, execute, sql, *rest):
            if sql.startswith("UPDATE") and not self.done:
                self.done = True
                published.update(state="published", published_at=timezone.now())
            return execute(sql, *rest)

    late = Late()
    late.done = False
    with connection.execute_wrapper(late):
        assert not workflow.discard_import(batch)
    batch.refresh_from_db()
    assert (batch.state, Path(batch.file.path).exists()) == ("published", True)


def test_of_namesakes_born_on_one_day_a_sheet_says_which(clerk):
    for number_of in ("2001", "2002"):
        people.add_person(
            people.NewPerson(
                Person(name="张示例", sex="male", birth_date=BIRTH, staff_number=number_of),
                PersonIdentity(),
                Movement(
                    kind="opening", happened_on=date(2024, 1, 1), unit=DepartmentFactory(), employment="administrative"
                ),
            ),
            by=None,
            another=True,
        )
    fuller = [*ROW[:10], "中共党员"]
    batch = upload(clerk, "staff.people", PEOPLE, [*fuller[:4], "", *fuller[5:]])
    assert any("几个同名、同日出生的人" in message for _, message in reasons(batch))
    confirm(clerk, upload(clerk, "staff.people", PEOPLE, [*fuller[:4], "2002", *fuller[5:]]))
    assert Person.objects.get(party="member").staff_number == "2002"
