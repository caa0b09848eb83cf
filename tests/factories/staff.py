"""Units and people for tests."""

from datetime import UTC, datetime

import factory
from django.contrib.auth.models import Group
from django.core.management import call_command

from staff.models import RankingGroup, Unit, UnitKind, User


class UnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"样例街道{n}办事处")
    short_name = factory.Sequence(lambda n: f"样例街道{n}")
    kind = UnitKind.STREET
    ranking_group = RankingGroup.STREET


class SquadFactory(UnitFactory):
    name = factory.Sequence(lambda n: f"样例{n}中队")
    short_name = ""
    kind = UnitKind.SQUAD
    ranking_group = RankingGroup.SQUAD


class UserFactory(factory.django.DjangoModelFactory):
    """`role=` puts the user into the group of that role, with its permissions."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"{9000 + n}")
    display_name = factory.Sequence(lambda n: f"样例{n}")
    must_change_password = False
    password_changed_at = datetime(
        2099, 1, 1, tzinfo=UTC
    )  # tests travel in time: nobody's password runs out on the way

    @factory.post_generation
    def role(self, create, role, **kwargs):
        if role is None:
            return
        if not Group.objects.filter(name=role.value).exists():
            call_command("create_groups", verbosity=0)
        self.groups.add(Group.objects.get(name=role.value))
