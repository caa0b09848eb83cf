"""Who may act as an enforcing officer on a day (行政处罚法 第42条: 具有行政执法资格的执法人员, 不得少于两人).

Valid card on the day, in post on the day, no auxiliary: all three, or the reason why not. Every app asks here.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from staff.enums import Employment, Standing
from staff.headcount import scopes
from staff.models import Certificate, Movement, Person


def officers_on(day: date) -> QuerySet[Person]:
    """The people who may be chosen as enforcing officers on a day."""
    in_post = (
        Movement.objects.standing_on(day)
        .filter(standing_after__in=Standing.ON_DUTY)
        .exclude(employment_after__in=Employment.AUXILIARIES)
    )
    return Person.objects.filter(
        Q(pk__in=in_post.values("person")), Q(pk__in=Certificate.objects.valid_on(day).values("person"))
    )


def why_not_officer(person: Person, day: date) -> str:
    """Why a person may not act as an officer on a day; "" if he or she may."""
    stand = Movement.objects.standing_on(day).filter(person=person).first()
    if stand is None or stand.standing_after == Standing.OUTSIDE:
        return f"{person.name}{day}不在册，不能作为执法人员。"
    if stand.employment_after in Employment.AUXILIARIES:
        return f"{person.name}为{stand.get_employment_after_display()}人员，只能协助，不能作为执法人员。"
    if stand.standing_after not in Standing.ON_DUTY:
        return f"{person.name}{day}为{stand.get_standing_after_display()}，不能作为执法人员。"
    if not Certificate.objects.valid_on(day).filter(person=person).exists():
        return f"{person.name}{day}没有有效的行政执法证，不能作为执法人员。"
    return ""


def to_withdraw(rows: QuerySet[Certificate], day: date) -> QuerySet[Certificate]:
    """Running certificates of people who are gone, or who may never enforce."""
    here = Movement.objects.standing_on(day).filter(scopes(day)["here"].q())
    may = here.exclude(employment_after__in=Employment.AUXILIARIES)
    return rows.filter(ended_on=None).exclude(person__in=may.values("person"))
