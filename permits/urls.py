from django.urls import URLPattern, path

from permits.views import (
    applicants,
    board,
    books,
    cases,
    fees,
    intake,
    items,
    papers,
    roads,
    service,
    sessions,
    site,
    statistics,
    tariffs,
    verify,
)

app_name = "permits"

CATALOGUE: list[URLPattern] = [  # items and their editions, roads, tariffs, applicants
    path("items/", items.item_list, name="item-list"),
    path("items/new/", items.item_keep, name="item-create"),
    path("items/<int:pk>/", items.item_detail, name="item-detail"),
    path("items/<int:pk>/edit/", items.item_keep, name="item-edit"),
    path("items/<int:pk>/versions/new/", items.version_create, name="version-create"),
    path("versions/<int:pk>/", items.version_detail, name="version-detail"),
    path("versions/<int:pk>/edit/", items.version_edit, name="version-edit"),
    path("versions/<int:pk>/meeting/", items.version_meeting, name="version-meeting"),
    path("versions/<int:pk>/meeting/<int:file_pk>/", items.meeting_file, name="meeting-file"),
    path("versions/<int:pk>/compare/", items.version_compare, name="version-compare"),
    path("versions/<int:pk>/guide/", items.version_guide, name="version-guide"),
    path("versions/<int:pk>/guide.pdf", items.version_guide_pdf, name="version-guide-pdf"),
    path("roads/", roads.road_list, name="road-list"),
    path("roads/new/", roads.road_keep, name="road-create"),
    path("roads/plan/", roads.dig_plan, name="dig-plan"),
    path("roads/conflicts/", roads.conflict_list, name="conflict-list"),
    path("roads/<int:pk>/", roads.road_detail, name="road-detail"),
    path("roads/<int:pk>/edit/", roads.road_keep, name="road-edit"),
    path("tariffs/", tariffs.tariff_list, name="tariff-list"),
    path("tariffs/new/", tariffs.tariff_create, name="tariff-create"),
    path("tariffs/<int:pk>/", tariffs.tariff_detail, name="tariff-detail"),
    path("tariffs/<int:pk>/edit/", tariffs.tariff_edit, name="tariff-edit"),
    path("tariffs/<int:pk>/copy/", tariffs.tariff_copy, name="tariff-copy"),
    path("applicants/lookup/", applicants.applicant_lookup, name="applicant-lookup"),
    path("materials/asked/", applicants.materials_asked, name="materials-asked"),
]

FEES: list[URLPattern] = [
    path("fees/", fees.assessment_list, name="assessment-list"),
    path("payments/", fees.payment_list, name="payment-list"),
    path("payments/<int:pk>/void/", fees.payment_void, name="payment-void"),
    path("payments/<int:pk>/slip.pdf", fees.payment_slip, name="payment-slip"),
    path("<int:pk>/fees/", fees.fee_page, name="fee-page"),
    path("<int:pk>/fees/assess/", fees.fee_assess, name="fee-assess"),
    path("<int:pk>/fees/deposit/", fees.fee_deposit, name="fee-deposit"),
    path("fees/<int:pk>/exempt/", fees.fee_exempt, name="fee-exempt"),
    path("fees/<int:pk>/pay/", fees.fee_pay, name="fee-pay"),
    path("fees/<int:pk>/refund/", fees.fee_refund, name="fee-refund"),
    path("fees/refunds/<int:pk>/arrived/", fees.refund_arrived, name="refund-arrived"),
    path("fees/<int:pk>/void/", fees.fee_void, name="fee-void"),
    path("fees/<int:pk>/sheet.pdf", fees.assessment_pdf, name="assessment-pdf"),
]

PAPERS: list[URLPattern] = [
    path("papers/", papers.paper_book, name="paper-book"),
    path("<int:pk>/papers/", papers.paper_list, name="paper-list"),
    path("<int:pk>/papers/outside/", papers.paper_outside, name="paper-outside"),
    path("<int:pk>/papers/new/<slug:kind>/", papers.paper_new, name="paper-new"),
    path("<int:pk>/papers/<int:paper_pk>/", papers.paper_detail, name="paper-detail"),
    path("<int:pk>/papers/<int:paper_pk>/sign/", papers.paper_sign, name="paper-sign"),
    path("<int:pk>/papers/<int:paper_pk>/refresh/", papers.paper_refresh, name="paper-refresh"),
    path("<int:pk>/papers/<int:paper_pk>/void/", papers.paper_void, name="paper-void"),
    path("<int:pk>/papers/<int:paper_pk>/paper.pdf", papers.paper_pdf, name="paper-pdf"),
    path("<int:pk>/papers/<int:paper_pk>/serve/", service.paper_serve, name="paper-serve"),
    path("<int:pk>/papers/<int:paper_pk>/publish/", service.paper_publish, name="paper-publish"),
    path("<int:pk>/papers/<int:paper_pk>/receipt.pdf", service.paper_receipt, name="paper-receipt"),
    path(
        "<int:pk>/papers/<int:paper_pk>/services/<int:service_pk>/receipt.pdf",
        service.service_receipt,
        name="service-receipt",
    ),
    path("<int:pk>/papers/<int:paper_pk>/services/<int:service_pk>/scan/", service.service_scan, name="service-scan"),
    path("verify/<str:token>/", verify.verify, name="verify"),
]

SESSIONS: list[URLPattern] = [  # 集中会审
    path("sessions/", sessions.session_list, name="session-list"),
    path("sessions/new/", sessions.session_create, name="session-create"),
    path("sessions/<int:pk>/", sessions.session_detail, name="session-detail"),
    path("sessions/<int:pk>/edit/", sessions.session_edit, name="session-edit"),
    path("sessions/<int:pk>/fill/", sessions.session_fill, name="session-fill"),
    path("sessions/<int:pk>/decide/", sessions.session_decide, name="session-decide"),
    path("sessions/<int:pk>/sign/", sessions.session_sign, name="session-sign"),
    path("sessions/<int:pk>/minutes.pdf", sessions.session_pdf, name="session-pdf"),
    path("sessions/<int:pk>/cases/<int:case_pk>/", sessions.session_case, name="session-case"),
    path("sessions/<int:pk>/cases/<int:case_pk>/drop/", sessions.session_drop, name="session-drop"),
]

BOOKS: list[URLPattern] = [  # what figures open, and the sheet made of them
    path("books/cases/", books.case_book, name="case-book"),
    path("books/flaws/", books.flaw_book, name="flaw-book"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics.xlsx", statistics.statistics_xlsx, name="statistics-xlsx"),
    path("statistics.pdf", statistics.statistics_pdf, name="statistics-pdf"),
]

CASES: list[URLPattern] = [  # applications, from the window to the archive
    path("", cases.application_list, name="application-list"),
    path("new/", intake.application_create, name="application-create"),
    path("quick/", intake.quick_create, name="quick-create"),
    path("results/new/", intake.result_create, name="result-create"),
    path("emergencies/new/", intake.emergency_create, name="emergency-create"),
    path("board/", board.light_board, name="light-board"),
    path("due/", board.due_calendar, name="due-calendar"),
    path("due.ics", board.due_ics, name="due-ics"),
    path("<int:pk>/", cases.application_detail, name="application-detail"),
    path("<int:pk>/edit/", intake.application_edit, name="application-edit"),
    path("<int:pk>/steps/<slug:edge>/", cases.step, name="step"),
    path("<int:pk>/notes/<slug:name>/", cases.note, name="note"),
    path("<int:pk>/approvals/<int:approval_pk>/scan/", cases.approval_scan, name="approval-scan"),
    path("<int:pk>/materials/", intake.materials, name="materials"),
    path("<int:pk>/materials/files/", intake.material_file_add, name="material-file-add"),
    path("<int:pk>/materials/files/<int:file_pk>/", intake.material_file, name="material-file"),
    path("<int:pk>/survey/", site.survey_fill, name="survey-fill"),
    path("<int:pk>/survey/photos/", site.survey_photo_add, name="survey-photo-add"),
    path("<int:pk>/survey/photos/<int:photo_pk>/", site.survey_photo, name="survey-photo"),
    path("<int:pk>/inspections/new/", site.inspection_create, name="inspection-create"),
    path("<int:pk>/inspections/photos/<int:photo_pk>/", site.inspection_photo, name="inspection-photo"),
    path("<int:pk>/restoration/new/", site.restoration_create, name="restoration-create"),
    path("<int:pk>/restoration/photos/<int:photo_pk>/", site.restoration_photo, name="restoration-photo"),
    path("<int:pk>/opinions/files/", site.opinion_file_add, name="opinion-file-add"),
    path("<int:pk>/opinions/files/<int:file_pk>/", site.opinion_file, name="opinion-file"),
]

urlpatterns: list[URLPattern] = [*CATALOGUE, *FEES, *PAPERS, *SESSIONS, *BOOKS, *CASES]
