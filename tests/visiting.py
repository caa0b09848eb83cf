"""Asking many addresses as one person, each of the same bureau: what an answer changed is taken back."""

from copy import deepcopy

from django.db import transaction
from django.test import override_settings

# Sessions in the database alone: a copy in the cache would not be taken back.
SESSIONS = "django.contrib.sessions.backends.db"


class Visitor:
    """Logged in once; each question begins with the cookies of that moment."""

    def __init__(self, client, user):
        with override_settings(SESSION_ENGINE=SESSIONS):
            client.force_login(user)
        self.client, self.cookies = client, deepcopy(client.cookies)

    def ask(self, question):
        """The answer to `question(client)`, read to its end."""
        with override_settings(SESSION_ENGINE=SESSIONS), transaction.atomic():
            self.client.cookies = deepcopy(self.cookies)
            response = question(self.client)
            if response.streaming:
                b"".join(response.streaming_content)  # a file that is handed out stays open until it is read
            transaction.set_rollback(True)
        return response
