"""manage.py work: the process for long work and timed tasks of an embedded site (config/background.py starts it)."""

import os
import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.schedule import Ticker
from staff.jobs import submit, submit_waiting


class Command(BaseCommand):
    help = "后台工作进程：由网站自己启动；从标准输入逐行读任务编号，输入结束即退出。"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the web process's to take; its end ends the input
        submit_waiting()
        Ticker().start()
        for line in sys.stdin.buffer:
            submit(int(line))
        os._exit(0)  # with whatever is in hand: it was not acknowledged, and is queued again
