"""The looks that a site should get: planned from the settings, held against what was recorded, said to the squad."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from permits import desk
from permits.cadence import Course, Rhythm, held_against, next_of, planned
from permits.models import Inspection, RestorationCheck
from permits.visits import visits_of
from permits.workflow import daily, supervision
from permits.workflow.steps import Step
from staff.models import Message, Setting
from staff.permissions import Roles
from tests.factories import permits as make
from tests.factories.staff import UserFactory

MARCH = Course(started=date(2026, 3, 2), ends=date(2026, 3, 20))


def days(course, rhythm=Rhythm()):  # noqa: B008 - frozen
    return [(str(each.kind), each.due.isoformat()[5:]) for each in planned(course, rhythm)]


class TestPlan:
    def test_start_weekly_before_and_after_the_end(self):
        assert days(MARCH) == [
            ("start", "03-02"), ("weekly", "03-09"), ("weekly", "03-16"), ("before_end", "03-19"), ("after_end", "03-21"),
        ]  # fmt: skip

    def test_ninety_days_and_eleven_months_after_the_acceptance_of_a_dig(self):
        course = Course(date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 4), date(2026, 3, 5), warranty=True)
        assert days(course)[-2:] == [("warranty", "06-03"), ("warranty", "02-05")]
        occupation = Course(date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 4), date(2026, 3, 5))
        assert days(occupation) == [("start", "03-02"), ("before_end", "03-03")]

    def test_nothing_weekly_after_the_site_is_cleared(self):
        cleared = Course(date(2026, 3, 2), date(2026, 3, 20), completed=date(2026, 3, 10))
        assert days(cleared) == [("start", "03-02"), ("weekly", "03-09"), ("after_end", "03-21")]

    def test_the_settings_can_leave_a_visit_out(self):
        assert days(MARCH, Rhythm(every=0, before_end=0)) == [("start", "03-02"), ("after_end", "03-21")]

    def test_before_the_works_begin_there_is_nothing_to_look_at(self):
        assert planned(Course(None, date(2026, 3, 20)), Rhythm()) == []

    def test_a_look_serves_the_last_visit_that_was_due_and_the_earlier_ones_were_missed(self):
        rows = held_against(planned(MARCH, Rhythm()), [date(2026, 3, 17)])
        assert [(each.done_on is not None, each.missed) for each in rows] == [
            (False, True), (False, True), (True, False), (False, False), (False, False),
        ]  # fmt: skip
        assert next_of(rows, date(2026, 3, 18)).due == date(2026, 3, 19)

    def test_a_day_early_counts_a_week_early_does_not(self):
        rows = held_against(planned(MARCH, Rhythm()), [date(2026, 3, 2), date(2026, 3, 8)])
        assert [each.is_open for each in rows] == [False, False, True, True, True]
        rows = held_against(planned(MARCH, Rhythm()), [date(2026, 3, 2), date(2026, 3, 4)])
        assert rows[1].is_open

    @pytest.mark.parametrize(("today", "level"), [(6, None), (8, "yellow"), (9, "orange"), (11, "red")])
    def test_lights(self, today, level):
        rows = held_against(planned(MARCH, Rhythm()), [date(2026, 3, 2)])
        light = next_of(rows, date(2026, 3, today)).light(date(2026, 3, today))
        assert (light.level if light else None) == level


def look(application, day, model=Inspection, **fields):
    moment = timezone.make_aware(datetime.combine(day, time(10)))
    first, second = application.surveys.get().officers
    return model(application=application, first=first, second=second, happened_at=moment, passed=True, **fields)


@pytest.mark.django_db
@pytest.mark.usefixtures("calendar")
class TestOnDesks:
    @pytest.fixture
    def site(self, section, officers, squad, time_machine_day):
        time_machine_day(date(2026, 3, 2))
        return make.make_active(section, officers, squad=squad)

    @pytest.fixture
    def member(self, squad):
        return UserFactory(role=Roles.SQUAD_MEMBER, unit=squad)

    def test_the_squad_finds_the_look_with_its_light_until_it_is_recorded(self, site, member, client, time_machine_day):
        todo = next(each for each in desk.todo(member) if "开工检查" in each.text)
        assert (todo.light, "今日应检查" in todo.text) == ("orange", True)
        client.force_login(member)
        assert '<option value="start" selected>' in client.get(todo.url).content.decode()
        supervision.record_inspection(site, look(site, date(2026, 3, 2)), Step(site.handler))
        assert not [each for each in desk.todo(member) if "开工检查" in each.text]
        time_machine_day(date(2026, 3, 11))
        todo = next(each for each in desk.todo(member) if "到期前检查" in each.text)
        assert (todo.light, "已过1天未检查" in todo.text) == ("red", True)

    def test_another_squad_hears_nothing(self, site):
        stranger = UserFactory(role=Roles.SQUAD_MEMBER)
        assert not [each for each in desk.todo(stranger) if "检查" in each.text]

    def test_the_daily_task_tells_once_on_the_day_and_once_when_it_is_over(self, site, member, time_machine_day):
        daily.run()
        daily.run()
        assert Message.objects.filter(recipient=member, text__startswith="开工检查：").count() == 1
        for day in (3, 4):
            time_machine_day(date(2026, 3, day))
            daily.run()
        assert Message.objects.filter(recipient=member, text__startswith="开工检查（已过期未查）").count() == 1

    def test_the_case_shows_the_plan_and_where_its_rhythm_comes_from(self, site, section, client):
        client.force_login(section)
        page = client.get(f"{site.get_absolute_url()}?tab=site").content.decode()
        assert "检查计划" in page
        assert "请办公室核定并写明依据文件" in page
        Setting.objects.create(
            key="permits.inspect_every", value="3", source="样例制度第3条", valid_from=date(2026, 1, 1)
        )
        page = client.get(f"{site.get_absolute_url()}?tab=site").content.decode()
        assert "样例制度第3条" in page

    def test_an_acceptance_is_a_look_too(self, site, section, time_machine_day):
        end = site.ends_on
        time_machine_day(end)
        supervision.complete(site, Step(section))
        time_machine_day(end + timedelta(days=1))
        check = look(site, end + timedelta(days=1), RestorationCheck, police_present=True)
        supervision.check_restoration(site, check, Step(section))
        rows = visits_of(make.fresh(site))
        assert [each.due for each in rows if each.is_open] == [
            end + timedelta(days=91), (end + timedelta(days=1)).replace(year=2027, month=2),
        ]  # fmt: skip
