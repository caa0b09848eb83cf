"""Who stands at a post, as one writes it in a cell: 张三（带班）、李四（湖滨社区）（替补王五（派出所））.

The first leads unless another is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fireworks.enums import DutyRole
from fireworks.models import DutyPerson

INSIDE = r"[^（()）]"
for _ in range(2):  # 替补王五（湖滨社区）, and a unit whose own name has brackets
    INSIDE = rf"(?:[^（()）]|[（(]{INSIDE}*[）)])"
NAME = re.compile(rf"^\s*(?P<name>[^（(]+?)\s*(?P<brackets>(?:[（(]{INSIDE}*[）)]\s*)*)$")
BRACKET = re.compile(rf"[（(]\s*({INSIDE}*?)\s*[）)]")
SEPARATORS = re.compile(r"[、,，;；/\n]+")
INSTEAD = "替补"
ROLES = {str(label): value for value, label in DutyRole.choices}


class Member(NamedTuple):
    """One person of a crew, and who comes instead if need be."""

    person: DutyPerson
    role: str
    substitute: DutyPerson | None = None


class UnknownName(ValueError):
    """A name that nobody or several people on the list bear; the message says what to write."""


def by_name() -> dict[str, list[DutyPerson]]:
    found: dict[str, list[DutyPerson]] = {}
    for person in DutyPerson.objects.filter(is_active=True):
        found.setdefault(person.name, []).append(person)
    return found


def read_crew(text: str, known: Mapping[str, Sequence[DutyPerson]]) -> list[Member]:
    """The people of a cell with their roles, each once. UnknownName if a name is not clear."""
    crew: dict[int, Member] = {}
    for part in filter(str.strip, SEPARATORS.split(text)):
        member = member_of(part, known)
        crew.setdefault(member.person.pk, member)
    people = list(crew.values())
    if people and all(member.role != DutyRole.LEAD for member in people):
        people[0] = people[0]._replace(role=people[0].role or DutyRole.LEAD)
    return [member._replace(role=member.role or DutyRole.WATCH) for member in people]


def member_of(part: str, known: Mapping[str, Sequence[DutyPerson]]) -> Member:
    match = NAME.match(part)
    if match is None:
        raise UnknownName(f"看不懂“{part.strip()}”。请写姓名，用顿号隔开，职责写在括号里，如“张三（带班）、李四”。")
    words = BRACKET.findall(match["brackets"])
    role = next((ROLES[word] for word in words if word in ROLES), "")
    instead = next((word.removeprefix(INSTEAD) for word in words if word.startswith(INSTEAD)), "")
    agency = next((word for word in words if word and word not in ROLES and not word.startswith(INSTEAD)), "")
    person = person_named(match["name"].strip(), agency, known)
    substitute = member_of(instead, known).person if instead else None
    if substitute == person:
        raise UnknownName(f"{person.name}的替补不能是本人。")
    return Member(person, role, substitute)


def person_named(name: str, agency: str, known: Mapping[str, Sequence[DutyPerson]]) -> DutyPerson:
    found = [person for person in known.get(name, ()) if not agency or agency == person.agency]
    if not found:
        raise UnknownName(f"值守人员里没有“{name}”{f'（{agency}）' if agency else ''}。请先在“值守人员”里登记。")
    if len(found) > 1:
        raise UnknownName(f"有 {len(found)} 个“{name}”。请写上单位，如“{name}（{found[0].agency}）”。")
    return found[0]
