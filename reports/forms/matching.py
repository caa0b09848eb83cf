"""Form of matched numbers: what each number of a pasted text shall become. It owns the reading of POST."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from reports.matching import Match, replaced, typed_token
from reports.registry import known_keys
from reports.tokens import MOST_SOURCE, parse


class PastedForm(forms.Form):
    heading = forms.CharField(max_length=80, required=False)
    text = forms.CharField(required=False, max_length=20_000, strip=False)
    version = forms.IntegerField(required=False)

    def clean_text(self) -> str:
        return self.cleaned_data["text"].replace("\r\n", "\n")


def chosen_text(data: QueryDict, text: str, found: Sequence[Match]) -> str:
    """`choice-n`: the token of a candidate; `source-n`: where a typed number comes from. Anything else stays as typed."""
    chosen: dict[int, str] = {}
    for number, match in enumerate(found):
        choice = data.get(f"choice-{number}", "")
        origin = data.get(f"source-{number}", "").strip().replace("|", "／").replace("}}", "")[:MOST_SOURCE]
        if choice in {candidate.token for candidate in match.candidates}:
            chosen[number] = choice
        elif origin:
            token = typed_token(match.phrase.words, origin)
            if not parse(token, known_keys()).errors:
                chosen[number] = token
    return replaced(text, chosen)
