"""One centralised session of the demo with signed minutes, and the signed papers of the cases that it decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from permits.demo_cases import CONDITIONS, Story
from permits.demo_clock import on
from permits.models import PermitPaper, ReviewSession
from permits.paper_kinds import PaperKind
from permits.workflow import decisions, papers, service, sessions
from permits.workflow.steps import Step
from staff.models import ServiceMethod

if TYPE_CHECKING:
    from permits.demo import Teller

SITE = "http://127.0.0.1:8000"  # where a demo is looked at: the code on the licence leads there
ATTENDANCE = "分示例 分管领导\n批示例 行政审批科\n队示例 执法一中队\n法示例 法制科"
REASON = "占用后人行道剩余通行宽度不足 1.8 米，影响盲道通行。"


def signed(story: Story, kind: PaperKind, **typed: str) -> PermitPaper:
    """A paper of the case as it stands on the story's day, signed the same afternoon."""
    with on(story.day, 17, 20):
        paper = papers.draft(story.application, kind, by=story.cast.section, site=SITE)
        if typed:
            papers.correct(paper, dict(typed), by=story.cast.section, seen=paper.version)
        paper = papers.sign(paper, by=story.cast.section)
    story.application.refresh_from_db()
    return paper


def ready(teller: Teller, story: Story, *, digs: bool) -> Story:
    """Before the session, with the notice of acceptance out."""
    story.apply(teller.road, digs=digs, starts=20, days=30).to_accepted()
    signed(story, PaperKind.ACCEPTANCE)
    return story.assign().later(1).survey().police().charge().review()


def in_session(teller: Teller, story: Story) -> None:
    """Three cases before one session: two granted, one refused; its minutes are signed."""
    stories = [story]
    for _ in range(2):
        teller.number += 1
        stories.append(Story(story.cast, teller.number, story.day, story.random))
    for index, each in enumerate(stories):
        ready(teller, each, digs=index == 0)
    for each in stories:
        each.later(1)
    hold(stories)
    granted = stories[:2]
    for each in granted:
        signed(each, PaperKind.GRANT)
    signed(stories[0], PaperKind.REVIEW_SHEET)
    signed(stories[2], PaperKind.REFUSAL, facts="现场查勘：人行道宽 3.2 米，拟占用 2 米。")
    for each in granted:
        issue_with_papers(each)


def hold(stories: list[Story]) -> None:
    day, by = stories[0].day, stories[0].cast.section
    with on(day, 9, 30):
        session = ReviewSession(
            held_on=day, place="三楼会议室", chair="分示例", recorder="批示例", attendance=ATTENDANCE
        )
        sessions.convene(session, by=by)
        for case in session.cases.order_by("position"):
            refused = case.application_id == stories[2].application.pk
            sessions.decide(case, outcome="denied" if refused else "granted", words=REASON if refused else CONDITIONS, by=by)  # fmt: skip
    with on(day, 11):
        sessions.sign_minutes(session, by=by)
    for story in stories:
        story.application.refresh_from_db()


def issue_with_papers(story: Story) -> None:
    """Told to pay, paid, the licence signed and served at the window."""
    story.demand()
    if story.owes:
        signed(story, PaperKind.PAYMENT)
    story.later(1).pay()
    licence = signed(story, PaperKind.LICENCE)
    with on(story.day, 17, 40) as moment:
        how = service.Service(
            ServiceMethod.DIRECT, moment, "联示例", {"place": "政务服务中心窗口", "servers": "窗示例、批示例"}
        )
        service.serve(licence, how, by=story.cast.window)
        decisions.record_publication(story.application, Step(story.cast.window))
    story.start()


PLOTS = [(24, in_session)]
