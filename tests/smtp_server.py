"""A mail server on this machine, as small as one can be: it takes what Django sends, or refuses it as told."""

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self):
        self.say("220 test ESMTP")
        recipients = []
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            verb = line.split(" ", 1)[0].upper()
            if verb == "EHLO":
                self.say("250-test")
                self.say("250 8BITMIME")
            elif verb == "RCPT":
                recipients.append(line.partition("<")[2].partition(">")[0])
                self.say(self.server.refusals.get(recipients[-1], "250 OK"))
            elif verb == "DATA":
                self.say("354 go on")
                self.server.mails.append((recipients, message_from_bytes(self.text(), policy=default)))
                recipients = []
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:  # MAIL FROM, RSET, NOOP
                recipients = []
                self.say("250 OK")

    def text(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.mails, self.refusals = [], {}


@contextmanager
def mail_server():
    """Yields the server: `mails` as (recipients, message), `refusals` address → reply, `server_address`."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
