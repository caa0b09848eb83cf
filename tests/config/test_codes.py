"""QR codes are drawn here, whole, without style attributes or another host."""

from config.codes import qr_svg


def test_a_code_is_plain_svg_that_escapes_its_title():
    drawn = qr_svg("https://chengguan.example/p/abc", label="<扫码>")
    assert drawn.startswith("<svg")
    assert "style=" not in drawn
    assert "<扫码>" not in drawn
    assert "&lt;扫码&gt;" in drawn


def test_different_texts_give_different_codes():
    assert qr_svg("甲") != qr_svg("乙")
    assert qr_svg("甲") == qr_svg("甲")
