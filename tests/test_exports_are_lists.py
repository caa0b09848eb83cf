"""What a list shows is what its export holds: for each list, role and choice of filters, row by row.

Two dozen in `make test`; 500 with HYPOTHESIS_PROFILE=trust.
"""

import inspect
import io
import random
from datetime import date, datetime, time
from decimal import Decimal
from itertools import cycle, islice
from urllib.parse import urlencode

import pytest
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse
from openpyxl import load_workbook

from config.columns import export_value
from config.tables import Table
from staff import exports
from staff.imports.workbooks import writable
from staff.permissions import Roles
from tests.factories.staff import UserFactory
from tests.reports.test_figures_add_up import furnish_bureau
from tests.test_routes import ROUTES
from tests.thorough import many
from tests.visiting import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.trust]

FIRST_ROW = 4  # above it: title, who made it, heads
NO_LIST = {"staff.permissions"}  # a matrix of a few dozen lines, shown whole
PAST_THE_LAST_PAGE = 100


def pages_of_exports():
    """Export → the route of the list that shows the same table (its view calls the function that the export calls)."""
    exports.load_views()
    makers = {(export.table.__module__, f"{export.table.__name__}("): key for key, export in exports._exports.items()}
    pages = {}
    for name in ROUTES:
        try:
            view = inspect.unwrap(resolve(reverse(name)).func)
        except NoReverseMatch:  # a page of one record
            continue
        source = inspect.getsource(view)
        for (module, call), key in makers.items():
            if view.__module__ == module and call in source:
                pages.setdefault(key, name)
    return pages


def test_every_export_has_its_list():
    assert exports._exports.keys() - pages_of_exports().keys() == NO_LIST


def table_of(key, user, query=""):
    request = HttpRequest()
    request.method, request.user, request.GET = "GET", user, QueryDict(query)
    return exports._exports[key].table(request)


def some_value(field, chance):
    """A value that the filter might be given, or none."""
    if hasattr(field, "queryset"):
        return chance.choice([str(each.pk) for each in field.queryset[:5]] or [""])
    if hasattr(field, "choices"):
        return str(chance.choice(list(field.choices) or [("", "")])[0])
    kind = type(field).__name__
    if "Date" in kind:
        return chance.choice(["2025-01-01", "2026-02-01", "2026-06-30"])
    if "Number" in kind or "Decimal" in kind or "Integer" in kind:
        return chance.choice(["0", "1", "50"])
    if "Boolean" in kind:
        return chance.choice(["true", ""])
    return chance.choice(["样", "2026", "1", ""])


def some_query(table, chance):
    """One or two filters of the list set, another order, some columns."""
    fields = dict(table.filters.form.fields) if table.filters is not None else {}
    names = chance.sample(sorted(fields), min(len(fields), chance.choice([0, 1, 1, 2])))
    query = [(name, some_value(fields[name], chance)) for name in names]
    orders = [column.name for column in table.all_columns if column.order]
    if orders and chance.random() < 0.5:
        query.append(("sort", chance.choice(["", "-"]) + chance.choice(orders)))
    if chance.random() < 0.3:
        others = [column.name for column in table.all_columns[1:]]
        query += [("columns", name) for name in chance.sample(others, min(3, len(others)))]
    return urlencode([(name, value) for name, value in query if value])


def shown_table(page, key):
    """The table of the page that the export writes."""
    for layer in page.context:
        for value in layer.flatten().values():
            if isinstance(value, Table) and f"/{key}/" in value.export_url:
                return value
    raise AssertionError(f"{page.request['PATH_INFO']} shows no table with the export {key}")


def plain(value):
    """A cell as the sheet gives it back."""
    match value:
        case None:
            return ""
        case bool():
            return value
        case int() | float() | Decimal():
            return round(float(value), 6)
        case datetime():
            return value.replace(microsecond=0)
        case date():
            return datetime.combine(value, time())
        case time():
            return value.replace(microsecond=0)
    return writable(str(value)).replace("\r\n", "\n")


def listed(visitor, key, address, query):
    """The list's rows through all its pages as the export would write them, its heads, its count, its link."""
    rows, number = [], 1
    while number < PAST_THE_LAST_PAGE:
        asked = f"{address}?{query}&size=20&page={number}"
        page = visitor.ask(lambda client, asked=asked: client.get(asked))
        assert page.status_code == 200, asked
        table = shown_table(page, key)
        rows += [[plain(export_value(cell.value)) for cell in row.cells] for row in table.rows]
        if not table.has_next:
            break
        number += 1
    heads = [f"{column.label}（{column.unit}）" if column.unit else column.label for column in table.columns]
    return rows, heads, table.count, table.export_url


def exported(visitor, address):
    answer = visitor.ask(lambda client: client.get(address))
    assert answer.status_code == 200, address
    sheet = load_workbook(io.BytesIO(answer.content)).active
    heads, *rows = sheet.iter_rows(min_row=FIRST_ROW - 1, max_row=sheet.max_row - 2, values_only=True)
    width = sum(head is not None for head in heads)
    return list(heads[:width]), [[plain(value) for value in row[:width]] for row in rows]


def test_every_column_of_every_list_draws():
    """Those that are chosen too. A template shows nothing for a column that falls over: the table is asked itself."""
    streets = furnish_bureau()
    for key, name in sorted(pages_of_exports().items()):
        role = Roles.DIRECTOR if Roles.DIRECTOR in ROUTES[name] else min(ROUTES[name])
        user = UserFactory(role=role, unit=streets[0].squad)
        every = [column.name for column in table_of(key, user).all_columns]
        table = table_of(key, user, urlencode([("columns", each) for each in every]))
        assert {column.name for column in table.columns} == set(every), key
        assert all(row.drawn for row in table.rows), key


def test_an_export_holds_the_rows_of_its_list(client):
    streets = furnish_bureau()
    chance, pages, visitors, wrong = random.Random(10), sorted(pages_of_exports().items()), {}, []
    chance.shuffle(pages)
    asked = filled = 0
    for key, name in islice(cycle(pages), many(24, 500)):
        role = chance.choice(sorted(ROUTES[name]))
        if role not in visitors:
            user = UserFactory(role=role, unit=chance.choice([*streets, streets[0].squad]))
            visitors[role] = user, Visitor(Client(), user)
        user, visitor = visitors[role]
        query = some_query(table_of(key, user), chance)
        rows, heads, count, link = listed(visitor, key, reverse(name), query)
        asked, filled = asked + 1, filled + bool(rows)
        if (heads, rows) != exported(visitor, link) or len(rows) != count:
            wrong.append(f"{key} {role} {query}: {len(rows)} rows, counted {count}, {len(exported(visitor, link)[1])}")
    assert wrong == [], "\n".join(wrong)
    assert filled > asked / 4  # the filters leave something to compare
