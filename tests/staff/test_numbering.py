"""Document numbers: gap-free, race-free, never reused."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from staff.models import NumberCounter, NumberSeries, take_numbers

DEFAULTS = {"name": "许可决定书", "mark": "许"}


@pytest.mark.django_db
def test_numbers_follow_each_other_and_start_anew_each_year():
    with transaction.atomic():
        assert take_numbers("permit", year=2026, count=2, defaults=DEFAULTS) == [
            "岳南城管许字〔2026〕1号",
            "岳南城管许字〔2026〕2号",
        ]
        assert take_numbers("permit", year=2027) == ["岳南城管许字〔2027〕1号"]


@pytest.mark.django_db
def test_a_rollback_gives_the_number_back():
    with transaction.atomic():
        take_numbers("permit", year=2026, defaults=DEFAULTS)
    with pytest.raises(RuntimeError), transaction.atomic():
        take_numbers("permit", year=2026)
        raise RuntimeError
    with transaction.atomic():
        assert take_numbers("permit", year=2026) == ["岳南城管许字〔2026〕2号"]


@pytest.mark.django_db
def test_a_series_can_start_in_mid_year():
    series = NumberSeries.objects.create(code="permit", name="许可", mark="许", first=58)
    with transaction.atomic():
        assert series.take(year=2026) == ["岳南城管许字〔2026〕58号"]


@pytest.mark.django_db(transaction=True)
def test_a_number_taken_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        take_numbers("permit", year=2026, defaults=DEFAULTS)


@pytest.mark.parametrize("pattern", ["{year}", "号", "{nubmer}号", "{year}〕{number", "第{number}号"])
def test_a_pattern_that_would_repeat_numbers_is_refused(pattern):
    with pytest.raises(ValidationError, match="格式"):
        NumberSeries(code="x", name="x", pattern=pattern).clean()


@pytest.mark.django_db(transaction=True)
def test_twenty_takers_at_once_get_twenty_numbers_without_a_gap():
    """Twenty connections; each takes four numbers in transactions of its own."""
    NumberSeries.objects.create(code="race", name="race", pattern="{year}-{number}")
    taken, failures = [], []

    def take():
        try:
            for _ in range(4):
                with transaction.atomic():
                    taken.extend(take_numbers("race", year=2026))
        except Exception as error:  # shown by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(taken) == sorted(f"2026-{number}" for number in range(1, 81))
    assert NumberCounter.objects.get(series__code="race").last == 80
