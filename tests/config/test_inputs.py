"""Inputs that all forms share."""

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from config.inputs import RowsField


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["99999999999999999999", "-99999999999999999999", "1" * 5_000, "x", "0"])
def test_a_key_that_no_row_has_is_refused_however_long_it_is(key):
    field = RowsField(Group.objects.all(), required=False)
    with pytest.raises(ValidationError, match=r"选|有效"):
        field.clean([key])


@pytest.mark.django_db
def test_rows_that_exist_are_taken():
    group = Group.objects.create(name="样例角色")
    assert list(RowsField(Group.objects.all()).clean([str(group.pk)])) == [group]
