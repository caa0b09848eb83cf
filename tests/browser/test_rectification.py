"""A case from order to closing in the browser: by the office at a desk, by the street on a phone, by the assessor."""

from django.urls import reverse
from playwright.sync_api import expect

from inspections.models import Finding, RectificationOrder
from staff.models import User
from tests.browser.conftest import DESK, NARROW, PHONE
from tests.inspections.test_rectification import picture


def photo():
    upload = picture("orange")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": upload.read()}


def test_ordered_at_the_desk_rectified_on_a_phone_and_reviewed(visit):
    street = User.objects.get(username="1009").unit
    finding = Finding.objects.get(state="confirmed", lead_unit=street)
    office = visit("1005", size=DESK)
    office.go(f"{reverse('inspections:finding-list')}?state=confirmed&found_from=2000-01-01")
    office.page.get_by_label(f"选中 {finding.number}").check()
    office.page.get_by_role("button", name="按单位交办").click()
    office.page.get_by_role("dialog").get_by_role("button", name="按单位交办", exact=True).click()
    expect(office.page.get_by_text("已下达 1 份交办单")).to_be_visible()
    order = RectificationOrder.objects.latest("pk")
    office.go(order.get_absolute_url())
    expect(office.page.get_by_text("请按期整改并反馈")).to_be_visible()
    assert office.axe() == []

    phone = visit("1009", size=PHONE)
    phone.go(finding.get_absolute_url())  # the link from the group
    assert phone.overflow() == 0
    phone.page.get_by_role("link", name="已整改").click()
    dialog = phone.page.get_by_role("dialog")
    dialog.get_by_label("整改措施").fill("已清理干净并安排专人值守")
    dialog.get_by_label("整改后照片").set_input_files(photo())
    assert phone.axe() == []
    dialog.get_by_role("button", name="提交反馈", exact=True).click()
    expect(phone.page.get_by_text("已反馈，等待复查")).to_be_visible()

    assessor = visit("1006", size=DESK)
    assessor.go(reverse("inspections:review-list"))
    assessor.page.get_by_role("link", name=finding.number).first.click()
    assessor.page.get_by_role("link", name="复查", exact=True).click()
    assessor.page.get_by_role("dialog").get_by_role("button", name="登记结论", exact=True).click()
    expect(assessor.page.get_by_text("复查结论已登记")).to_be_visible()
    finding.refresh_from_db()
    assert finding.state == "closed"
    assert finding.photos.get().kind == "after"


def test_the_pages_of_a_unit_stand_on_the_narrowest_phone(visit):
    phone = visit("1009", size=NARROW)
    own = Finding.objects.filter(state="ordered", lead_unit__users__username="1009")
    order = own.first().order_lines.get().order
    pages = ["rectification-list", "order-list", "extension-list", "appeal-list"]
    for address in [
        *(reverse(f"inspections:{name}") for name in pages),
        *(each.get_absolute_url() for each in own),
        order.get_absolute_url(),
    ]:
        phone.go(address)
        assert phone.overflow() == 0, address
        assert phone.axe() == [], address
