"""The one data table: what the address says, which rows a page holds, how it counts, what is exported."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import django_filters
import pytest
from django.db.models import Sum
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory

from config import tables
from config.tables import BatchAction, Column, Table, export_rows, render_table
from staff.models import Job, JobState

LABEL = Column("label", "编号", sort="label", phone="primary")
STATE = Column("state", "状态", value="get_state_display", sort=("state", "label"))
DONE = Column("done", "扣分", unit="分", sort="done", total=Sum("done"))
TOTAL = Column("total", "资金", unit="元", optional=True)
COLUMNS = (LABEL, STATE, DONE, TOTAL)


class JobFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label="状态", choices=JobState.choices)
    created = django_filters.DateFromToRangeFilter(label="日期", field_name="created_at")
    running = django_filters.BooleanFilter(label="在办", field_name="state", method="keep")

    def keep(self, rows, name, value):
        return rows


def ask(query="", cookies=None, **headers):
    request = RequestFactory().get(f"/jobs/{query}", headers=headers)
    request.COOKIES |= cookies or {}
    request.resolver_match = None
    return request


def table_for(query="", *, rows=None, columns=COLUMNS, cookies=None, **options):
    rows = Job.objects.all() if rows is None else rows
    return Table(columns=columns, rows=rows, request=ask(query, cookies), name="jobs", **options)


def labels(table):
    return [row.object.label for row in table.rows]


@pytest.fixture
def jobs(db):
    return Job.objects.bulk_create(
        Job(kind="x", label=f"{number:03}", done=number % 3, total=number, state=JobState.QUEUED)
        for number in range(1, 131)
    )


@pytest.mark.usefixtures("jobs")
class TestRows:
    def test_a_page_holds_fifty_rows_and_the_last_one_the_rest(self):
        assert labels(table_for("?sort=label")) == [f"{n:03}" for n in range(1, 51)]
        assert labels(table_for("?sort=label&page=3")) == [f"{n:03}" for n in range(101, 131)]

    def test_equal_values_neither_repeat_nor_vanish_between_pages(self):
        seen = [label for page in (1, 2, 3) for label in labels(table_for(f"?sort=-done&page={page}"))]
        assert len(seen) == len(set(seen)) == 130

    @pytest.mark.parametrize("asked", ["password", "--label", "label;drop", "total", ""])
    def test_an_unknown_order_falls_back_to_the_default(self, asked):
        table = table_for(f"?sort={asked}", default_sort="-label")
        assert table.sort == "-label"
        assert labels(table)[0] == "130"

    def test_an_order_of_several_fields_is_turned_round_as_a_whole(self):
        Job.objects.filter(label="001").update(state=JobState.RUNNING)
        assert labels(table_for("?sort=state"))[0] == "002"
        assert labels(table_for("?sort=-state"))[:2] == ["001", "130"]

    @pytest.mark.parametrize(("asked", "page"), [("0", 1), ("-1", 1), ("x", 1), ("²", 1), ("9" * 30, 3), ("4", 3)])
    def test_an_impossible_page_becomes_the_nearest(self, asked, page):
        table = table_for(f"?page={asked}")
        assert table.page == page
        assert table.rows

    @pytest.mark.parametrize(("asked", "size"), [("20", 20), ("200", 200), ("1000000", 50), ("x", 50)])
    def test_only_offered_sizes_are_taken(self, asked, size):
        assert table_for(f"?size={asked}").size == size

    def test_a_deep_page_costs_one_query_for_rows(self, django_assert_num_queries):
        table = table_for("?sort=label&page=2", columns=[LABEL])
        with django_assert_num_queries(1):
            assert labels(table)[0] == "051"

    def test_a_full_page_costs_two_queries_with_count_and_totals(self, django_assert_num_queries):
        with django_assert_num_queries(2):
            render_to_string("components/table.html", {"table": table_for()})

    def test_grouped_rows_are_paged_too(self):
        groups = Job.objects.values("done").annotate(n=Sum("total")).order_by("done")
        columns = [Column("done", "余数", sort="done"), Column("n", "合计")]
        table = table_for("?sort=-done", rows=groups, columns=columns)
        assert [row.cells[0].value for row in table.rows] == [2, 1, 0]


def test_a_list_is_sorted_with_the_unknown_last():
    rows = [SimpleNamespace(pk=n, due=due) for n, due in enumerate([date(2026, 3, 5), None, date(2026, 1, 1)])]
    columns = [Column("due", "期限", sort="due")]
    texts = [
        [row.cells[0].text for row in table_for(q, rows=rows, columns=columns).rows]
        for q in ("?sort=due", "?sort=-due")
    ]
    assert texts == [["2026-01-01", "2026-03-05", "—"], ["2026-03-05", "2026-01-01", "—"]]


@pytest.mark.usefixtures("jobs")
class TestCount:
    def test_the_count_is_known_without_asking_when_the_page_is_the_last(self, django_assert_num_queries):
        table = table_for("?page=3", columns=[LABEL])
        with django_assert_num_queries(1):
            assert table.count == 130

    def test_a_big_table_is_counted_after_the_page_stands(self, monkeypatch):
        monkeypatch.setattr(tables, "COUNT_AT_ONCE", 100)
        table = table_for("?sort=label")
        assert table.count is None
        assert [cell.text for cell in table.totals] == ["", "", "…"]
        html = render_to_string("components/table.html", {"table": table})
        assert 'hx-get="/jobs/?sort=label&amp;part=count&amp;page=1"' in html
        later = table_for("?sort=label&part=count&page=1")
        assert later.count == 130
        assert later.totals[2].value == sum(n % 3 for n in range(1, 131))
        assert "part=count" not in render_to_string("components/table.html", {"table": later})

    def test_totals_cover_all_matching_rows_not_only_the_page(self):
        assert table_for("?size=20").totals[2].text == "130"

    def test_totals_of_a_function(self):
        columns = [LABEL, Column("done", "扣分", total=lambda rows: Decimal(rows.count()) / 4)]
        assert table_for(columns=columns).totals[1].text == "32.5"


@pytest.mark.usefixtures("jobs")
class TestAddress:
    def test_sorting_keeps_the_filter_and_starts_at_page_one(self):
        head = table_for("?state=queued&page=2&sort=label").heads[0]
        assert head.direction == "ascending"
        assert head.href == "/jobs/?state=queued&sort=-label"

    def test_paging_keeps_filter_and_order(self):
        links = dict(table_for("?state=queued&sort=label&page=2").page_links)
        assert links[3] == "/jobs/?state=queued&sort=label&page=3"
        assert links[1] == "/jobs/?state=queued&sort=label"

    def test_the_export_shows_what_the_page_shows(self):
        table = table_for("?state=queued&page=2&size=20&sort=-label&columns=done", export_url="/export/")
        assert table.export_url == "/export/?state=queued&sort=-label&columns=label&columns=done"

    def test_the_address_wins_over_the_remembered_columns(self):
        cookies = {"columns-jobs": "total.state"}
        assert [c.name for c in table_for(cookies=cookies).columns] == ["label", "state", "total"]
        assert [c.name for c in table_for("?columns=done", cookies=cookies).columns] == ["label", "done"]
        assert [c.name for c in table_for("?columns=nonsense").columns] == ["label", "state", "done"]

    def test_two_tables_on_one_page_do_not_mix(self):
        table = table_for("?sort=label&b-sort=-label", prefix="b-")
        assert labels(table)[0] == "130"
        assert table.heads[1].href == "/jobs/?sort=label&b-sort=state"

    def test_a_chip_names_each_filter_and_takes_it_away(self):
        request = ask("?state=queued&created_after=2026-01-01&created_before=2026-06-30&sort=label&running=true&page=2")
        filters = JobFilter(request.GET, queryset=Job.objects.all())
        table = Table(columns=COLUMNS, rows=filters.qs, request=request, filters=filters)
        assert [(chip.label, chip.text) for chip in table.chips] == [
            ("状态", "排队中"),
            ("日期", "2026-01-01 00:00 至 2026-06-30 23:59"),
            ("在办", "是"),
        ]
        assert table.chips[1].href == "/jobs/?state=queued&sort=label&running=true"
        assert table.clear_href == "/jobs/?sort=label"


@pytest.mark.usefixtures("jobs")
class TestDrawing:
    def test_the_fragment_is_a_verbatim_piece_of_the_page(self, settings):
        part = render_to_string("components/table.html", {"table": table_for()})
        assert part.strip() in render_to_string("components/table.html", {"table": table_for()})
        answer = render_table(
            ask("", **{"HX-Request": "true", "HX-Target": "list-jobs"}), "404.html", {"table": table_for()}
        )
        assert isinstance(answer, HttpResponse)
        assert answer.content.decode().strip() == part.strip()

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"HX-Request": "true", "HX-Target": "content"},
            {"HX-Request": "true", "HX-Target": "list-jobs", "HX-History-Restore-Request": "true"},
        ],
    )
    def test_everybody_else_gets_the_whole_page(self, headers):
        answer = render_table(ask("", **headers), "404.html", {"table": table_for()})
        assert "<html" in answer.content.decode()

    def test_cells_are_escaped(self):
        Job.objects.filter(label="001").update(label="<b>0</b>")
        html = render_to_string("components/table.html", {"table": table_for("?sort=-label")})
        assert "<b>0</b>" not in html
        assert "&lt;b&gt;0&lt;/b&gt;" in html

    def test_batch_actions_post_the_chosen_keys(self):
        actions = [BatchAction(label="作废", url="/void/", confirm="将作废 {n} 条。", danger=True)]
        html = render_to_string("components/table.html", {"table": table_for(actions=actions)})
        assert 'formaction="/void/"' in html
        assert html.count('name="pk"') == 50


@pytest.mark.django_db
def test_an_empty_table_offers_the_next_step():
    table = table_for(empty="本月还没有登记。", empty_action=("登记第一条", "/new/"))
    html = render_to_string("components/table.html", {"table": table})
    assert "本月还没有登记。" in html
    assert '<a class="btn btn-primary" href="/new/">登记第一条</a>' in html


def test_the_export_keeps_values_and_streams_heads_first():
    at = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
    rows = [SimpleNamespace(pk=1, at=at, points=Decimal("0.240"), severe=True, unit=None)]
    columns = [
        Column("at", "时间"),
        Column("points", "扣分", unit="分"),
        Column("severe", "严重"),
        Column("unit", "单位", value="unit.name"),
    ]
    table = table_for(rows=rows, columns=columns)
    assert list(export_rows(table)) == [
        ["时间", "扣分（分）", "严重", "单位"],
        [datetime(2026, 3, 5, 14, 30), Decimal("0.240"), "是", ""],  # noqa: DTZ001 (a sheet knows no zones)
    ]


@pytest.mark.parametrize("wrong", [{"phone": "big"}, {"align": "right"}])
def test_a_wrong_column_option_raises(wrong):
    with pytest.raises(ValueError, match="must be one of"):
        Column("label", "编号", **wrong)


@pytest.mark.parametrize("wrong", [{"size": 37}, {"default_sort": "total"}, {"columns": []}])
def test_a_wrong_table_option_raises(wrong):
    with pytest.raises(ValueError, match=r"size|default_sort|column"):
        table_for(rows=[], **wrong)
