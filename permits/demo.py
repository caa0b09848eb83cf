"""The permits' part of the demo bureau. Deterministic up to the day it is run on; names and numbers are invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from django.utils import timezone

from permits import demo_catalogue, demo_plots, demo_session
from permits.demo_cases import Cast, Story, roads
from permits.models import Road
from staff.models import Message, User

MONTHS = 18
DAYS_BACK = 30 * MONTHS
SETTLED = 75  # days after which a common permit is over

Plot = Callable[["Teller", Story], object]


def seed() -> None:
    """Items, roads and tariffs; then the applications, oldest first, so that their numbers rise with their days."""
    demo_catalogue.seed(User.objects.get(username="1010"))
    Teller().tell()
    Message.objects.filter(read_at=None, url__startswith="/permits/").update(read_at=timezone.now())


class Teller:
    """Draws the stories: the common ones spread over the months, and those that show one thing each."""

    def __init__(self) -> None:
        self.cast, self.random = Cast.gather(), Random(20260301)
        self.free, self.by_name = roads()
        self.number = 0

    def tell(self) -> None:
        plots = [*self.common(), *demo_plots.PLOTS, *demo_session.PLOTS]
        for days_back, plot in sorted(plots, key=lambda each: -each[0]):
            self.number += 1
            received = timezone.localdate() - timedelta(days=days_back)
            plot(self, Story(self.cast, self.number, received, self.random))

    def common(self) -> list[tuple[int, Plot]]:
        """One or two a month: occupations done and archived, digs in their warranty or past it."""
        plots = (demo_plots.dig, demo_plots.occupation, demo_plots.dig, demo_plots.ground)
        return [(back, plots[index % 4]) for index, back in enumerate(range(SETTLED, DAYS_BACK, 25))]

    @property
    def road(self) -> Road:
        return next(self.free)


__all__ = ["seed"]
