"""The list from which a figure is chosen by its name."""

import pytest

from reports.names import label_of, offered_figures

pytestmark = pytest.mark.django_db


def test_every_label_is_that_of_its_figure():
    offered = offered_figures()
    assert len(offered) > 100
    assert all(label_of(name) == label for label, name in offered.items())


def test_it_asks_as_often_for_many_units_as_for_few(django_assert_max_num_queries):
    from tests.factories.staff import UnitFactory

    UnitFactory.create_batch(20)
    with django_assert_max_num_queries(40):
        offered_figures()
