"""Pages of the order workflow: each action in the browser's words, who may press what, lists, batches, the group message."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from inspections.enums import FindingState
from inspections.models import Appeal, Extension, Finding, RectificationOrder
from inspections.registrar import entry_of
from inspections.views.finding_page import STEPS
from inspections.workflow import appeals, orders, rectification
from inspections.workflow import findings as workflow
from staff.models import Activity, UnitKind
from staff.permissions import Roles
from tests.factories.inspections import ItemFactory, in_state, make_finding, moment
from tests.factories.scores import enter_first_rules, published_bulletin
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def street():
    return UnitFactory(squad=SquadFactory())


@pytest.fixture
def people(street):
    return {
        "office": UserFactory(role=Roles.ASSESSMENT_OFFICE),
        "assessor": UserFactory(role=Roles.ASSESSOR),
        "contact": UserFactory(role=Roles.STREET_CONTACT, unit=street),
        "leader": UserFactory(role=Roles.DEPUTY_DIRECTOR, unit=UnitFactory(kind=UnitKind.DEPARTMENT)),
    }


def url(name, *args):
    return reverse(f"inspections:{name}", args=args)


def local(moment_):
    return timezone.localtime(moment_).strftime("%Y-%m-%dT%H:%M")


def soon():
    return local(timezone.now() + timedelta(days=9))


def now():
    return local(timezone.now() - timedelta(minutes=1))


def picture(colour="olive"):
    target = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(target, "JPEG")
    return SimpleUploadedFile("IMG.jpg", target.getvalue(), "image/jpeg")


# step: who takes it, from which state, what the form sends, the state after it, the title in the log
ACTIONS = {
    "confirm": ("office", "registered", {}, "confirmed", "确认"),
    "deduct": ("office", "confirmed", {}, "deducted", "只扣分"),
    "order": ("office", "confirmed", {"demand": "当日整改到位"}, "ordered", "交办"),
    "report": ("contact", "ordered", {"done": "已清运并清洗", "finished_at": now}, "reported", "反馈整改"),
    "review": ("assessor", "reported", {"outcome": "passed", "reviewed_at": now}, "closed", "复查合格"),
    "extend": ("contact", "ordered", {"reason": "雨天无法施工", "until": soon}, "ordered", "申请延期"),
    "appeal": ("contact", "ordered", {"ground": "facts", "reason": "检查时正在清运"}, "ordered", "提出申诉"),
    "shelve": ("office", "ordered", {"reason": "管线迁改后整改"}, "shelved", "挂账"),
    "resume": ("office", "shelved", {"reason": "管线已经迁改"}, "confirmed", "恢复办理"),
    "close": ("office", "ordered", {"closed_at": now}, "closed", "销号"),
    "reduce": (
        "leader",
        "closed",
        {"new_points": "0.1", "words": "酌情减免扣分", "signer": "局示例", "signed_on": "2026-01-05"},
        "closed",
        "领导批示减免",
    ),
    "void": ("office", "ordered", {"reason": "登记有误，重复"}, "voided", "作废"),
}


def sent(data):
    return {name: value() if callable(value) else value for name, value in data.items()}


def prepared(key, street):
    """A finding from which the step can be taken, found long enough ago for every time that is typed."""
    return in_state(ACTIONS[key][1], unit=street, found_at=timezone.now() - timedelta(days=1))


@pytest.mark.parametrize("key", ACTIONS)
def test_each_action_works_is_logged_and_taken_twice_is_told(client, people, street, key):
    who, _, data, after, title = ACTIONS[key]
    finding = prepared(key, street)
    client.force_login(people[who])
    assert f'id="{key}"' in client.get(finding.get_absolute_url()).content.decode()
    response = client.post(url(f"finding-{key}", finding.pk), sent(data))
    assert (response.status_code, response.headers["Location"]) == (302, finding.get_absolute_url())
    finding.refresh_from_db()
    assert finding.state == after
    logged = Activity.objects.about(finding).filter(title=title)
    assert (logged.count(), logged.get().actor) == (1, people[who])
    again = client.post(url(f"finding-{key}", finding.pk), sent(data))
    if key != "reduce":  # a second reduction to the same points is refused at its field
        assert Activity.objects.about(finding).filter(title=title).count() == 1
    assert again.status_code in (302, 422)


@pytest.mark.parametrize("key", [*ACTIONS, "answer"])
def test_each_action_refuses_get_and_another_unit_s_finding(client, people, key):
    foreign = make_finding(unit=UnitFactory(squad=SquadFactory()))
    who = ACTIONS[key][0] if key in ACTIONS else "office"
    client.force_login(people[who])
    assert client.get(url(f"finding-{key}", foreign.pk)).status_code == 405
    if who == "contact":
        assert client.post(url(f"finding-{key}", foreign.pk)).status_code == 404


NEEDS = {
    "report": ("done", "反馈整改"),
    "review": ("outcome", "登记复查结论"),
    "extend": ("until", "申请延期"),
    "appeal": ("reason", "提出申诉"),
    "shelve": ("reason", "挂账"),
    "close": ("closed_at", "直接销号"),
    "reduce": ("words", "登记领导批示减免"),
    "void": ("reason", "作废"),
}


@pytest.mark.parametrize("key", NEEDS)
def test_a_form_without_what_it_needs_stands_open_with_what_was_typed(client, people, street, key):
    field, title = NEEDS[key]
    who, _, data, *_ = ACTIONS[key]
    finding = prepared(key, street)
    client.force_login(people[who])
    page = client.post(url(f"finding-{key}", finding.pk), {**sent(data), field: ""})
    text = page.content.decode()
    assert page.status_code == 422
    assert title in text
    assert f'id="{key}_{field}"' in text
    finding.refresh_from_db()
    assert finding.state == ACTIONS[key][1]


def test_what_changes_points_of_a_month_whose_bulletin_is_out_says_so(client, people, street):
    item, told = ItemFactory(), "2026年3月通报已签发"
    facts = {"unit": street, "item": item, "found_at": moment(2026, 3, 5)}
    void, reduce, shelve = (in_state("ordered", **facts) for _ in range(3))
    edit, appealed = make_finding(**facts), in_state("ordered", **facts)
    appeal = appeals.lodge_appeal(appealed, unit=street, by=people["contact"], ground="facts", reason="检查时正在清运")
    enter_first_rules()
    published_bulletin("2026-03", people["office"])

    def says(address, data):
        return told in client.post(address, data, follow=True).content.decode()

    client.force_login(people["office"])
    for key, finding, expected in (("void", void, True), ("reduce", reduce, True), ("shelve", shelve, False)):
        assert says(url(f"finding-{key}", finding.pk), sent(ACTIONS[key][2])) == expected, key
    typed = {"found_at": "2026-04-05T09:00", "unit": street.pk, "area": "ZG", "item": item.pk, "place": edit.place, "count": 1, "source": "own_patrol", "version": edit.version}  # fmt: skip
    assert says(url("finding-edit", edit.pk), typed)  # out of that month
    client.force_login(people["leader"])
    assert says(url("appeal-decide", appeal.pk), {"outcome": "upheld", "words": "经核实情况属实"})


PAPER = {"paper-appeal"}
MAY = {
    "registered": {"office": {"confirm", "deduct", "close", "reduce", "void"}, "contact": set()},
    "confirmed": {"office": {"order", "deduct", "close", "shelve", "reduce", "void"} | PAPER, "contact": {"appeal"}},
    "ordered": {"office": {"close", "shelve", "reduce", "void"} | PAPER, "contact": {"report", "extend", "appeal"}},
    "reported": {
        "office": {"review", "shelve", "reduce", "void"} | PAPER,
        "contact": {"appeal"},
        "assessor": {"review"},
    },
    "returned": {"office": {"close", "shelve", "reduce", "void"} | PAPER, "contact": {"report", "extend", "appeal"}},
    "shelved": {"office": {"resume", "close", "reduce", "void"} | PAPER, "contact": {"appeal"}},
    "closed": {"office": {"reduce", "void"} | PAPER, "contact": {"appeal"}, "leader": {"reduce"}},
    "deducted": {"office": {"reduce", "void"} | PAPER, "contact": {"appeal"}},
    "voided": {"office": set(), "contact": set(), "leader": set()},
}


@pytest.mark.parametrize("state", FindingState)
def test_everybody_sees_only_the_buttons_that_he_may_press_now(client, people, street, state):
    finding = in_state(state, unit=street)
    expected = {"assessor": set(), "leader": {"reduce"}} | MAY[state]
    for who, keys in expected.items():
        client.force_login(people[who])
        page = client.get(finding.get_absolute_url())
        assert {step.key for step in page.context["steps"]} == keys, who
        for key in set(STEPS) - keys:
            assert f'href="#{key}"' not in page.content.decode(), (who, key)


def test_a_squad_with_a_share_may_appeal_and_not_report(client, street):
    leader = UserFactory(role=Roles.SQUAD_LEADER, unit=street.squad)
    finding = in_state("ordered", unit=street)
    client.force_login(leader)
    assert {step.key for step in client.get(finding.get_absolute_url()).context["steps"]} == {"appeal"}
    page = client.post(url("finding-report", finding.pk), {"done": "已经整改完成", "finished_at": now()}, follow=True)
    assert "不由您办理" in page.content.decode()
    client.post(url("finding-appeal", finding.pk), {"ground": "facts", "reason": "检查时正在清运"})
    assert Appeal.objects.get().unit == street.squad


def test_a_unit_with_a_share_reads_of_the_order_and_opens_only_what_is_its_own(client, people, street):
    finding = in_state("ordered", unit=street)
    appeal = appeals.lodge_appeal(finding, unit=street, by=people["contact"], ground="facts", reason="正在清运")
    order = finding.order_lines.get().order
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=street.squad))
    text = client.get(finding.get_absolute_url()).content.decode()
    assert order.number in text
    assert order.get_absolute_url() not in text
    assert client.get(appeal.get_absolute_url()).status_code == 200


def test_the_page_says_what_next_by_whom_by_when_and_the_demand(client, people, street):
    finding = make_finding(unit=street)
    orders.order_findings([finding], by=people["office"], demand="彻底清理墙角")
    client.force_login(people["contact"])
    page = client.get(finding.get_absolute_url())
    (step,) = page.context["next_steps"]
    finding.refresh_from_db()
    assert (step.what, step.who, step.due_at) == ("整改并反馈", street.label, finding.due_at)
    assert "彻底清理墙角" in page.content.decode()
    assert "http://testserver" + finding.get_absolute_url() in page.context["message"]


def test_a_report_with_photos_comes_back_as_a_case_with_pictures(client, people, street):
    finding = prepared("report", street)
    client.force_login(people["contact"])
    data = {"done": "已清运并清洗", "finished_at": now(), "photos": [picture(), picture("navy")]}
    client.post(url("finding-report", finding.pk), data)
    assert list(finding.photos.values_list("kind", flat=True)) == ["after", "after"]
    text = client.get(finding.get_absolute_url()).content.decode()
    assert "照片没有拍摄时间" in text
    assert "整改后" in text


def test_an_after_photo_used_before_is_refused_beside_the_field(client, people, street):
    first, second = prepared("report", street), prepared("report", street)
    client.force_login(people["contact"])
    data = {"done": "已清运并清洗", "finished_at": now()}
    client.post(url("finding-report", first.pk), {**data, "photos": [picture()]})
    page = client.post(url("finding-report", second.pk), {**data, "photos": [picture()]})
    assert page.status_code == 422
    assert first.number in page.content.decode()
    assert "已清运并清洗" in page.content.decode()


def test_the_office_answers_a_request_for_more_time(client, people, street):
    finding = in_state("ordered", unit=street)
    until = timezone.now() + timedelta(days=9)
    rectification.ask_extension(finding, by=people["contact"], reason="雨天无法施工", until=until)
    client.force_login(people["office"])
    assert "答复延期" in client.get(finding.get_absolute_url()).content.decode()
    client.post(url("finding-answer", finding.pk), {"granted": "yes"})
    assert Extension.objects.get().state == "granted"
    page = client.post(url("finding-answer", finding.pk), {"granted": "yes"}, follow=True)
    assert "不由您办理" in page.content.decode()


def test_two_reviewers_the_second_is_told_who(client, people, street):
    finding = prepared("review", street)
    data = sent(ACTIONS["review"][2])
    client.force_login(people["assessor"])
    client.post(url("finding-review", finding.pk), data)
    client.force_login(people["office"])
    page = client.post(url("finding-review", finding.pk), data, follow=True)
    assert str(people["assessor"]) in page.content.decode()


def test_what_was_corrected_meanwhile_is_not_confirmed_unseen(client, people, street):
    finding = prepared("confirm", street)
    workflow.edit_finding(finding, replace(entry_of(finding), count=3), by=people["assessor"], seen=finding.version)
    client.force_login(people["office"])
    page = client.post(url("finding-confirm", finding.pk), {"seen": finding.version}, follow=True)
    assert "在您打开以后修改过" in page.content.decode()
    seen = next(step for step in page.context["steps"] if step.key == "confirm").form["seen"].value()
    client.post(url("finding-confirm", finding.pk), {"seen": seen})
    finding.refresh_from_db()
    assert (finding.state, finding.count) == ("confirmed", 3)


def test_a_conclusion_about_an_earlier_report_is_none_about_the_last(client, people, street):
    finding = prepared("review", street)
    rectification.review_finding(finding, outcome="returned", by=people["office"], reason="角落未清理")
    rectification.report_rectified(finding, by=people["contact"], done="又清理了一遍")
    client.force_login(people["assessor"])
    data = sent(ACTIONS["review"][2])
    page = client.post(url("finding-review", finding.pk), {**data, "seen": 1}, follow=True)
    assert "在您打开以后又反馈过" in page.content.decode()
    assert next(step for step in page.context["steps"] if step.key == "review").form["seen"].value() == 2
    client.post(url("finding-review", finding.pk), {**data, "seen": 2})
    finding.refresh_from_db()
    assert finding.state == "closed"


def test_who_may_not_correct_a_finding_is_told_why(client, people, street):
    finding = in_state("confirmed", unit=street)
    client.force_login(people["assessor"])
    told = client.get(url("finding-edit", finding.pk), follow=True).content.decode()
    assert "已确认，需要修改的请告诉考评办" in told
    appeals.lodge_appeal(finding, unit=street, by=people["contact"], ground="facts", reason="当时已经清运")
    assert "有申诉待裁定" in client.get(url("finding-edit", finding.pk), follow=True).content.decode()


def test_the_group_message_of_an_order_leaves_out_what_was_withdrawn(client, people, street):
    first, _ = findings = [in_state("confirmed", unit=street) for _ in range(2)]
    (order,) = orders.order_findings(findings, by=people["office"])
    client.force_login(people["office"])
    assert "共 2 个问题" in client.get(order.get_absolute_url()).context["message"]
    workflow.void_finding(first, by=people["office"], reason="登记有误")
    assert "共 1 个问题" in client.get(order.get_absolute_url()).context["message"]


# --- Registering with a preset ----------------------------------------------------------------------------------------


def typed(unit, item, **more):
    return {
        "found_at": "2026-03-05T09:30",
        "unit": unit.pk,
        "area": "ZG",
        "item": item.pk,
        "place": "样例路1号",
        "count": 1,
        "source": "own_patrol",
        **more,
    }


def test_on_the_spot_has_both_photos_at_once(client, people, street):
    client.force_login(people["assessor"])
    data = typed(street, ItemFactory(), handling="spot", before=picture("red"), after=picture("green"))
    client.post(url("finding-create"), data)
    finding = Finding.objects.get()
    assert (finding.state, finding.handling) == ("closed", "spot")
    assert list(finding.photos.values_list("kind", flat=True)) == ["before", "after"]


def test_a_photo_that_is_none_registers_nothing(client, people, street):
    client.force_login(people["assessor"])
    broken = SimpleUploadedFile("x.jpg", b"no picture")
    page = client.post(url("finding-create"), typed(street, ItemFactory(), before=broken))
    assert "不是能识别的照片" in page.content.decode()
    assert not Finding.objects.exists()


def test_the_same_photo_before_and_after_is_refused(client, people, street):
    client.force_login(people["assessor"])
    data = typed(street, ItemFactory(), handling="spot", before=picture("red"), after=picture("red"))
    page = client.post(url("finding-create"), data)
    assert "整改前" in page.content.decode()
    assert not Finding.objects.exists()


# --- Lists ------------------------------------------------------------------------------------------------------------

# name: (who, rows of which state, queries: session, user, rights, choices of filters, rows and what they join)
LISTS = {
    "rectification-list": ("contact", "ordered", 6),
    "review-list": ("office", "reported", 5),
    "order-list": ("office", "ordered", 5),
    "extension-list": ("office", "ordered", 4),
    "appeal-list": ("office", "ordered", 5),
}


@pytest.mark.parametrize("name", LISTS)
def test_each_list_asks_the_same_few_questions(client, people, street, name, django_assert_num_queries):
    """With one row and with three."""
    who, state, queries = LISTS[name]
    client.force_login(people[who])
    client.get(url(name))
    for count in (1, 3):
        furnish(name, state, people, street, until=count)
        with django_assert_num_queries(queries):
            page = client.get(url(name))
        assert len(page.context["table"].rows) == count


def furnish(name, state, people, street, *, until):
    item = ItemFactory(code="A10")
    while Finding.objects.count() < until:
        finding = in_state(state, unit=street, item=item)
        rectification.add_photo(finding, picture(), "near", by=people["office"])
        if name == "extension-list":
            later = timezone.now() + timedelta(days=9)
            rectification.ask_extension(finding, by=people["contact"], reason="雨天无法施工", until=later)
        if name == "appeal-list":
            appeals.lodge_appeal(finding, unit=street, by=people["contact"], ground="facts", reason="正在清运")


@pytest.mark.parametrize("name", ["rectification-list", "order-list", "extension-list", "appeal-list"])
def test_a_unit_sees_its_own_only(client, people, street, name):
    for unit in (street, UnitFactory(squad=SquadFactory())):
        finding = in_state("ordered", unit=unit)
        by = UserFactory(role=Roles.STREET_CONTACT, unit=unit)
        until = timezone.now() + timedelta(days=9)
        rectification.ask_extension(finding, by=by, reason="雨天无法施工", until=until)
        appeals.lodge_appeal(finding, unit=unit, by=by, ground="facts", reason="检查时正在清运")
    client.force_login(people["contact"])
    assert client.get(url(name)).context["table"].count == 1


def test_another_unit_s_order_paper_and_appeal_are_not_found(client, people, street):
    finding = in_state("ordered", unit=UnitFactory(squad=SquadFactory()))
    order = finding.order_lines.get().order
    by = UserFactory()
    appeal = appeals.lodge_appeal(finding, unit=finding.lead_unit, by=by, ground="facts", reason="正在清运")
    client.force_login(people["contact"])
    for name, pk in (("order-detail", order.pk), ("order-pdf", order.pk), ("appeal-detail", appeal.pk)):
        assert client.get(url(name, pk)).status_code == 404, name


def test_the_own_list_opens_on_what_waits_and_shows_the_rest_on_request(client, people, street):
    for state in ("ordered", "returned", "reported", "closed", "registered"):
        in_state(state, unit=street)
    client.force_login(people["contact"])
    shown = {
        show: {row.object.state for row in client.get(url("rectification-list"), {"show": show}).context["table"].rows}
        for show in ("", "todo", "reported", "over")
    }
    assert shown[""] == shown["todo"] == {"ordered", "returned"}
    assert (shown["reported"], shown["over"]) == ({"reported"}, {"closed"})


def test_the_own_list_shows_what_the_unit_itself_pays(client, people, street):
    finding = in_state("ordered", unit=street)
    client.force_login(people["contact"])
    (row,) = client.get(url("rectification-list"), {"sort": "own_points"}).context["table"].rows
    assert row.object.own_points == finding.shares.get(unit=street).points < finding.points


def test_the_order_page_has_its_lines_the_message_and_the_file(client, people, street):
    finding = in_state("ordered", unit=street)
    order = RectificationOrder.objects.get()
    client.force_login(people["contact"])
    page = client.get(order.get_absolute_url())
    assert finding.number in page.content.decode()
    assert order.number in page.context["message"]
    assert f"http://testserver{order.get_absolute_url()}" in page.context["message"]
    served = client.get(url("order-pdf", order.pk))
    assert b"".join(served.streaming_content).startswith(b"%PDF")
    assert Activity.objects.about(order).first().title == "下载交办单"


# --- Batches ----------------------------------------------------------------------------------------------------------


def batch(client, name, findings, **more):
    return client.post(url(f"finding-batch-{name}"), {"pk": [finding.pk for finding in findings]}, follow=True, **more)


@pytest.mark.parametrize(
    "course",
    [
        ("confirm", "registered", "confirmed"),
        ("order", "confirmed", "ordered"),
        ("order", "registered", "ordered"),
        ("pass", "reported", "closed"),
        ("close", "ordered", "closed"),
    ],
)
def test_a_batch_takes_each_row_and_names_those_that_could_not(client, people, street, course):
    name, state, after = course
    good = [in_state(state, unit=street) for _ in range(2)]
    odd = in_state("voided", unit=UnitFactory(squad=SquadFactory()))
    client.force_login(people["office"])
    page = batch(client, name, [*good, odd]).content.decode()
    assert {finding.state for finding in Finding.objects.filter(pk__in=[each.pk for each in good])} == {after}
    assert odd.number in page
    odd.refresh_from_db()
    assert odd.state == "voided"


def test_ordering_by_unit_in_one_go_makes_one_order_a_unit(client, people):
    units = UnitFactory.create_batch(2)
    findings = [make_finding(unit=unit) for unit in units for _ in range(2)]
    client.force_login(people["office"])
    page = batch(client, "order", findings).content.decode()
    assert RectificationOrder.objects.count() == 2
    for order in RectificationOrder.objects.all():
        assert order.number in page


def test_ordering_leaves_out_what_cannot_be_ordered_and_orders_the_rest_of_the_unit(client, people, street):
    good, closed = make_finding(unit=street), in_state("closed", unit=street)
    deduct = make_finding(unit=street, handling="deduct")
    client.force_login(people["office"])
    page = batch(client, "order", [good, closed, deduct]).content.decode()
    good.refresh_from_db()
    assert good.state == "ordered"
    assert closed.number in page
    assert deduct.number in page


@pytest.mark.parametrize("name", ["confirm", "order", "pass", "close"])
def test_a_batch_refuses_get_and_tells_when_nothing_was_ticked(client, people, name):
    client.force_login(people["office"])
    assert client.get(url(f"finding-batch-{name}")).status_code == 405
    assert "没有选中" in batch(client, name, []).content.decode()


def test_a_batch_goes_back_to_the_list_as_it_was_filtered_and_never_elsewhere(client, people, street):
    client.force_login(people["office"])
    here = f"http://testserver{url('finding-list')}?state=registered"
    response = client.post(url("finding-batch-confirm"), {"pk": make_finding().pk}, headers={"referer": here})
    assert response.url == here
    away = client.post(url("finding-batch-confirm"), {}, headers={"referer": "https://example.com/x"})
    assert away.url == url("finding-list")


def test_the_list_offers_only_the_batches_that_one_may_press(client, people):
    make_finding()
    labels = {}
    for who in ("office", "assessor", "contact", "leader"):
        client.force_login(people[who])
        labels[who] = [action.label for action in client.get(url("finding-list")).context["table"].actions]
    assert labels == {
        "office": ["确认", "按单位交办", "复查合格", "直接销号"],
        "assessor": ["复查合格"],
        "contact": [],
        "leader": [],
    }


# --- Appeals ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def appeal(people, street):
    finding = in_state("ordered", unit=street, found_at=timezone.now() - timedelta(days=1))
    return appeals.lodge_appeal(
        finding, unit=street, by=people["contact"], ground="not_ours", reason="在界线以西，不属我辖区"
    )


def test_a_leader_decides_and_the_second_is_told(client, people, appeal):
    client.force_login(people["leader"])
    data = {"outcome": "partly", "words": "部分情况属实", "new_points": "0.1"}
    client.post(url("appeal-decide", appeal.pk), data)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.decided_by) == ("partly", people["leader"])
    page = client.post(url("appeal-decide", appeal.pk), data, follow=True)
    assert "已于" in page.content.decode()
    assert Activity.objects.filter(title__startswith="申诉裁定").count() == 1
    text = client.get(appeal.finding.get_absolute_url()).content.decode()
    assert "经申诉裁定或领导批示，现扣" in text


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"outcome": "partly", "words": "部分情况属实", "new_points": "5"}, "new_points"),
        ({"outcome": "reassigned", "words": "改派给相邻街道"}, "new_unit"),
        ({"outcome": "rejected", "words": ""}, "words"),
        ({"outcome": "rejected", "words": "情况不属实", "signer": "局示例"}, "signed_on"),
    ],
)
def test_a_decision_that_lacks_something_is_refused_beside_its_field(client, people, appeal, data, field):
    client.force_login(people["leader"])
    page = client.post(url("appeal-decide", appeal.pk), data)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    appeal.refresh_from_db()
    assert appeal.state == "pending"


def test_the_office_must_name_who_signed_and_the_unit_may_not_decide(client, people, appeal):
    client.force_login(people["office"])
    page = client.post(url("appeal-decide", appeal.pk), {"outcome": "rejected", "words": "情况不属实"})
    assert "线下签批" in page.content.decode()
    paper = {"signer": "局示例", "signed_on": timezone.localdate().isoformat()}
    client.force_login(people["contact"])
    refused = client.post(url("appeal-decide", appeal.pk), {"outcome": "upheld", "words": "情况属实", **paper})
    assert refused.status_code == 403
    client.force_login(people["office"])
    client.post(url("appeal-decide", appeal.pk), {"outcome": "rejected", "words": "情况不属实", **paper})
    appeal.refresh_from_db()
    assert (appeal.state, appeal.signer) == ("rejected", "局示例")


def test_a_freed_unit_still_reads_its_appeal_and_no_longer_the_finding(client, people, appeal):
    other = UnitFactory(squad=SquadFactory())
    decision = appeals.Decision("reassigned", "属相邻街道", new_unit=other)
    appeals.decide_appeal(appeal, decision, by=people["leader"])
    client.force_login(people["contact"])
    page = client.get(appeal.get_absolute_url())
    assert page.status_code == 200
    assert other.label in page.content.decode()
    assert "打开问题" not in page.content.decode()
    assert client.get(appeal.finding.get_absolute_url()).status_code == 404


def test_the_filters_of_appeals(client, people, appeal):
    client.force_login(people["office"])
    today = timezone.localdate().isoformat()
    for query, count in (
        ({"state": "pending"}, 1),
        ({"state": "successful"}, 0),
        ({"unit": appeal.unit_id}, 1),
        ({"is_late": "true"}, 0),
        ({"lodged_from": today, "lodged_to": today}, 1),
        ({"decided_from": today}, 0),
    ):
        assert client.get(url("appeal-list"), query).context["table"].count == count, query


def test_the_list_behind_a_figure_needs_its_period(client, people):
    in_state("closed", found_at=moment(2026, 3, 5))
    client.force_login(people["office"])
    year = str(timezone.localdate().year)
    assert client.get(url("finding-list"), {"account": "rectified", "span": year}).context["table"].count == 1
    broken = client.get(url("finding-list"), {"account": "rectified", "span": "上个月"})
    assert (broken.status_code, broken.context["table"].count) == (200, 0)
