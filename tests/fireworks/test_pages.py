"""The pages of duty: each action works, refuses GET, is a 404 for another unit, does nothing twice; lists keep their queries."""

import io
from datetime import date, timedelta
from functools import partial

import pytest
from django.urls import reverse

from fireworks import tasks
from fireworks.crews import Member
from fireworks.enums import RosterState, WindowKind
from fireworks.models import (
    Absence,
    Assignment,
    DutyPerson,
    Grid,
    LawReference,
    Post,
    Roster,
    ShiftPattern,
    Slot,
    Swap,
    Window,
)
from fireworks.workflow import rosters, watch
from staff.models import Activity, Job
from staff.permissions import Roles
from tests import pdf_measure
from tests.factories.fireworks import (
    CommunityFactory,
    DutyPersonFactory,
    GridFactory,
    PostFactory,
    ShiftFactory,
    WindowFactory,
    make_roster,
    staffed,
)
from tests.factories.people import make_person
from tests.factories.staff import SquadFactory, UserFactory
from tests.fireworks.asking import EVE, posted, url, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = UserFactory(role=Roles.FIREWORKS_OFFICE)
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def stranger(client):
    """Of another unit, with every right of a squad leader."""
    client.force_login(UserFactory(role=Roles.SQUAD_LEADER, unit=SquadFactory()))
    return client


# --- Grids ------------------------------------------------------------------------------------------------------------


def grid_data(**fields):
    return {
        "code": "YS-01",
        "name": "月山一网格",
        "community": CommunityFactory().pk,
        "head": "张示例",
        "valid_from": "2026-01-01",
        **fields,
    }


def test_a_grid_is_kept_with_its_outline_and_a_bad_one_is_shown_beside_the_field(office):
    ring = "[[113.1,29.3],[113.2,29.3],[113.2,29.4],[113.1,29.3]]"
    data = grid_data(outline_text=f'{{"type":"Polygon","coordinates":[{ring}]}}')
    page = office.post(url("grid-create"), data | {"outline_text": "{}"})
    assert page.status_code == 422
    assert "多边形" in words(page)
    assert "月山一网格" in page.content.decode()  # what was typed stays
    assert "月山一网格" in words(posted(office, url("grid-create"), data))
    grid = Grid.objects.get()
    assert grid.outline["coordinates"][0][0] == [113.1, 29.3]
    posted(office, url("grid-edit", grid.pk), data | {"head": "李示例", "version": 1})
    assert Grid.objects.get().head == "李示例"
    assert Activity.objects.about(grid).get(title="修改禁炮网格").changes == {"网格长": ["张示例", "李示例"]}


def test_posts_are_kept_on_the_grids_page(office):
    grid = GridFactory()
    data = {"kind": "gate", "name": "东门", "minimum_staff": 2, "duties": "劝阻\n上报", "valid_from": "2026-01-01"}
    assert office.post(url("post-create", grid.pk), data | {"minimum_staff": 0}).status_code == 422
    page = posted(office, url("post-create", grid.pk), data)
    assert "不少于2人" in words(page)
    assert office.post(url("post-create", grid.pk), data).status_code == 422  # the same name again
    post = Post.objects.get()
    assert office.post(url("post-edit", post.pk), data | {"latitude": "29.3"}).status_code == 422
    posted(office, url("post-edit", post.pk), data | {"latitude": "29.3", "longitude": "113.1", "version": 1})
    assert Post.objects.get().longitude is not None


KEPT = {
    "grid-edit": (GridFactory, {"code": "YS-01", "name": "甲", "valid_from": "2026-01-01"}, ("head", "张示例", "李示例")),
    "post-edit": (
        PostFactory,
        {"kind": "gate", "name": "东门", "minimum_staff": 2, "valid_from": "2026-01-01"},
        ("duties", "劝阻", "上报"),
    ),
    "shift-edit": (ShiftFactory, {"code": "CX", "name": "夜班", "starts": "18:00", "days": "all"}, ("minutes", "420", "480")),
    "law-edit": (
        partial(LawReference.objects.create, title="条例", article="旧", text="x", valid_from=EVE),
        {"title": "条例", "article": "第四十二条", "valid_from": "2026-01-01"},
        ("text", "甲", "乙"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_of_two_who_edit_the_same_the_second_is_told(office, name):
    make, data, (field, one, other) = KEPT[name]
    row = make()
    if name == "grid-edit":
        data = data | {"community": row.community_id}
    shown = office.get(url(name, row.pk)).context["form"]["version"].value()
    assert office.post(url(name, row.pk), data | {field: one, "version": shown}).status_code == 302
    stale = office.post(url(name, row.pk), data | {field: other, "version": shown})
    assert stale.status_code == 422
    assert "别人修改过" in words(stale)
    assert other in stale.content.decode()  # what was typed stays
    row.refresh_from_db()
    assert (str(getattr(row, field)), row.version) == (one, 2)
    assert office.post(url(name, row.pk), data | {field: other}).status_code == 422  # a page that says no version


def test_a_grid_that_was_retired_meanwhile_is_not_brought_back_by_a_stale_page(office):
    grid = GridFactory()
    data = grid_data(community=grid.community_id, version=1)
    posted(office, url("grid-retire", grid.pk), {"on": "2026-03-01"})
    assert "别人修改过" in words(office.post(url("grid-edit", grid.pk), data))
    late = office.post(url("grid-edit", grid.pk), data | {"version": 2, "valid_from": "2026-04-01"})
    assert late.status_code == 422
    assert "2026-03-01停用" in words(late)


def test_retiring_a_grid(office):
    grid = GridFactory()
    assert office.post(url("grid-retire", grid.pk), {"on": "2000-01-01"}).status_code == 422
    assert "已停用" in words(posted(office, url("grid-retire", grid.pk), {"on": "2026-03-01"}))
    assert "已恢复使用" in words(posted(office, url("grid-restore", grid.pk)))
    assert "没有停用" in words(posted(office, url("grid-restore", grid.pk)))
    assert "已停用" in words(posted(office, url("grid-retire", grid.pk), {"on": "2026-03-01"}))
    assert Grid.objects.get().valid_to == date(2026, 3, 1)
    assert office.post(url("grid-retire", grid.pk), {"on": "2026-03-01"}).status_code == 422


def test_the_notice_of_a_grid_says_who_where_and_what(office, tmp_path):
    post = PostFactory(name="东门", duties="劝阻燃放\n发现炮情上报", needs_certificate=True)
    DutyPersonFactory(name="常示例", agency="月山社区", home_grid=post.grid, phone="13900009999")
    content = office.get(url("grid-pdf", post.grid_id)).content
    printed = pdf_measure.text(tmp_path, content)
    for line in ("东门", "发现炮情上报", "须有持证人员", post.grid.community.name, "网示例"):
        assert line in printed
    assert "常示例（月山社区）" in printed
    assert "13900009999" not in printed


# --- Windows ----------------------------------------------------------------------------------------------------------


def test_a_year_is_proposed_at_the_press_of_a_button(office):
    page = posted(office, url("window-propose"), {"year": 2026})
    assert "7个时段" in words(page)
    assert page.context["table"].count == 7
    assert "没有改动" in words(posted(office, url("window-propose"), {"year": 2026}))
    assert "年份" in words(office.post(url("window-propose"), {"year": 1000}))


def test_a_window_is_edited_and_the_second_editor_is_told(office):
    window = WindowFactory(kind=WindowKind.LANTERN, name="元宵")
    data = {
        "year": 2026,
        "kind": "lantern",
        "name": "元宵",
        "start": "2026-03-02",
        "end": "2026-03-03",
        "source": "通告",
        "version": 1,
    }
    assert "已保存" in words(posted(office, url("window-edit", window.pk), data))
    stale = office.post(url("window-edit", window.pk), data)
    assert stale.status_code == 422
    assert "别人修改过" in words(stale)
    assert office.post(url("window-edit", window.pk), data | {"version": 2, "end": "2027-03-03"}).status_code == 422
    assert office.post(url("window-create"), data).status_code == 422  # 元宵 2026 is there


@pytest.mark.parametrize(
    ("year", "start", "end", "stored"),
    [
        (2026, "2025-12-30", "2026-01-02", True),  # over New Year, of either year
        (2025, "2025-12-30", "2026-01-02", True),
        (2027, "2026-03-02", "2026-03-03", False),  # a slip: compared and copied with the wrong years
        (1, "0001-01-01", "0001-01-02", False),  # its shifts would have no time at all
        (9999, "9999-12-30", "9999-12-31", False),
    ],
)
def test_a_windows_year_is_that_of_its_days(office, year, start, end, stored):
    data = {"year": year, "kind": "special", "name": "专项", "start": start, "end": end}
    answer = office.post(url("window-create"), data)
    assert answer.status_code == (302 if stored else 422)
    assert Window.objects.exists() is stored


def test_a_windows_page_compares_lunar_to_lunar_and_names_the_gaps(office):
    last = WindowFactory(year=2025, kind=WindowKind.SPRING, start=date(2025, 1, 28), end=date(2025, 1, 28))
    this = WindowFactory(year=2026, kind=WindowKind.SPRING, start=EVE, end=EVE)
    for window in (last, this):
        staffed(DutyPersonFactory(), window=window)
    page = office.get(url("window-detail", this.pk))
    assert "去年同一时段" in words(page)
    assert "不能说“未发现”" in words(page)
    assert "除夕" in words(page)
    assert office.get(url("gap-list", this.pk)).context["table"].count == 1


def test_shifts_and_laws_are_kept(office):
    shift = {"code": "CX", "name": "除夕夜班", "starts": "18:00", "minutes": 420, "days": "eve", "is_active": "on"}
    assert office.post(url("shift-create"), shift | {"minutes": 5}).status_code == 422
    assert "18:00—次日01:00" in words(posted(office, url("shift-create"), shift))
    pattern = ShiftPattern.objects.get()
    posted(office, url("shift-edit", pattern.pk), shift | {"minutes": 480, "version": 1})
    assert ShiftPattern.objects.get().minutes == 480
    law = {"title": "条例", "article": "第四十二条", "text": "x", "valid_from": "2026-01-01"}
    assert office.post(url("law-create"), law | {"valid_to": "2025-01-01"}).status_code == 422
    posted(office, url("law-create"), law)
    posted(office, url("law-edit", LawReference.objects.get().pk), law | {"text": "y", "version": 1})
    assert LawReference.objects.get().text == "y"


# --- People -----------------------------------------------------------------------------------------------------------


def test_people_with_and_without_a_place_in_the_bureau(office):
    person = make_person(name="张示例")
    assert office.post(url("duty-person-create"), {"is_active": "on"}).status_code == 422
    posted(office, url("duty-person-create"), {"person": person.pk, "is_active": "on"})
    ours = DutyPerson.objects.get()
    assert (ours.name, ours.agency) == ("张示例", person.movements.get().unit_after.label)
    posted(
        office,
        url("duty-person-create"),
        {"name": "李示例", "agency": "派出所", "has_certificate": "on", "is_active": "on"},
    )
    assert DutyPerson.objects.filter(person=None).get().has_certificate
    again = office.post(url("duty-person-create"), {"name": "李示例", "agency": "派出所"})
    assert "同名" in words(again)


def test_leave_is_entered_and_taken_back(office):
    person = DutyPersonFactory()
    data = {"start": "2026-02-16", "end": "2026-02-17", "reason": "探亲"}
    assert office.post(url("absence-create", person.pk), data | {"end": "2026-02-01"}).status_code == 422
    assert "探亲" in words(posted(office, url("absence-create", person.pk), data))
    absence = Absence.objects.get()
    posted(office, url("absence-remove", absence.pk))
    assert not Absence.objects.exists()
    assert office.post(url("absence-remove", absence.pk)).status_code == 404


# --- The roster -------------------------------------------------------------------------------------------------------


def test_a_roster_is_made_from_shifts_on_the_windows_page(office):
    PostFactory()
    window, shift = WindowFactory(start=EVE, end=EVE), ShiftFactory()
    assert office.post(url("window-roster", window.pk), {}).status_code == 422
    page = posted(office, url("window-roster", window.pk), {"shifts": [shift.pk]})
    assert "缺1人" in words(page)
    assert Slot.objects.count() == 1


def test_last_years_roster_is_copied_at_the_press_of_a_button(office):
    last = WindowFactory(year=2025, kind=WindowKind.SPRING, start=date(2025, 1, 28), end=date(2025, 1, 28))
    this = WindowFactory(year=2026, kind=WindowKind.SPRING, start=EVE, end=EVE)
    assert "没有值班表可以复制" in words(posted(office, url("window-copy", this.pk)))
    staffed(DutyPersonFactory(name="张示例"), window=last)
    assert "张示例" in words(posted(office, url("window-copy", this.pk)))
    assert "已有岗班" in words(posted(office, url("window-copy", this.pk)))
    assert Slot.objects.filter(roster__window=this).get().day == EVE


def test_grids_of_one_name_have_each_their_own_row(office):
    for code in ("A-01", "B-01"):
        GridFactory(code=code, name="第一网格")
    roster = make_roster(WindowFactory(start=EVE, end=EVE), posts=[])
    rows = office.get(roster.get_absolute_url()).context["rows"]
    assert [(grid, post, cells[0]["slot"].grid.code) for grid, post, cells in rows] == [
        ("第一网格", "巡查", "A-01"),
        ("第一网格", "巡查", "B-01"),
    ]


@pytest.fixture
def draft():
    return (
        make_roster(WindowFactory(start=EVE, end=EVE + timedelta(days=1), is_peak=True)).slots.order_by("day").first()
    )


def test_people_are_typed_into_a_cell_and_the_broken_rules_come_back(office, draft):
    DutyPersonFactory(name="张示例")
    DutyPersonFactory(name="李示例", has_certificate=False)
    htmx = {"headers": {"HX-Request": "true"}}
    form = office.get(url("slot-crew", draft.pk), **htmx)
    assert "<html" not in form.content.decode()
    data = {"names": "张示例、李示例（巡查）", "version": draft.version}
    fragment = office.post(url("slot-crew", draft.pk), data, **htmx)
    assert "张示例（带班）、李示例（巡查）" in words(fragment)
    whole = office.get(f"{draft.roster.get_absolute_url()}?day={draft.day}")
    assert fragment.content.decode().strip() in whole.content.decode()
    assert not [cell for _, _, cells in whole.context["rows"] for cell in cells if cell["broken"]]
    other = office.get(f"{draft.roster.get_absolute_url()}?day={draft.day + timedelta(days=1)}")
    assert next(cell["broken"] for _, _, cells in other.context["rows"] for cell in cells)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("张示例", "不少于2人"),
        ("张示例、李示例", "规则都满足"),
        ("张示例、王示例", "没有“王示例”"),
        ("重示例、张示例", "有2个“重示例”"),
        ("重示例（甲社区）、张示例", "规则都满足"),
        ("（带班）", "看不懂"),
        ("", "缺1人"),
    ],
)
def test_rules_are_checked_as_one_types(office, draft, typed, said):
    for name, agency in (("张示例", "样例社区"), ("李示例", "样例社区"), ("重示例", "甲社区"), ("重示例", "乙社区")):
        DutyPersonFactory(name=name, agency=agency)
    page = office.post(url("slot-check", draft.pk), {"names": typed})
    assert said in words(page)
    assert not Assignment.objects.exists()


def test_without_scripts_the_cell_is_a_page(office, draft):
    DutyPersonFactory(name="张示例")
    refused = office.post(url("slot-crew", draft.pk), {"names": "无名", "version": draft.version})
    assert refused.status_code == 422
    assert "无名" in refused.content.decode()
    page = posted(office, url("slot-crew", draft.pk), {"names": "张示例", "version": draft.version})
    assert page.redirect_chain[-1][0] == f"{draft.roster.get_absolute_url()}?day={draft.day}"
    assert office.post(url("slot-crew", draft.pk), {"names": "", "version": draft.version}).status_code == 422  # stale
    posted(office, url("slot-remove", draft.pk))
    assert not Slot.objects.filter(pk=draft.pk).exists()


def test_publishing_asks_first_and_then_tells(office, draft):
    rosters.set_crew(draft, [Member(DutyPersonFactory(), "lead")], by=None)
    refused = office.post(url("roster-publish", draft.roster_id))
    assert refused.status_code == 422
    assert "按现状发布" in words(refused)
    posted(office, url("roster-publish", draft.roster_id), {"accept_breaches": "on"})
    assert Roster.objects.get().state == RosterState.PUBLISHED
    assert office.post(url("roster-publish", draft.roster_id), {"accept_breaches": "on"}).status_code == 422
    assert Activity.objects.about(draft.roster).filter(title="发布值班表").count() == 1
    assert "退回草稿" in words(posted(office, url("roster-reopen", draft.roster_id)))
    assert "本来就是草稿" in words(posted(office, url("roster-reopen", draft.roster_id)))


def test_the_solver_runs_as_a_job_and_says_what_came_of_it(office, draft, settings, django_capture_on_commit_callbacks):
    settings.JOB_RUNNER = "inline"
    for _ in range(3):
        DutyPersonFactory()
    with django_capture_on_commit_callbacks(execute=True):
        office.post(url("roster-solve", draft.roster_id), {"keep": "on", "seconds": 10})
    job = Job.objects.get()
    assert (job.state, job.result_url) == ("done", draft.roster.get_absolute_url())
    assert "规则全部满足" in job.message
    assert Assignment.objects.count() == 4
    DutyPerson.objects.update(is_active=False)
    Assignment.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        office.post(url("roster-solve", draft.roster_id), {"seconds": 10})
    assert "人手不够" in Job.objects.first().message
    assert "缺 1 人" in Job.objects.first().message


def test_what_is_typed_while_the_solver_searches_stays(
    office, draft, settings, django_capture_on_commit_callbacks, monkeypatch
):
    settings.JOB_RUNNER = "inline"
    for _ in range(3):
        DutyPersonFactory()
    typed = DutyPersonFactory(name="手示例")
    search = tasks.solve

    def slow(plan, **options):
        rosters.set_crew(draft, [Member(typed, "lead")], by=None)
        return search(plan, **options)

    monkeypatch.setattr(tasks, "solve", slow)
    with django_capture_on_commit_callbacks(execute=True):
        office.post(url("roster-solve", draft.roster_id), {"keep": "on", "seconds": 10})
    job = Job.objects.get()
    assert job.state == "failed"
    assert "有人改动了这张值班表" in job.message
    assert [each.person for each in Assignment.objects.all()] == [typed]


def test_the_solver_leaves_published_rosters_alone(office):
    slot = staffed(DutyPersonFactory())
    assert "已发布" in words(posted(office, url("roster-solve", slot.roster_id), {"seconds": 10}))
    assert not Job.objects.exists()


@pytest.mark.parametrize("by", ["grid", "day"])
def test_a_roster_prints_by_grid_and_by_day(office, by, tmp_path):
    slot = staffed(DutyPersonFactory(name="张示例", phone="13800001111"))
    response = office.get(url(f"roster-pdf-{by}", slot.roster_id))
    printed = pdf_measure.text(tmp_path, response.content)
    for line in ("张示例（带班）", "13800001111", "除夕" if by == "day" else "02-16", slot.grid.name):
        assert line in printed
    assert Activity.objects.filter(verb="print").count() == 1


def test_a_published_day_can_be_copied_for_the_group(office):
    slot = staffed(DutyPersonFactory(name="张示例"))
    page = office.get(slot.roster.get_absolute_url())
    assert f"{slot.place} {slot.shift.name} 18:00—次日01:00：张示例（带班）" in page.context["message"]
    assert "data-copy-text" in page.content.decode()
    draft = staffed(DutyPersonFactory(), publish=False)
    assert office.get(draft.roster.get_absolute_url()).context["message"] == ""


def test_a_draft_is_the_planners(client, draft):
    client.force_login(UserFactory(role=Roles.DIRECTOR))
    assert client.get(url("roster-detail", draft.roster_id)).status_code == 404
    assert client.get(url("slot-detail", draft.pk)).status_code == 404
    assert client.get(url("slot-list")).context["table"].count == 0


# --- Lists ------------------------------------------------------------------------------------------------------------


def one_more():
    slot = staffed(
        DutyPersonFactory(), DutyPersonFactory(), window=WindowFactory(kind=WindowKind.SPECIAL, start=EVE, end=EVE)
    )
    watch.report_shift(slot, by=UserFactory())
    Swap.objects.create(slot=slot, from_person=slot.assignments.first().person, reason="x")


LISTS = (
    "grid-list", "post-list", "window-list", "duty-person-list", "slot-list", "assignment-list", "report-list", "swap-list",
)  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_lists_ask_the_database_no_more_for_more_rows(office, name, django_assert_max_num_queries):
    counts = []
    for _ in range(2):
        for _ in range(1 if not counts else 2):
            one_more()
        office.get(url(name))  # settings and content types are remembered from here on
        with django_assert_max_num_queries(16) as asked:
            page = office.get(url(name))
        counts.append((len(asked), page.context["table"].count))
    assert counts[0][0] == counts[1][0]
    assert counts[1][1] == 3 * counts[0][1] > 0


def test_the_roster_page_asks_no_more_for_more_rows(office, django_assert_max_num_queries):
    counts = []
    for number in (1, 3):
        Grid.objects.all().update(valid_to=date(2025, 1, 1))
        posts = [PostFactory() for _ in range(number)]
        roster = make_roster(WindowFactory(start=EVE, end=EVE), posts=posts)
        for slot in roster.slots.all():
            rosters.set_crew(slot, [Member(DutyPersonFactory(), "lead")], by=None)
        office.get(roster.get_absolute_url())
        with django_assert_max_num_queries(40) as asked:
            office.get(roster.get_absolute_url())
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_exports_of_the_lists(office):
    one_more()
    for key in ("grids", "posts", "windows", "shifts", "people", "slots", "assignments", "reports"):
        response = office.get(reverse("staff:export", args=[f"fireworks.{key}"]))
        assert response.status_code == 200, key
        assert io.BytesIO(response.content).read(2) == b"PK"


def test_window_filter_counts_people_whose_duty_meets_all_conditions(office):
    slot = staffed(DutyPersonFactory())
    window = slot.roster.window
    listed = office.get(f"{url('duty-person-list')}?window={window.pk}&duty_from=2026-02-16&duty_to=2026-02-16")
    assert listed.context["table"].count == 1
    assert office.get(f"{url('duty-person-list')}?duty_from=2027-01-01").context["table"].count == 0
    assert Window.objects.count() == 1


def test_a_contact_reads_of_his_own_ground_only_what_is_broken_missing_and_counted(client):
    """Rules that are broken name people and their leave; the page's numbers are those of the lists that they open."""
    away, mine = DutyPersonFactory(name="假示例"), DutyPersonFactory(name="我示例")
    own, foreign = PostFactory(), PostFactory()
    Absence.objects.create(person=away, start=EVE, end=EVE, reason="手术")
    roster = make_roster(WindowFactory(start=EVE, end=EVE), posts=[own, foreign])
    for post, person in ((own, mine), (foreign, away)):
        rosters.set_crew(roster.slots.get(post=post), [Member(person, "lead")], by=None)
    DutyPersonFactory(home_grid=own.grid, name="家示例")
    rosters.set_crew(
        roster.slots.get(post=foreign),
        [Member(away, "lead"), Member(DutyPerson.objects.get(name="家示例"), "watch")],
        by=None,
    )
    rosters.publish(roster, by=None, accept_breaches=True)
    watch.report_shift(roster.slots.get(post=own), by=None)
    client.force_login(UserFactory(role=Roles.STREET_CONTACT, unit=own.grid.community.parent))
    page = client.get(roster.get_absolute_url())
    assert "我示例" in words(page)
    assert "假示例" not in words(page)
    assert page.context["breach_count"] == 0
    window = client.get(url("window-detail", roster.window_id))
    assert window.context["gap_count"] == client.get(url("gap-list", roster.window_id)).context["table"].count == 0
    (people,) = [fact for fact in window.context["facts"] if fact[0] == "值守人员"]
    assert int(people[1]) == client.get(people[3]).context["table"].count == 1
    client.force_login(UserFactory(role=Roles.FIREWORKS_OFFICE))
    page = client.get(roster.get_absolute_url())
    assert "假示例02-16请假或不在岗" in words(page)
    assert "整张表有1处" in words(page)
