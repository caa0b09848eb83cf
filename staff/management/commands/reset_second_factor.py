"""manage.py reset_second_factor 1001: at the machine itself, when no other administrator can do it in the site."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from staff.models import User
from staff.refusals import Refused
from staff.workflow.second_factor import take_off


class Command(BaseCommand):
    help = "重置一个账号的动态验证码（手机和备用验证码都丢了的最后一位系统管理员）；本人下次登录时重新绑定。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="工号")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"没有工号 {options['username']}。")
        try:
            take_off(user, by=None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已重置 {user.username} 的动态验证码。")
