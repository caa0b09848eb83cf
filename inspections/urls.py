from django.urls import path

from inspections.views import findings, standards

app_name = "inspections"

urlpatterns = [
    path("findings/", findings.finding_list, name="finding-list"),
    path("findings/new/", findings.finding_create, name="finding-create"),
    path("findings/preview/", findings.finding_preview, name="finding-preview"),
    path("findings/<int:pk>/", findings.finding_detail, name="finding-detail"),
    path("findings/<int:pk>/edit/", findings.finding_edit, name="finding-edit"),
    path("findings/<int:pk>/preview/", findings.finding_preview, name="finding-edit-preview"),
    path("findings/<int:pk>/close/", findings.finding_close, name="finding-close"),
    path("findings/<int:pk>/void/", findings.finding_void, name="finding-void"),
    path("findings/<int:pk>/photos/", findings.photo_add, name="finding-photo-add"),
    path("findings/<int:pk>/photos/<int:photo_pk>/", findings.photo, name="finding-photo"),
    path("standards/", standards.standard_list, name="standard-list"),
    path("standards/import/", standards.standard_import, name="standard-import"),
    path("standards/<int:pk>/", standards.standard_detail, name="standard-detail"),
    path("units/", standards.unit_list, name="unit-list"),
]
