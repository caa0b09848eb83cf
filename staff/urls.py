from django.urls import path

from staff import exports
from staff.views import account, imports, inbox, jobs, log

app_name = "staff"

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("password/", account.PasswordChange.as_view(), name="password-change"),
    path("me/", account.account, name="account"),
    path("me/acting/", account.act_for, name="act-for"),
    path("bell/", inbox.bell, name="bell"),
    path("messages/", inbox.inbox, name="inbox"),
    path("messages/read/", inbox.read_all, name="read-all"),
    path("messages/<int:pk>/", inbox.open_message, name="open-message"),
    path("jobs/", jobs.job_list, name="job-list"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job-detail"),
    path("jobs/<int:pk>/progress/", jobs.job_progress, name="job-progress"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/<int:pk>/<slug:which>/", jobs.job_file, name="job-file"),
    path("imports/<int:pk>/", imports.import_detail, name="import-detail"),
    path("imports/<int:pk>/columns/", imports.import_columns, name="import-columns"),
    path("imports/<int:pk>/confirm/", imports.import_confirm, name="import-confirm"),
    path("imports/<int:pk>/discard/", imports.import_discard, name="import-discard"),
    path("imports/<str:key>/new/", imports.import_new, name="import-new"),
    path("imports/<str:key>/template/", imports.import_template, name="import-template"),
    path("exports/<str:key>/", exports.export_list, name="export"),
    path("log/", log.activity_list, name="activity-list"),
]
