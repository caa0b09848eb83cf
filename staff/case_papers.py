"""Papers of cases: content first, paper second. What must stand in a paper is checked before it can be signed.

Each app describes its papers as frozen dataclasses (`Content`): testable without paper. Signing freezes number, PDF and
hash in one transaction (staff/papers.py); a paper with something missing is refused, with the article and what to fill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.utils import timezone

from config.pdf import render_pdf
from staff.models import CasePaper, User, setting
from staff.papers import AlreadySigned, sign_paper
from staff.refusals import Refused


@dataclass(frozen=True)
class Missing:
    """`field` of the content that is wanting, what to do about it, and the article that wants it."""

    field: str
    text: str
    article: str

    def __str__(self) -> str:
        return f"{self.text}（{self.article}）"


class Content(Protocol):
    """What a paper says."""

    def missing(self) -> list[Missing]: ...

    def as_data(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class PaperType:
    """A kind of paper: its title, its number series (code and 字), its template. No `mark`: the paper has no number."""

    kind: str
    title: str
    series: str
    mark: str
    template: str

    @property
    def series_defaults(self) -> dict[str, str]:
        return {"name": f"{self.title}文号", "mark": self.mark}


def paper_head(title: str, *, number: str, day: date, addressee: str = "", issuer: str = "") -> dict[str, Any]:
    """The `paper` of layout/print.html for a plain paper with number, addressee, issuer and date."""
    return {
        "title": title,
        "profile": "plain",
        "mark": "",
        "number": number,
        "addressee": addressee,
        "issuer": issuer or setting("bureau.name"),
        "date": day,
        "copies": "",
        "bold_second": False,
    }


def refuse_missing(title: str, missing: Sequence[Missing]) -> None:
    """Refused with everything that is wanting at once."""
    if missing:
        listed = "；".join(str(each) for each in missing)
        raise Refused(f"《{title}》还不能签发：{listed}。", missing[0].field)


def paper_pdf(type_: PaperType, content: Content, *, number: str, day: date, addressee: str = "", **more: Any) -> bytes:
    """The paper as PDF; the template gets `paper`, `content` and what else is given."""
    head = paper_head(type_.title, number=number, day=day, addressee=addressee)
    return render_pdf(type_.template, {"paper": head, "content": content, **more})


def sign_case_paper(
    paper: CasePaper, type_: PaperType, content: Content, *, by: User, addressee: str = "", taken: str = "", **more: Any
) -> None:
    """Sign a drafted paper. Refused if something is missing, it is void, or somebody signed it first.

    `taken`: the number that the case took already from the paper's register; the next one if empty.
    """
    if paper.voided_at is not None:
        raise Refused(f"《{type_.title}》已作废，请重新拟稿。")
    refuse_missing(type_.title, content.missing())
    paper.data = content.as_data()

    def render(number: str) -> bytes:
        day = timezone.localdate()
        return paper_pdf(type_, content, number=number, day=day, addressee=addressee, **more)

    try:
        sign_paper(
            paper,
            by=by,
            series=type_.series,
            defaults=type_.series_defaults,
            render=render,
            also=["data"],
            number=taken,
        )
    except AlreadySigned as error:
        raise Refused(str(error)) from error
