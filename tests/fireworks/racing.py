"""Several people at the same door at the same moment."""

import threading

from django.db import connection

from staff.refusals import Refused


def race(*acts):
    """Do them at the same moment; what each came to, in order: "ok" or "refused"."""
    gate, outcomes = threading.Barrier(len(acts)), ["nothing"] * len(acts)

    def run(place, act):
        try:
            gate.wait()
            act()
            outcomes[place] = "ok"
        except Refused:
            outcomes[place] = "refused"
        except Exception as error:
            outcomes[place] = repr(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
