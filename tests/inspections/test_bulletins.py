"""Bulletins: drafted from data, edited, signed once with frozen files, recomputing to the last digit, corrected with both scores."""

import hashlib
import io
import threading
from datetime import date, timedelta
from decimal import Decimal
from unittest import mock

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from openpyxl import load_workbook

from inspections.composite import Component
from inspections.enums import BULLETIN_TRANSITIONS, BulletinState
from inspections.models import Bulletin, BulletinLine, ComponentInput, Finding
from inspections.scoring import shown
from inspections.workflow import bulletins as workflow
from inspections.workflow import findings
from staff.models import Activity, Job, JobState, Message, Verb
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories import scores as make
from tests.factories.inspections import make_finding, moment
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
MONTH = make.MONTH
PDF = b"%PDF-1.7 sample %%EOF"


@pytest.fixture(autouse=True)
def quick_paper(monkeypatch):
    """The renderer has tests of its own; here it says what it was asked to print."""
    asked = []
    monkeypatch.setattr(workflow, "render_pdf", lambda template, context: asked.append(context) or PDF)
    return asked


@pytest.fixture
def by():
    return UserFactory(role=Roles.ASSESSMENT_OFFICE)


@pytest.fixture
def leader():
    return UserFactory(role=Roles.DEPUTY_DIRECTOR)


@pytest.fixture
def street(monkeypatch):
    make.reward_rules()
    street = make.example_month(monkeypatch)
    make.give(UnitFactory(short_name="乙街道", order=51), "complaints", "95.125")
    return street


@pytest.fixture
def draft(street, by):
    return workflow.draft_bulletin(MONTH, by=by)


@pytest.fixture
def published(draft, leader):
    return workflow.publish_bulletin(draft, by=leader, seen=draft.version, reason="样例理由")


def line(bulletin, unit):
    return bulletin.lines.get(unit=unit)


class TestDraft:
    def test_it_prints_what_the_data_say(self, draft, street):
        mine = line(draft, street)
        assert (mine.score, mine.rank, mine.findings, mine.late) == (Decimal("93.03"), 2, 7, 1)
        assert shown(mine.daily) == Decimal("94.13")
        assert mine.bonus == Decimal("0.5")
        assert (mine.money, mine.measures) == (-10_000, "扣减考评资金1万元")
        other = draft.lines.get(unit__short_name="乙街道")
        assert (other.score, other.rank, other.measures) == (Decimal("95.13"), 1, "奖励3万元")

    def test_its_words_come_from_the_data(self, draft):
        assert (
            "2026年3月，共查找问题7件；期内应整改9件（按整改期限计" in draft.overall
        )  # two of them found for December
        assert "已销号9件，应整改销号率100.00%，其中按期销号8件；反复问题2件。" in draft.overall
        assert "街道组：第1名乙街道（95.13分），第2名甲街道（93.03分）。" in draft.overall
        assert "乙街道日常暗访没有数据，未计入" in draft.overall
        assert "综合得分居本组首位" in draft.good
        assert "卫生死角处卫生死角及积存垃圾渣土（情形严重）" in draft.problems
        assert "中队（主责1件）：店外经营处店外经营（逾期整改）。" in draft.problems  # which the squad leads
        assert draft.demands.startswith("一是")

    def test_one_draft_a_month(self, draft, by):
        with pytest.raises(Refused, match="已有一份通报在拟稿"):
            workflow.draft_bulletin(MONTH, by=by)
        with pytest.raises(IntegrityError, match=r"one_bulletin_draft_per_month|UNIQUE"), transaction.atomic():
            Bulletin.objects.create(month=MONTH, title="x", issuer="x", rules=draft.rules, as_of=draft.as_of)

    @time_machine.travel("2026-11-26", tick=False)
    def test_a_month_to_come_has_none(self, by):
        with pytest.raises(Refused, match="还没有开始"):
            workflow.draft_bulletin("2026-12", by=by)

    def test_edits_are_logged_and_the_second_editor_is_told(self, draft, by):
        texts = {name: getattr(draft, name) for name in workflow.TEXTS} | {"good": "很好。"}
        workflow.edit_bulletin(draft, texts, by=by, seen=1)
        assert Activity.objects.about(draft).first().changes["好的方面"][1] == "很好。"
        with pytest.raises(ChangedMeanwhile):
            workflow.edit_bulletin(draft, texts, by=by, seen=1)

    def test_new_data_come_in_on_request_and_leave_the_words_alone(self, draft, street, by):
        workflow.edit_bulletin(draft, dict.fromkeys(workflow.TEXTS, "自己写的"), by=by, seen=1)
        ComponentInput.objects.filter(unit=street, kind="complaints").update(score=56)
        workflow.refresh_bulletin(draft, by=by)
        draft.refresh_from_db()
        assert line(draft, street).score == Decimal("89.03")
        assert draft.good == "自己写的"
        workflow.refresh_bulletin(draft, by=by, words=True, seen=draft.version)
        draft.refresh_from_db()
        assert "89.03" in draft.overall

    def test_words_saved_meanwhile_are_neither_replaced_nor_thrown_away(self, client, draft, by):
        texts = dict.fromkeys(workflow.TEXTS, "同事刚改的")
        workflow.edit_bulletin(draft, texts, by=by, seen=1)
        client.force_login(UserFactory(role=Roles.ASSESSMENT_OFFICE))
        for name, data in (("refresh", {"words": "1", "seen": 1}), ("discard", {"seen": 1}), ("discard", {})):
            answer = client.post(reverse(f"inspections:bulletin-{name}", args=[draft.pk]), data, follow=True)
            assert "在您打开以后改动过" in answer.content.decode()
        draft.refresh_from_db()
        assert (draft.good, draft.version) == ("同事刚改的", 2)
        client.post(reverse("inspections:bulletin-refresh", args=[draft.pk]), {"seen": 1})  # the data alone
        page = client.get(draft.get_absolute_url()).content.decode()
        assert page.count('name="seen"') == 2
        client.post(reverse("inspections:bulletin-discard", args=[draft.pk]), {"seen": 3})
        assert not Bulletin.objects.exists()

    def test_a_draft_can_be_discarded_a_published_one_not(self, draft, by, leader):
        workflow.publish_bulletin(draft, by=leader, seen=1, reason="样例理由")
        for step in (workflow.discard_bulletin, workflow.refresh_bulletin):
            with pytest.raises(Refused, match="已印发，不能再修改"):
                step(draft, by=by, seen=1)
        again = workflow.draft_bulletin(MONTH, by=by)
        workflow.discard_bulletin(again, by=by, seen=1)
        assert Bulletin.objects.count() == 1
        assert Activity.objects.filter(verb=Verb.DELETE, title="废弃拟稿").exists()


class TestPublication:
    def test_number_paper_and_workbook_are_frozen_together(self, published, leader, quick_paper):
        published.refresh_from_db()
        assert published.state == BulletinState.PUBLISHED
        assert published.number.startswith("岳南城管考评通〔")
        assert published.signed_by == leader
        assert published.sha256 == hashlib.sha256(PDF).hexdigest()
        with published.workbook.open("rb") as file:
            content = file.read()
        assert published.workbook_sha256 == hashlib.sha256(content).hexdigest()
        paper = quick_paper[0]["paper"]
        assert (paper.profile, paper.number) == ("redhead", published.number)
        assert [section.heading for section in paper.sections] == [
            "一、总体情况",
            "二、好的方面",
            "三、存在问题",
            "四、下步要求",
        ]
        assert paper.tables[0].rows[1][:3] == ("2", "甲街道", "94.13")
        assert Activity.objects.about(published).filter(verb=Verb.SIGN).count() == 1

    def test_the_workbook_holds_scores_sums_and_findings(self, published):
        with published.workbook.open("rb") as file:
            book = load_workbook(io.BytesIO(file.read()))
        assert book.sheetnames == ["单位得分", "扣分汇总", "问题清单"]
        scores = {row[2]: row for row in book["单位得分"].iter_rows(values_only=True)}
        assert scores["甲街道"][9] == 93.03
        sums = {row[0]: row for row in book["扣分汇总"].iter_rows(values_only=True)}
        assert sums["甲街道"][-2:] == (pytest.approx(0.28), pytest.approx(3.472 + 0.28))

    def test_the_table_recomputes_from_the_stored_findings_to_the_last_digit(self, published):
        assert workflow.differences(published) == []
        now = {each.unit_id: each for each in workflow.reckon(MONTH, published.as_of).lines}
        for stored in published.lines.all():
            for name in (*[component.value for component in Component], "exact", "score", "rank", "bonus", "deducted"):
                assert getattr(stored, name) == getattr(now[stored.unit_id], name), name

    def test_it_recomputes_the_year_after_too(self, published):
        open_one = Finding.objects.filter(state="closed").first()
        with time_machine.travel(published.as_of + timedelta(days=400), tick=False):
            assert workflow.differences(published) == []
        assert open_one is not None

    def test_units_are_told(self, draft, street, leader):
        contact = UserFactory(role=Roles.STREET_CONTACT, unit=street)
        workflow.publish_bulletin(draft, by=leader, seen=1, reason="样例理由")
        assert Message.objects.get(recipient=contact).url == draft.get_absolute_url()

    def test_twice_is_told_once_is_done(self, published, leader):
        with pytest.raises(Refused, match="已印发，不能再签发"):
            workflow.publish_bulletin(published, by=leader, seen=1, reason="样例理由")
        assert Activity.objects.filter(verb=Verb.SIGN).count() == 1

    def test_what_changed_since_it_was_read_is_not_signed(self, draft, by, leader):
        workflow.refresh_bulletin(draft, by=by)
        with pytest.raises(Refused, match="看过最新一稿"):
            workflow.publish_bulletin(draft, by=leader, seen=1, reason="样例理由")

    def test_data_that_moved_stop_the_signature(self, draft, street, leader):
        ComponentInput.objects.filter(unit=street, kind="complaints").update(score=56)
        with pytest.raises(Refused, match=r"甲街道.*更新数据"):
            workflow.publish_bulletin(draft, by=leader, seen=1, reason="样例理由")
        draft.refresh_from_db()
        assert (draft.state, draft.number) == ("draft", "")

    def test_a_fault_while_printing_leaves_a_draft_without_number(self, draft, leader, monkeypatch):
        monkeypatch.setattr(workflow, "render_pdf", mock.Mock(side_effect=RuntimeError))
        with pytest.raises(RuntimeError), transaction.atomic():
            workflow.publish_bulletin(draft, by=leader, seen=1, reason="样例理由")
        draft.refresh_from_db()
        assert (draft.state, draft.number, draft.signed_at) == ("draft", "", None)

    @pytest.mark.parametrize("state", BulletinState)
    @pytest.mark.parametrize("edge", BULLETIN_TRANSITIONS)
    def test_every_edge_from_every_state(self, draft, leader, state, edge):
        if state != "draft":
            workflow.publish_bulletin(draft, by=leader, seen=1, reason="样例理由")
            Bulletin.objects.filter(pk=draft.pk).update(state=state)
        step = {"publish": lambda: workflow.publish_bulletin(draft, by=leader, seen=1, reason="样例理由"),
                "correct": lambda: workflow.supersede(draft, by=leader)}[edge]  # fmt: skip
        if state in BULLETIN_TRANSITIONS[edge].sources:
            step()
            draft.refresh_from_db()
            assert draft.state == BULLETIN_TRANSITIONS[edge].target
        else:
            with pytest.raises(Refused):
                step()

    @pytest.mark.parametrize(("changes", "name"), [
        ({"state": "published"}, "bulletin_signed_when_published"),
        ({"number": "某号"}, "inspections_bulletin_signed_whole"),
    ])  # fmt: skip
    def test_the_database_refuses_half_a_signature(self, draft, changes, name):
        with pytest.raises(IntegrityError, match=name):
            Bulletin.objects.filter(pk=draft.pk).update(**changes)

    @pytest.mark.parametrize(("changes", "name"), [
        ({"rank": 1, "score": None}, "bulletin_line_ranked_with_score"),
        ({"rank": 0}, "bulletin_line_ranked_with_score"),
        ({"score": 101}, "bulletin_line_score_within_hundred"),
    ])  # fmt: skip
    def test_the_database_refuses_impossible_lines(self, draft, street, changes, name):
        with pytest.raises(IntegrityError, match=name):
            BulletinLine.objects.filter(bulletin=draft, unit=street).update(**changes)


class TestCorrection:
    @pytest.fixture
    def corrected(self, published, street, by):
        """An appeal upheld after publication: the finding is voided, the score moves."""
        finding = Finding.objects.get(item__code="D01")
        findings.void_finding(finding, by=by, reason="申诉成立")
        return workflow.draft_bulletin(MONTH, by=by)

    def test_drift_is_seen(self, published, street, by):
        findings.void_finding(Finding.objects.get(item__code="D01"), by=by, reason="申诉成立")
        changed = {(one or other).unit: (one.score, other.score) for one, other in workflow.differences(published)}
        assert changed[street][0] == Decimal("93.03")
        assert changed[street][1] > Decimal("93.03")

    def test_both_scores_are_kept_and_the_first_bulletin_says_so(self, corrected, published, street, leader):
        assert corrected.corrects == published
        assert "更正通报" in corrected.title
        mine = line(corrected, street)
        assert (mine.previous_score, mine.previous_rank) == (Decimal("93.03"), 2)
        assert f"甲街道由93.03分更正为{mine.score:f}分" in corrected.overall
        workflow.publish_bulletin(corrected, by=leader, seen=1, reason="样例理由")
        published.refresh_from_db()
        assert published.state == BulletinState.CORRECTED
        assert published.number
        assert line(published, street).score == Decimal("93.03")
        assert Bulletin.objects.standing().get() == corrected
        with pytest.raises(IntegrityError, match=r"one_standing_bulletin_per_month|UNIQUE"), transaction.atomic():
            Bulletin.objects.filter(pk=published.pk).update(state="published")

    def test_its_table_has_the_score_before(self, corrected, leader, quick_paper):
        workflow.publish_bulletin(corrected, by=leader, seen=1, reason="样例理由")
        table = quick_paper[-1]["paper"].tables[0]
        row = next(row for row in table.rows if row[1] == "甲街道")
        assert row[table.head.index("更正前")] == "93.03"


class TestRuns:
    def test_two_months_last_bring_a_yellow_card_and_a_gap_breaks_the_run(self, monkeypatch, by, leader):
        make.reward_rules()
        good, bad = UnitFactory(order=1), UnitFactory(order=2)
        for number in (1, 2, 3, 5):
            month = f"2026-{number:02d}"
            make.give(good, "complaints", 95, month=month)
            make.give(bad, "complaints", 90, month=month)
            bulletin = workflow.draft_bulletin(month, by=by)
            expected = {1: "", 2: "黄牌警示（连续2个月末位）", 3: "约谈（连续3个月末位）", 5: ""}[number]
            assert line(bulletin, bad).measures.removeprefix("扣减考评资金1万元").strip("，") == expected
            workflow.publish_bulletin(bulletin, by=leader, seen=1, reason="样例理由")


class TestPages:
    def url(self, name, bulletin):
        return reverse(f"inspections:bulletin-{name}", args=[bulletin.pk])

    def test_the_office_drafts_edits_and_refreshes(self, client, street, by):
        client.force_login(by)
        response = client.post(reverse("inspections:bulletin-create"), {"month": MONTH})
        bulletin = Bulletin.objects.get()
        assert response.url == bulletin.get_absolute_url()
        page = client.get(response.url).content.decode()
        assert "没有确认扣分核对单" in page
        again = client.post(reverse("inspections:bulletin-create"), {"month": MONTH})
        assert (again.status_code, "已有一份通报在拟稿" in again.content.decode()) == (422, True)
        form = client.get(self.url("edit", bulletin)).context["form"]
        data = {name: form[name].value() for name in form.fields} | {"good": "新写的一段。"}
        assert client.post(self.url("edit", bulletin), data).status_code == 302
        stale = client.post(self.url("edit", bulletin), data)
        assert (stale.status_code, "刚被别人修改过" in stale.content.decode()) == (422, True)
        assert client.get(self.url("refresh", bulletin)).status_code == 405
        client.post(self.url("refresh", bulletin))
        bulletin.refresh_from_db()
        assert bulletin.good == "新写的一段。"

    @pytest.mark.parametrize("typed", ["", "2026", "2026H1", "2026-13", "三月"])
    def test_what_is_no_month_is_refused(self, client, by, typed):
        client.force_login(by)
        assert client.post(reverse("inspections:bulletin-create"), {"month": typed}).status_code == 422

    @pytest.mark.django_db(transaction=True)
    def test_a_leader_signs_by_a_job(self, client, settings, monkeypatch):
        settings.JOB_RUNNER = "inline"
        make.example_month(monkeypatch)
        make.enter_first_rules()
        bulletin = workflow.draft_bulletin(MONTH, by=None)
        leader = UserFactory(role=Roles.DIRECTOR)
        client.force_login(leader)
        assert client.get(self.url("publish", bulletin)).status_code == 405
        silent = client.post(self.url("publish", bulletin), {"seen": bulletin.version}, follow=True)
        assert "未全部确认仍签发的理由" in silent.content.decode()
        assert not Job.objects.exists()
        signing = {"seen": bulletin.version, "reason": "月底前已电话核对"}
        response = client.post(self.url("publish", bulletin), signing)
        job = Job.objects.get()
        assert response.url == job.get_absolute_url()
        assert (job.state, job.result_url) == (JobState.DONE, bulletin.get_absolute_url())
        again = client.post(self.url("publish", bulletin), {"seen": bulletin.version}, follow=True)
        assert "不用再签发" in again.content.decode()
        assert Job.objects.count() == 1
        response = client.get(self.url("pdf", bulletin))
        assert b"".join(response.streaming_content) == PDF

    def test_a_street_sees_published_ones_and_no_workbook(self, client, draft, street, leader):
        client.force_login(UserFactory(role=Roles.STREET_CONTACT, unit=street))
        assert client.get(draft.get_absolute_url()).status_code == 404
        workflow.publish_bulletin(draft, by=leader, seen=1, reason="样例理由")
        page = client.get(draft.get_absolute_url())
        assert page.status_code == 200
        assert "乙街道" in page.content.decode()
        assert reverse("inspections:score-detail", args=[MONTH, street.pk]) in page.content.decode()
        other = UnitFactory._meta.model.objects.get(short_name="乙街道")
        assert reverse("inspections:score-detail", args=[MONTH, other.pk]) not in page.content.decode()
        assert client.get(self.url("xlsx", draft)).status_code == 404

    def test_drift_offers_a_correction(self, client, published, by):
        client.force_login(by)
        assert "印发后数据有变动" not in client.get(published.get_absolute_url()).content.decode()
        findings.void_finding(Finding.objects.get(item__code="D01"), by=by, reason="申诉成立")
        page = client.get(published.get_absolute_url()).content.decode()
        assert "印发后数据有变动" in page
        assert f"{reverse('inspections:bulletin-create')}?month={MONTH}" in page

    def test_the_frozen_workbook_is_handed_out_and_logged(self, client, published, by):
        client.force_login(by)
        response = client.get(self.url("xlsx", published))
        assert hashlib.sha256(b"".join(response.streaming_content)).hexdigest() == published.workbook_sha256
        assert Activity.objects.filter(verb=Verb.EXPORT, title="下载得分表").exists()

    @pytest.mark.parametrize("more", [0, 2])
    def test_the_page_costs_the_same_whatever_the_units(self, client, draft, by, django_assert_max_num_queries, more):
        for _ in range(more):
            make_finding(unit=UnitFactory(squad=SquadFactory()), found_at=moment(2026, 3, 9))
        client.force_login(by)
        client.get(draft.get_absolute_url())
        with django_assert_max_num_queries(36):
            client.get(draft.get_absolute_url())

    def test_a_month_typed_as_of_the_calendar(self):
        assert workflow.first_open_month(date(2026, 1, 5)) == "2025-12"


@pytest.mark.django_db(transaction=True)
def test_of_two_leaders_signing_at_once_one_wins_and_the_other_is_told(monkeypatch):
    make.enter_first_rules()
    make.example_month(monkeypatch)
    bulletin = workflow.draft_bulletin(MONTH, by=None)
    leaders, told, failures = [UserFactory() for _ in range(2)], [], []

    def sign(leader):
        try:
            workflow.publish_bulletin(bulletin, by=leader, seen=1, reason="样例理由")
        except Refused as refusal:
            told.append(str(refusal))
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=[leader]) for leader in leaders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(told) == 1
    assert "已" in told[0]
    bulletin.refresh_from_db()
    assert bulletin.number.endswith("1号")
    assert Activity.objects.filter(verb=Verb.SIGN).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_drafting_at_once_one_is_told(monkeypatch):
    make.enter_first_rules()
    make.example_month(monkeypatch)
    told, failures = [], []

    def draft():
        try:
            workflow.draft_bulletin(MONTH, by=None)
        except Refused as refusal:
            told.append(str(refusal))
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=draft) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failures, len(told), Bulletin.objects.count()) == ([], 1, 1)
