"""Which role may do what, for administrators and the auditor."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from config.tables import Column, Table
from staff.exports import ListExport, register_export
from staff.matrix import Matrix, RightRow, build_matrix
from staff.models import User
from staff.permissions import Perms


def check_reader(user: User) -> None:
    if not (user.has_perm(Perms.MANAGE_ACCOUNTS) or user.has_perm(Perms.READ_LOG)):
        raise PermissionDenied


def words_for(role: str, row: RightRow) -> str:
    return row.words_of(role)


def matrix_table(request: HttpRequest, matrix: Matrix | None = None) -> Table:
    """The matrix as rows and columns, for the export."""
    check_reader(request.user)
    found = matrix or build_matrix()
    roles = [Column(role.name, role.name, value=partial(words_for, role.name)) for role in found.roles]
    columns = [Column("label", "权限"), Column("app", "模块"), *roles]
    return Table(columns=columns, rows=found.rows, request=request, name="permissions")


MATRIX_EXPORT = register_export(ListExport("staff.permissions", "权限表", matrix_table))


@require_GET
def permission_matrix(request: HttpRequest) -> HttpResponse:
    check_reader(request.user)
    context = {
        "matrix": build_matrix(),
        "may_list": request.user.has_perm(Perms.MANAGE_ACCOUNTS),
        "export_url": reverse("staff:export", args=[MATRIX_EXPORT.key]),
    }
    return render(request, "staff/permission_matrix.html", context)
