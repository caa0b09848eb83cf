"""Applicants known again by their code: checked, and what the last application said offered for what is still empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from config.form_fields import describe
from config.identity import check_credit_code, check_id_number
from permits.enums import ApplicantKind, EndingGround, PermitState
from permits.models import Application, Ending
from permits.protection import years_after

CARRIED = ("applicant_name", "legal_representative", "address", "contact", "phone")
BARRED_YEARS = 3
BARRED = "《行政许可法》第七十九条"


@dataclass(frozen=True)
class Known:
    """What is on record of a code: how often they asked, the last time, and until when they may not ask again."""

    count: int
    last: Application
    barred_until: date | None


def known_by(code: str) -> Known | None:
    """The applicant behind a code, whoever handled the cases: a code is typed to find exactly this one."""
    rows = Application.objects.filter(applicant_code=code).exclude(state=PermitState.DRAFT)
    last = rows.order_by("-pk").first()
    if last is None:
        return None
    fraud = Ending.objects.filter(application__in=rows, ground=EndingGround.FRAUD).order_by("-decided_on").first()
    until = years_after(fraud.decided_on, BARRED_YEARS) if fraud else None
    return Known(rows.count(), last, until if until and until >= timezone.localdate() else None)


class LookupForm(forms.Form):
    """The applicant's part of the window's form, while it is being filled in."""

    applicant_kind = forms.ChoiceField(choices=ApplicantKind.choices, required=False)
    applicant_code = forms.CharField(max_length=18, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CARRIED:
            self.fields[name] = forms.CharField(required=False)

    def clean_applicant_code(self) -> str:
        code = (self.cleaned_data["applicant_code"] or "").strip().upper()
        check = (
            check_id_number if self.cleaned_data.get("applicant_kind") == ApplicantKind.PERSON else check_credit_code
        )
        if code and (problem := check(code)):
            raise forms.ValidationError(problem)
        return code

    def carried(self, known: Known) -> Iterator[str]:
        """The still empty fields of the page, filled: inputs that put themselves into the window's form."""
        names = [name for name in CARRIED if not self.cleaned_data.get(name) and getattr(known.last, name)]
        page = forms.modelform_factory(Application, fields=names)(instance=known.last) if names else None
        for name in names:
            bound = page[name]  # type: ignore[index]
            bound.field.widget.attrs["hx-swap-oob"] = "true"
            yield describe(bound).widget
