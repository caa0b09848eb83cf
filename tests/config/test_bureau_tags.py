"""How values are written, and what the small tags refuse."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from config import display, navigation
from config.navigation import BESIDE, NAV, Entry, address_of, beginning_of, nav_items, permitted, record_address
from tests.test_routes import ROUTES


def draw(text, **values):
    return Template(text).render(Context(values)).strip()


@pytest.mark.parametrize(
    ("filter_name", "value", "text"),
    [
        ("date_cn", date(2026, 3, 5), "2026年3月5日"),
        ("date_cn", datetime(2026, 3, 4, 17, 0, tzinfo=UTC), "2026年3月5日"),
        ("date_cn", None, "—"),
        ("day", date(2026, 3, 5), "2026-03-05"),
        ("minute", datetime(2026, 3, 5, 6, 30, tzinfo=UTC), "2026-03-05 14:30"),
        ("minute", date(2026, 3, 5), "2026-03-05"),
        ("money", Decimal("1234.5"), "1,234.50 元"),
        ("money", Decimal("0.005"), "0.01 元"),
        ("money", 0, "0.00 元"),
        ("money", None, "—"),
        ("points", Decimal("0.2400"), "0.24"),
        ("points", Decimal("94.1255"), "94.126"),
        ("points", Decimal("-0.0001"), "0"),
        ("points", Decimal(100), "100"),
        ("plain_number", 1236000, "1,236,000"),
        ("plain_number", "abc", "—"),
        ("plain_number", Decimal("NaN"), "—"),
        ("masked_phone", "13812345678", "138****5678"),
        ("masked_phone", "0730-8888888", "073****8888"),
        ("masked_phone", "88881234", "****1234"),
        ("masked_phone", "110", "***"),
        ("masked_id", "430602199001011234", "430602********1234"),
        ("masked_id", "12345", "*****"),
        ("masked_id", "", "—"),
        ("display", True, "是"),
        ("display", "", "—"),
        ("display", 0, "0"),
        ("display", Decimal("1E+3"), "1,000"),
    ],
)
def test_filter(filter_name, value, text):
    assert draw(f"{{{{ value|{filter_name} }}}}", value=value) == text


def test_numbers_carry_their_unit():
    assert draw("{{ n|number_with_unit:'件' }}", n=1236) == "1,236 件"
    assert draw("{{ n|number_with_unit:'件' }}", n=None) == "—"


def test_document_numbers_use_hexagonal_brackets_without_zeros():
    assert draw("{{ n|official_number:2026 }}", n="012") == "〔2026〕12号"


@pytest.mark.parametrize("masked", [display.masked_phone, display.masked_id])
@pytest.mark.parametrize("length", range(1, 25))
def test_masks_never_show_the_whole(masked, length):
    text = "".join(str(n % 10) for n in range(length))
    assert masked(text) != text
    assert len(masked(text)) == length or masked is display.masked_phone


@pytest.mark.parametrize(
    "tag",
    [
        '{% badge "已登记" "purple" %}',
        '{% deadline_light "pink" %}',
        '{% alert "…" "loud" %}',
        '{% confirm_dialog id="x" title="?" consequence="!" action="/" tone="happy" %}',
    ],
)
def test_a_wrong_option_raises(tag):
    with pytest.raises(ValueError, match="must be one of"):
        draw(tag)


@pytest.mark.parametrize("level", ["green", "yellow", "orange", "red", "none"])
def test_a_light_has_a_word_and_a_shape(level):
    html = draw("{% deadline_light level %}", level=level)
    assert display.NOTHING not in html
    assert "<svg" in html
    assert html.rstrip("</span>")[-1] > "一"


def test_the_colour_of_a_state_can_be_told_by_its_record():
    class Record:
        state, state_tone = "done", ""

        def get_state_display(self):
            return "已完成"

    record = Record()
    assert "state-green" in draw("{% state_badge r %}", r=record)
    record.state_tone = "amber"
    assert "state-amber" in draw("{% state_badge r %}", r=record)
    record.state, record.state_tone = "never heard of", ""
    assert "state-grey" in draw("{% state_badge r %}", r=record)


def test_querystring_keeps_filters_and_starts_at_page_one():
    request = RequestFactory().get("/x/?q=%E5%8D%97&page=3&tab=a&empty=")
    assert draw("{% querystring_with tab='b' %}", request=request) == "/x/?q=%E5%8D%97&amp;tab=b"
    assert draw("{% querystring_with tab=None q=None %}", request=request) == "/x/"


def test_a_crumb_escapes_its_label():
    assert (
        draw("{% crumb label '/x/' %}", label="<i>") == '<li class="breadcrumb-item"><a href="/x/">&lt;i&gt;</a></li>'
    )


class Visitor:
    def __init__(self, *permissions):
        self.permissions = permissions

    def has_perm(self, name):
        return name in self.permissions

    def has_perms(self, names):
        return all(map(self.has_perm, names))


ADDRESSES = {"staff:job-list": "/staff/jobs/", "staff:activity-list": "/staff/log/"}


@pytest.fixture
def addresses(monkeypatch):
    monkeypatch.setattr(navigation, "address_of", lambda name, args=(): ADDRESSES.get(name, ""))


ENTRIES = (
    Entry("", "任务", "staff:job-list"),
    Entry("", "日志", "staff:activity-list", "staff.read_log"),
    Entry("", "将来", "nowhere:at-all"),
)


def test_navigation_leaves_out_what_is_not_there_or_not_allowed(addresses):
    assert [entry.label for entry in permitted(Visitor(), ENTRIES)] == ["任务"]
    assert [entry.label for entry in permitted(Visitor("staff.read_log"), ENTRIES)] == ["任务", "日志"]
    both = (Entry("", "全局日志", "staff:activity-list", "staff.read_log staff.see_all_units"),)
    assert not permitted(Visitor("staff.read_log"), both)
    assert permitted(Visitor("staff.read_log", "staff.see_all_units"), both)


def test_the_active_entry_is_the_longest_that_fits(addresses):
    entries = permitted(Visitor("staff.read_log"), ENTRIES)
    assert [item.active for item in nav_items(entries, "/staff/jobs/12/")] == [True, False]
    assert [item.active for item in nav_items(entries, "/elsewhere/")] == [False, False]


@pytest.mark.parametrize("name", ["inspections:finding-detail", "permits:application-detail", "staff:open-message"])
def test_the_address_of_a_record_is_the_one_that_is_reversed(name):
    assert [record_address(name, pk) for pk in (1, 31_741)] == [reverse(name, args=[pk]) for pk in (1, 31_741)]


def test_pages_off_the_menu_stand_beside_one_of_its_entries():
    for name, beside in BESIDE.items():
        (item,) = nav_items([Entry("", "旁边", beside)], f"{beginning_of(name)}7/")
        assert item.active, name
    assert not nav_items([Entry("", "重点时段", "fireworks:window-list")], "/fireworks/")[0].active


def test_every_list_has_a_place_in_the_menu_or_beside_it():
    lists = [name for name in ROUTES if name.endswith("-list") and address_of(name)]
    assert lists
    nowhere = [name for name in lists if not any(item.active for item in nav_items(list(NAV), address_of(name)))]
    assert nowhere == []
