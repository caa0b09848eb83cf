"""Long work of the summary."""

from __future__ import annotations

from reports import workflow
from reports.models import Report
from staff.jobs import JobFailed, Progress, long_job
from staff.models import Job


@long_job("reports.compile", label="汇编工作总结")
def compile_report(job: Job, progress: Progress) -> None:
    report = Report.objects.filter(pk=job.payload["report"]).first()
    if report is None:
        raise JobFailed("这份工作总结已不存在。")
    try:
        compilation = workflow.compile_report(report, by=job.owner, job=job, on_step=progress.step)
    except workflow.Refused as refusal:
        raise JobFailed(str(refusal)) from refusal
    job.result_url = report.get_absolute_url()
    progress.step(1, 1, f"已汇编，共 {compilation.pages} 页。")
