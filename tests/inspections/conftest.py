"""Orders are many in these tests and typesetting takes half a second: only who asks for `real_paper` gets it."""

import pytest


@pytest.fixture
def real_paper():
    """Orders as they are issued, typeset."""


@pytest.fixture(autouse=True)
def light_paper(request, monkeypatch):
    if "real_paper" not in request.fixturenames:
        monkeypatch.setattr(
            "inspections.workflow.order_paper.OrderPaper.pdf", lambda paper, entries=(): b"%PDF-1.7 %%EOF"
        )
