"""The summary as a Word file with real styles, so that the office goes on in WPS or Word. Figures stand as text.

Page, type and line pitch are those of the paper (GB/T 9704-2012 5.2): 版心 156 × 225 mm, 3号仿宋, 28.95 pt; headings are
标题 1 to 3, so that the outline and a table of contents work. Charts stand as their table.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from config.display import date_cn
from reports.layouts.archive import settled
from reports.layouts.paper import SummaryPaper

FANGSONG, HEI, KAI, XIAOBIAOSONG, SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
LINE, BODY, TABLE = 28.95, 16, 12  # points
RED, BLACK = (0xE6, 0x00, 0x12), (0, 0, 0)
DASH = "—"
MARGIN, HANDWRITING = 26, 72  # mm on the right: of the standard; of a copy that is corrected with the pen
# What follows a border among a paragraph's properties (ISO/IEC 29500-1 17.3.1.26); Word minds the order.
AFTER_BORDERS = (
    *("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct"),
    *("w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind"),
    *("w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment"),
    *("w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange"),
)


def summary_docx(paper: SummaryPaper, content: dict[str, Any], *, note: str = "", margin: int = MARGIN) -> bytes:
    """The whole paper. `note`: what a draft says of itself on its first line (送审稿). `margin`: right, in mm."""
    from docx import Document

    document = Document()
    set_page(document, margin)
    set_styles(document)
    add_front(document, paper, note)
    for section in content["sections"]:
        level = min(max(section["level"], 1), 3)
        document.add_paragraph(f"{section['number']}{section['heading']}", style=f"Heading {level}")
        for block in section["blocks"]:
            add_block(document, block)
    add_signature(document, paper)
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = paper.title, paper.issuer, paper.issuer, ""
    core.language, core.revision = "zh-CN", 1
    target = io.BytesIO()
    document.save(target)
    return settled(target.getvalue(), datetime.fromisoformat(content["as_of"]))


def set_page(document: Any, margin: int = MARGIN) -> None:
    """A4 with the standard's margins, or a wider one on the right to write in; page numbers outside, on odd pages right, on even pages left (GB/T 9704 7.5)."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(margin)
    section.footer_distance = Mm(25)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        for text in (f"{DASH} ", "", f" {DASH}"):
            run = paragraph.add_run(text)
            set_type(run.font, run._element.get_or_add_rPr(), SONG, 14)
            if not text:
                add_page_field(run)


def add_page_field(run: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.set(qn("xml:space"), "preserve")
            element.text = text
        run._element.append(element)


def set_styles(document: Any) -> None:
    """正文, 标题 1–3, 标题, 题注: Word's own styles with our type, so that WPS and Word know them."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    styles = document.styles
    set_style(styles["Normal"], FANGSONG, BODY)
    styles.add_style("公文正文", WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    styles["公文正文"].paragraph_format.first_line_indent = Pt(2 * BODY)
    set_style(styles["Title"], XIAOBIAOSONG, 22)
    styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styles["Title"].paragraph_format.space_after = Pt(LINE)
    for level, face in ((1, HEI), (2, KAI), (3, FANGSONG)):
        set_style(styles[f"Heading {level}"], face, BODY)
        styles[f"Heading {level}"].paragraph_format.first_line_indent = Pt(2 * BODY)
        styles[f"Heading {level}"].paragraph_format.keep_with_next = True
    set_style(styles["Caption"], HEI, TABLE)
    styles["Caption"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styles["Caption"].paragraph_format.keep_with_next = True


def set_style(style: Any, face: str, size: float) -> None:
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Pt

    set_type(style.font, style.element.get_or_add_rPr(), face, size)
    spacing = style.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE)
    borders = style.element.find(".//{*}pBdr")
    if borders is not None:  # the template rules a line under its title
        borders.getparent().remove(borders)


def set_type(font: Any, properties: Any, face: str, size: float, colour: Sequence[int] = BLACK) -> None:
    """Face for Latin and Han alike; what the template says of themes, bold and blue goes."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    font.name, font.size, font.bold, font.italic = face, Pt(size), False, False
    font.color.rgb = RGBColor(*colour)
    fonts = properties.get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(name), face)


def add_front(document: Any, paper: SummaryPaper, note: str) -> None:
    """Red head where asked for, title, addressee (GB/T 9704-2012 7.2, 7.3)."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    if note:
        document.add_paragraph(note)
    if paper.profile == "redhead":
        mark = document.add_paragraph()
        mark.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = mark.add_run(paper.mark)
        set_type(run.font, run._element.get_or_add_rPr(), XIAOBIAOSONG, 26, RED)
        document.add_paragraph()
        document.add_paragraph(paper.number).alignment = WD_ALIGN_PARAGRAPH.CENTER
        rule_below(document.paragraphs[-1])
    document.add_paragraph(paper.title, style="Title")
    if paper.addressee:
        document.add_paragraph(f"{paper.addressee.rstrip('：:')}：")


def rule_below(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "16"), ("space", "8"), ("color", "E60012")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._element.get_or_add_pPr().insert_element_before(borders, *AFTER_BORDERS)


def add_block(document: Any, block: dict[str, Any]) -> None:
    if block["kind"] == "text":
        document.add_paragraph("".join(span["text"] for span in block["spans"]), style="公文正文")
        return
    rows = block["rows"]
    if block["kind"] == "table":
        rows = [[cell[0] for cell in row] for row in rows] + ([block["total"]] if block["total"] else [])
    add_table(document, block["caption"], block["head"], rows)


def add_table(document: Any, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A ruled table whose head repeats on every page and whose rows are not split."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    document.add_paragraph(caption, style="Caption")
    table = document.add_table(rows=0, cols=len(head), style="Table Grid")
    for number, cells in enumerate((head, *rows)):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for place, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = Pt(18)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if place == 0 and number else WD_ALIGN_PARAGRAPH.CENTER
            run = paragraph.add_run(str(text))
            set_type(run.font, run._element.get_or_add_rPr(), FANGSONG if number else HEI, TABLE)


def add_signature(document: Any, paper: SummaryPaper) -> None:
    """署名 and 成文日期, right (GB/T 9704-2012 7.3.5)."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    document.add_paragraph()
    for text in (paper.issuer, date_cn(paper.date)):
        paragraph = document.add_paragraph(text)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Pt(2 * BODY)
