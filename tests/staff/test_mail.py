"""Messages by mail: to whom, after the commit, through a real server, and what is seen when it fails."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail as outbox_of
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from staff import desk, mailing
from staff.enums import MailState
from staff.models import Activity, Job, Mail, Message, Setting, notify
from staff.permissions import Roles
from staff.refusals import Refused
from staff.tasks import send_waiting_mail
from staff.workflow.mail import choose_delivery
from tests.factories.staff import UserFactory
from tests.smtp_server import mail_server

pytestmark = pytest.mark.django_db

REAL = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def server_set(settings):
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_USE_TLS = False
    return settings


@pytest.fixture
def smtp(server_set):
    """A running server that the settings name."""
    with mail_server() as server:
        server_set.EMAIL_BACKEND = REAL
        server_set.EMAIL_PORT = server.server_address[1]
        yield server


def reader(**fields):
    return UserFactory(**{"email": "zhang@chengguan.example", "mail_messages": True} | fields)


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Notify, then let what waits for the commit happen."""

    def act(*users, text="交办单 2026-001 已送达", url="/inspections/orders/1/"):
        with django_capture_on_commit_callbacks(execute=True):
            notify(users, text, url=url)

    return act


def test_a_message_is_mailed_to_who_asked_for_it_and_has_an_address(server_set, committed):
    Setting.objects.create(key="site.address", value="https://cg.example/", source="x", valid_from=timezone.localdate())
    wants = reader()
    committed(wants, reader(mail_messages=False), reader(email=""))
    (letter,) = outbox_of.outbox
    assert letter.to == ["zhang@chengguan.example"]
    assert letter.subject.endswith("】交办单 2026-001 已送达")
    assert "https://cg.example/inspections/orders/1/" in letter.body
    assert Message.objects.count() == 3
    stored = Mail.objects.get()
    assert (stored.state, stored.tries, stored.body) == (MailState.SENT, 1, "")


def test_without_a_server_nothing_is_mailed(settings, committed):
    settings.EMAIL_HOST = ""
    committed(reader())
    assert not outbox_of.outbox
    assert not Mail.objects.exists()
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_mailed(server_set):
    user = reader()

    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        notify([user], "不会发生")
        assert not outbox_of.outbox  # nothing goes out before the commit
        raise Undone
    assert not outbox_of.outbox
    notify([user], "发生了")
    (letter,) = outbox_of.outbox
    assert letter.subject.endswith("】发生了")


def test_numbers_that_identify_do_not_leave_the_house(server_set, committed):
    committed(reader(), text="来电 13800001234，证号 110101199003077758")
    letter = outbox_of.outbox[0]
    assert "13800001234" not in letter.subject + letter.body
    assert "110101199003077758" not in letter.subject + letter.body


def test_a_line_break_in_a_message_does_not_become_a_header(server_set, committed):
    committed(reader(), text="第一行\nBcc: x@evil.example")
    (letter,) = outbox_of.outbox
    assert letter.recipients() == ["zhang@chengguan.example"]
    assert "\n" not in letter.subject


def test_a_real_server_takes_the_mail_as_it_was_written(smtp, committed):
    committed(reader(), reader(email="li@chengguan.example"))
    assert [recipients for recipients, _ in smtp.mails] == [["zhang@chengguan.example"], ["li@chengguan.example"]]
    message = smtp.mails[0][1]
    assert message["subject"].endswith("交办单 2026-001 已送达")
    assert "交办单 2026-001 已送达" in message.get_content()
    assert message["from"] == "chengguan@localhost"
    assert Job.objects.get(kind=mailing.SEND_MAIL).state == "done"


def test_an_address_that_is_refused_for_good_is_shown_and_the_others_are_sent(smtp, committed, client):
    smtp.refusals["gone@chengguan.example"] = "550 no such mailbox"
    committed(reader(email="gone@chengguan.example"), reader())
    lost, sent = Mail.objects.order_by("pk")
    assert (lost.state, sent.state) == (MailState.FAILED, MailState.SENT)
    assert "550 no such mailbox" in lost.error
    administrator = UserFactory(role=Roles.ADMINISTRATOR)
    assert [todo.text for todo in desk.mail_todo(administrator)] == ["1 封邮件没有发出"]
    assert desk.mail_todo(UserFactory(role=Roles.OFFICE)) == []
    client.force_login(administrator)
    page = client.get(desk.mail_todo(administrator)[0].url).content.decode()
    assert "550 no such mailbox" in page
    assert "zhang@chengguan.example" not in page


def test_a_passing_refusal_is_tried_again(smtp, committed):
    smtp.refusals["zhang@chengguan.example"] = "451 try later"
    committed(reader())
    assert Mail.objects.get().state == MailState.WAITING
    smtp.refusals.clear()
    assert send_waiting_mail() == 1
    assert (Mail.objects.get().state, Mail.objects.get().tries) == (MailState.SENT, 2)


def test_a_server_that_is_away_breaks_no_act_and_is_told_to_the_administrator(server_set, committed, caplog):
    server_set.EMAIL_BACKEND, server_set.EMAIL_PORT = REAL, 9  # nobody listens there
    committed(reader())
    assert Message.objects.count() == 1
    waiting = Mail.objects.get()
    assert waiting.state == MailState.WAITING
    assert "连接不上邮件服务器" in waiting.error
    assert "cannot be used" in caplog.text
    assert [todo.text for todo in desk.mail_todo(UserFactory(role=Roles.ADMINISTRATOR))] == [
        "1 封邮件发不出去，正在重试"
    ]
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert send_waiting_mail() == 0
    assert Mail.objects.get().state == MailState.FAILED


def test_a_mail_is_sent_once_though_two_senders_take_it(server_set, committed):
    user = reader()
    (written,) = mailing.write([user], "一次", "一次")
    first, second = Mail.objects.get(pk=written.pk), Mail.objects.get(pk=written.pk)
    connection = outbox_of.get_connection()
    assert mailing.send(first, connection)
    assert not mailing.send(second, connection)
    assert len(outbox_of.outbox) == 1


def test_a_mail_whose_sender_died_is_not_sent_twice_by_itself(server_set):
    (mail,) = mailing.write([reader()], "x", "x")
    Mail.objects.filter(pk=mail.pk).update(state=MailState.SENDING, tried_at=timezone.now() - timedelta(minutes=11))
    assert send_waiting_mail() == 0
    mail.refresh_from_db()
    assert mail.state == MailState.FAILED
    assert not outbox_of.outbox


def test_a_failed_mail_goes_again_to_the_address_that_stands_now(
    server_set, client, django_capture_on_commit_callbacks
):
    user = reader()
    (mail,) = mailing.write([user], "再发", "再发")
    Mail.objects.filter(pk=mail.pk).update(state=MailState.FAILED, error="550")
    user.email = "new@chengguan.example"
    user.save()
    client.force_login(UserFactory(role=Roles.ADMINISTRATOR))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("staff:mail-again"), {"pk": [mail.pk]})
    assert outbox_of.outbox[0].to == ["new@chengguan.example"]
    assert Activity.objects.filter(title="重新发送邮件").exists()


def test_the_administrator_tries_the_settings_on_himself(server_set, client, django_capture_on_commit_callbacks):
    administrator = UserFactory(role=Roles.ADMINISTRATOR)
    client.force_login(administrator)
    assert "填写您自己的邮箱" in client.post(reverse("staff:mail-test"), follow=True).content.decode()
    administrator.email = "admin@chengguan.example"
    administrator.save()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("staff:mail-test"))
    assert "已发出" in client.get(reverse("staff:mail-list")).content.decode()
    assert outbox_of.outbox[0].to == ["admin@chengguan.example"]


def test_old_sent_mails_are_not_kept(server_set, committed):
    committed(reader())
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        send_waiting_mail()
    assert not Mail.objects.exists()


# --- What a person chooses ----------------------------------------------------------------------------------------------


def test_a_person_enters_an_address_and_what_is_mailed(client):
    user = UserFactory()
    client.force_login(user)
    address = reverse("staff:delivery")
    refused = client.post(address, {"email": "", "mail_messages": "on", "digest": "none"})
    assert refused.status_code == 422
    assert "请先填写邮箱" in refused.content.decode()
    client.post(address, {"email": "wang@chengguan.example", "mail_messages": "on", "digest": "mail"})
    user.refresh_from_db()
    assert (user.email, user.mail_messages, user.digest) == ("wang@chengguan.example", True, "mail")
    logged = Activity.objects.about(user).get(title="设置邮件和提要")
    assert logged.changes["邮箱"] == ["", "w***@chengguan.example"]


def test_only_the_bureaus_mailboxes_where_the_settings_say_so(client, settings):
    settings.EMAIL_DOMAINS = ["chengguan.example"]
    user = UserFactory()
    client.force_login(user)
    refused = client.post(reverse("staff:delivery"), {"email": "x@evil.example", "digest": "none"})
    assert "只能填单位的邮箱" in refused.content.decode()
    user.refresh_from_db()
    assert user.email == ""


def test_nobody_chooses_for_another():
    with pytest.raises(Refused, match="本人"):
        choose_delivery(UserFactory(), email="x@x.example", mail_messages=True, digest="none", by=UserFactory())


# --- The list of messages ----------------------------------------------------------------------------------------------


def test_messages_are_marked_read_and_unread_and_filtered(client):
    user, other = UserFactory(), UserFactory()
    notify([user, other], "甲")
    notify([user], "乙")
    mine = Message.objects.filter(recipient=user)
    client.force_login(user)
    client.post(reverse("staff:read-some"), {"pk": [row.pk for row in Message.objects.filter(text="甲")]})
    assert list(mine.unread().values_list("text", flat=True)) == ["乙"]
    assert other.inbox.unread().count() == 1  # another's cannot be read away
    unread = client.get(reverse("staff:inbox") + "?read=no").content.decode()
    assert ">乙<" in unread
    assert ">甲<" not in unread
    client.post(reverse("staff:unread-some"), {"pk": [row.pk for row in mine]})
    assert mine.unread().count() == 2
    client.post(reverse("staff:read-all"))
    assert mine.unread().count() == 0
    assert "没有未读消息" in client.get(reverse("staff:inbox")).content.decode()
