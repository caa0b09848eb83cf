"""The room's part of the demo bureau: the ledger, a campaign that is over, one under way, a dozen cases."""

from billboards import demo_boards, demo_campaigns, demo_cases


def seed(*, scale: int = 1) -> None:
    demo_boards.seed(scale=scale)
    demo_campaigns.seed()
    demo_cases.seed()
