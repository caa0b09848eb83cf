from django.urls import path

from reports.views import desk, reports, sections

app_name = "reports"

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("search/", desk.search, name="search"),
    path("reports/", reports.report_list, name="report-list"),
    path("reports/<int:pk>/", reports.report_detail, name="report-detail"),
    path("reports/<int:pk>/settings/", reports.report_settings, name="report-settings"),
    path("reports/<int:pk>/compile/", reports.report_compile, name="report-compile"),
    path("reports/<int:pk>/pdf/", reports.report_pdf, name="report-pdf"),
    path("reports/<int:pk>/json/", reports.report_json, name="report-json"),
    path("reports/<int:pk>/issue/", reports.report_issue, name="report-issue"),
    path("reports/<int:pk>/sections/<int:section_pk>/", sections.section_edit, name="section-edit"),
    path("reports/<int:pk>/sections/<int:section_pk>/preview/", sections.section_preview, name="section-preview"),
    path(
        "reports/<int:pk>/sections/<int:section_pk>/v<int:version>/", sections.section_history, name="section-history"
    ),
]
