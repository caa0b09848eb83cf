"""Forms of papers: one for every kind, made from its description; service; papers from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms

from billboards.documents import DOCUMENTS, Document, Part, Shape
from billboards.models import Case, Paper, PaperService, ServiceWay
from billboards.workflow import papers
from config.form_fields import asked
from config.inputs import DATE, MOMENT
from staff.forms.scans import ScanField
from staff.models import User
from staff.refusals import Refused, show_refusal

LONGEST = 6000
TEXT = {"widget": forms.Textarea(attrs={"rows": 3}), "max_length": LONGEST}


class LinesField(forms.CharField):
    """One entry a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), max_length=LONGEST, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (tuple, list)) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        text = super().clean(value)
        return tuple(line.strip() for line in text.splitlines() if line.strip())


def field_of(each: Part) -> forms.Field:
    """The form field of a part. Nothing is required here: a draft may be incomplete, the signature asks."""
    words = " ".join(text for text in (each.hint, f"必备内容：{each.article}" if each.is_required else "") if text)
    common: dict[str, Any] = {"label": each.label, "required": False, "help_text": words}
    makers: dict[Shape, Callable[[], forms.Field]] = {
        Shape.LINE: lambda: forms.CharField(max_length=300, **common),
        Shape.TEXT: lambda: forms.CharField(**TEXT, **common),
        Shape.LIST: lambda: LinesField(**common),
        Shape.DAY: lambda: forms.DateField(widget=DATE, **common),
        Shape.MOMENT: lambda: forms.DateTimeField(widget=MOMENT, **common),
        Shape.MONEY: lambda: forms.DecimalField(min_value=Decimal(0), max_digits=12, decimal_places=2, **common),
        Shape.NUMBER: lambda: forms.DecimalField(min_value=Decimal(0), max_digits=8, decimal_places=2, **common),
        Shape.YES: lambda: forms.BooleanField(**common),
        Shape.CHOICE: lambda: forms.ChoiceField(choices=[("", "—"), *each.choices], **common),
    }
    made = makers[each.shape]()
    asked(made, wanted=each.is_required)
    return made


class DocumentForm(forms.Form):
    """The draft of one kind of paper."""

    def __init__(self, kind: str, *args: Any, document: Document, seen: int = 0, **kwargs: Any) -> None:
        known = {each.name: getattr(document, each.name) for each in document.parts()}
        super().__init__(*args, initial={**known, "seen": seen}, **kwargs)
        self.kind = kind
        for each in DOCUMENTS[kind].parts():
            self.fields[each.name] = field_of(each)
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    @property
    def document(self) -> Document:
        names = [each.name for each in DOCUMENTS[self.kind].parts()]
        return DOCUMENTS[self.kind](**{name: self.cleaned_data[name] for name in names})

    def draft(self, case: Case, *, by: User) -> Paper:
        return papers.draft_paper(case, self.kind, self.document, by=by)

    def change(self, paper: Paper, *, by: User) -> Paper | None:
        """None, with the reason on the form, if it is refused."""
        try:
            return papers.edit_draft(paper, self.document, by=by, seen=self.cleaned_data["seen"] or 0)
        except Refused as refusal:
            show_refusal(self, refusal)
            return None


class ServiceForm(forms.ModelForm):
    method = forms.ChoiceField(label="送达方式", choices=ServiceWay.choices)

    class Meta:
        model = PaperService
        fields = ["method", "served_at", "recipient", "place", "servers", "receiver", "relation", "refusal", "witness", "recording", "tracking", "note"]  # fmt: skip
        widgets = {"served_at": MOMENT}
        help_texts = {
            "witness": "留置送达：写见证人姓名，或在下一栏写录像编号，二者必有其一。",
            "receiver": "直接送达必填。",
            "tracking": "邮寄送达必填。",
        }

    def record(self, paper: Paper, *, by: User) -> PaperService:
        return papers.serve_paper(paper, by=by, **self.cleaned_data)


class OutsideForm(forms.Form):
    kind = forms.ChoiceField(label="文书", choices=[(each.kind, each.title) for each in DOCUMENTS.values()])
    number = forms.CharField(label="文号", max_length=60)
    on = forms.DateField(label="出文日期", widget=DATE)
    scan = ScanField(label="扫描件", help_text="原件的 PDF 或者照片；没有的可以先不传。")

    def record(self, case: Case, *, by: User) -> Paper | None:
        """None, with the reason on the form, if it is refused."""
        facts = self.cleaned_data
        try:
            return papers.record_outside(
                case, facts["kind"], by=by, number=facts["number"], on=facts["on"], scan=facts["scan"]
            )
        except Refused as refusal:
            show_refusal(self, refusal)
            return None
