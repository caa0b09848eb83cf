"""The ledger through its doors: codes, sizes by the rule of the day, history, removal, putting up again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from billboards.enums.boards import BOARD_TRANSITIONS, BoardLife, BoardStatus, RemovalMode
from billboards.enums.cases import CaseState
from billboards.forms.boards import RemovalForm
from billboards.models import Board, BoardEvent, BoardFace, Case, CourtApplication, Removal, SizeRule
from billboards.sizing import Face
from billboards.workflow import boards, removals
from staff.permissions import Roles
from staff.refusals import ChangedMeanwhile, Refused
from tests.factories.boards import FACES, inspect, make_board, remove_board, size_rule
from tests.factories.cases import make_case, make_lead
from tests.factories.staff import SquadFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def test_a_board_gets_its_code_size_area_and_status():
    board = make_board(faces=[Face(Decimal("6.5"), Decimal(3)), Face(Decimal(2), Decimal(1))])
    assert board.code.endswith("-墙-20250001")
    assert (board.face_count, board.area, board.is_large) == (2, Decimal("21.50"), True)
    assert board.status == BoardStatus.UNPERMITTED
    assert board.size_rule.words.startswith("边长≥ 4 米或者单面面积≥ 10 ㎡")
    assert [event.kind for event in board.events.all()] == ["registered"]


def test_a_large_shop_sign_needs_no_permit():
    board = make_board(kind="shop_sign", faces=[Face(Decimal(12), Decimal(2))])
    assert board.is_large
    assert board.status == BoardStatus.LAWFUL


def test_the_database_refuses_an_unpermitted_sign_and_an_area_that_is_no_product():
    board = make_board(kind="shop_sign")
    with pytest.raises(IntegrityError, match="board_sign_never_unpermitted"):
        Board.objects.filter(pk=board.pk).update(status="unpermitted")


def test_the_database_multiplies():
    board = make_board()
    with pytest.raises(IntegrityError, match="face_area_is_width_times_height"):
        BoardFace.objects.filter(board=board).update(area=Decimal(19))


def test_a_permit_without_an_end_is_refused():
    with pytest.raises(Refused, match="许可期限"):
        make_board(permit_number="许1")


def test_what_lapses_over_night_says_so():
    board = make_board(permit_number="许1", permit_to=TODAY())
    assert board.status == BoardStatus.LAWFUL
    assert boards.refresh_statuses(TODAY() + timedelta(days=1)) == 1
    board.refresh_from_db()
    assert board.status == BoardStatus.EXPIRED
    assert boards.refresh_statuses(TODAY() + timedelta(days=1)) == 0


def test_another_rule_judges_every_standing_board_anew():
    by = UserFactory()
    board = make_board(faces=[Face(Decimal(4), Decimal(1))])
    rule = size_rule()
    rule.side_inclusive = False
    assert boards.store_rule(rule, by=by, seen=rule.version) == 1
    board.refresh_from_db()
    assert (board.is_large, board.status) == (False, "lawful")
    assert board.events.first().note.endswith("认定为非大型")


def test_the_interval_of_a_rule_moves_the_next_look_of_every_standing_board():
    never, seen, before = make_board(), make_board(), make_board()
    inspect(seen, on=date(2026, 3, 1))
    Board.objects.filter(pk=before.pk).update(size_rule=None, is_large=False, status="lawful", next_inspection_on=None)
    rule = size_rule()
    rule.large_months = 6
    assert boards.store_rule(rule, by=UserFactory(), seen=rule.version) == 1
    days = [Board.objects.get(pk=each.pk).next_inspection_on for each in (never, seen, before)]
    assert days == [date(2025, 7, 10), date(2026, 9, 1), date(2025, 7, 10)]


def test_a_rule_judges_the_ledger_on_the_day_it_comes_into_force():
    board, tomorrow = make_board(), TODAY() + timedelta(days=1)
    later = SizeRule(name="新规则", source="样例文件", side=Decimal(8), area=Decimal(30), valid_from=tomorrow)
    boards.store_rule(later, by=UserFactory())
    assert Board.objects.get(pk=board.pk).is_large
    assert boards.refresh_statuses(tomorrow) == 1
    judged = Board.objects.get(pk=board.pk)
    assert (judged.is_large, judged.status, judged.size_rule) == (False, BoardStatus.LAWFUL, later)
    assert judged.events.first().happened_on == tomorrow
    assert boards.refresh_statuses(tomorrow) == 0


def test_without_a_rule_in_force_the_ledger_stays_as_the_last_one_left_it():
    board, rule = make_board(), size_rule()
    rule.valid_to = TODAY() - timedelta(days=1)
    assert boards.store_rule(rule, by=UserFactory(), seen=rule.version) == 0
    judged = Board.objects.get(pk=board.pk)
    assert (judged.is_large, judged.size_rule, judged.status) == (True, rule, board.status)


def test_two_editors_of_a_rule_and_the_second_is_told():
    make_board()
    first, second = SizeRule.objects.get(), SizeRule.objects.get()
    first.large_months = 6
    boards.store_rule(first, by=UserFactory(), seen=first.version)
    with pytest.raises(ChangedMeanwhile):
        boards.store_rule(second, by=UserFactory(), seen=second.version)
    assert SizeRule.objects.get().large_months == 6


def test_two_editors_and_the_second_is_told():
    by, board = UserFactory(), make_board()
    first, second = Board.objects.get(pk=board.pk), Board.objects.get(pk=board.pk)
    first.name = "改"
    boards.correct_board(first, FACES, by=by, seen=board.version)
    with pytest.raises(ChangedMeanwhile):
        boards.correct_board(second, FACES, by=by, seen=board.version)


@pytest.mark.parametrize("edge", BOARD_TRANSITIONS)
@pytest.mark.parametrize("life", BoardLife.values)
def test_every_step_from_every_life(edge, life):
    board, by = make_board(), UserFactory()
    if life == BoardLife.TO_REMOVE:
        boards.condemn_board(board, by=by, reason="计划")
    if life == BoardLife.REMOVED:
        remove_board(board, by=by)
    doors = {
        "condemn": lambda: boards.condemn_board(board, by=by, reason="计划"),
        "keep": lambda: boards.keep_board(board, by=by, reason="已改造"),
        "remove": lambda: remove_board(board, by=by).board,
        "reinstate": lambda: boards.reinstate_board(board, by=by, reason="误登"),
    }
    if life in BOARD_TRANSITIONS[edge].sources:
        assert doors[edge]().life == BOARD_TRANSITIONS[edge].target
    else:
        with pytest.raises(Refused, match="现在是"):
            doors[edge]()


def test_put_up_again_is_another_board_that_names_the_earlier():
    by, board = UserFactory(), make_board()
    removal = remove_board(board, by=by, on=date(2026, 3, 1))
    again = Board(kind="wall", name="又立", address=board.address, street=board.street, registered_on=date(2026, 3, 20))
    again = boards.re_erect_board(again, board, FACES, by=by)
    assert again.earlier == board
    assert again.events.get().kind == board.events.first().kind == "re_erected"
    with pytest.raises(Refused, match="拆后重立"):
        removals.void_removal(removal, by=by, reason="误登")


def test_a_standing_board_is_not_put_up_again():
    board = make_board()
    again = Board(kind="wall", name="又立", address="x", street=board.street)
    with pytest.raises(Refused, match="没有拆除记录"):
        boards.re_erect_board(again, board, FACES, by=UserFactory())


def test_history_is_appended_only():
    event = make_board().events.get()
    event.note = "改"
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        BoardEvent.objects.all().delete()


def test_a_look_sets_condition_and_the_next_day():
    board = make_board(permit_number="许1", permit_to=date(2030, 1, 1))
    inspect(board, on=date(2026, 3, 1), result="danger")
    board.refresh_from_db()
    assert (board.status, board.next_inspection_on) == ("hazard", date(2027, 3, 1))
    inspect(board, on=date(2026, 2, 1))  # an older one, entered afterwards, changes nothing
    board.refresh_from_db()
    assert board.status == "hazard"


def test_a_look_entered_by_mistake_leaves_the_condition_of_the_one_before():
    board, by = make_board(permit_number="许1", permit_to=date(2030, 1, 1)), UserFactory()
    inspect(board, on=date(2026, 2, 1))
    wrong = inspect(board, on=date(2026, 3, 1), result="danger")
    boards.void_inspection(wrong, by=by, reason="登错设施")
    board.refresh_from_db()
    assert (board.condition, board.status, board.next_inspection_on) == ("sound", "lawful", date(2027, 2, 1))
    wrong = inspect(board, on=date(2026, 3, 1), result="repair")
    boards.mend_board(board, by=by, on=date(2026, 3, 2), note="已维修")
    inspect(board, on=date(2026, 3, 3), result="danger")
    boards.void_inspection(wrong, by=by, reason="登错设施")
    board.refresh_from_db()
    assert board.condition == "hazard"


def test_a_board_of_a_case_is_not_voided():
    board = make_board()
    case = make_lead(board=board)
    with pytest.raises(Refused, match=case.number):
        boards.void_board(board, by=UserFactory(), reason="误登")


class TestRemoval:
    def test_coercion_without_a_case_is_refused_with_the_article(self):
        with pytest.raises(Refused, match="第四十四条"):
            remove_board(make_board(), mode=RemovalMode.COERCIVE)

    def test_what_happened_all_the_same_is_recorded_with_its_flaw(self):
        removal = remove_board(make_board(), mode=RemovalMode.COERCIVE, as_it_happened=True)
        assert "没有对应的案件" in removal.flaw
        assert removal.board.status == BoardStatus.REMOVED

    def test_a_decision_about_another_board_or_a_voided_case_does_not_open_the_gate(self):
        for facts, words in (
            ({"board": make_board()}, "不是对这处设施作出的"),
            ({}, "没有选涉案设施"),
            ({"state": CaseState.VOIDED}, "案件已作废"),
        ):
            board = make_board()
            state = facts.pop("state", CaseState.ENFORCEMENT_DECIDED)
            case = make_case(state, **{"board": board if state == CaseState.VOIDED else None, **facts})
            Case.objects.filter(pk=case.pk).update(coercion_from=date(2026, 1, 1))
            case.refresh_from_db()
            with pytest.raises(Refused, match=words):
                remove_board(board, mode=RemovalMode.COERCIVE, case=case)
            assert words in remove_board(board, mode=RemovalMode.COERCIVE, case=case, as_it_happened=True).flaw
        own = make_board()
        case = make_case(CaseState.ENFORCEMENT_DECIDED, board=own)
        Case.objects.filter(pk=case.pk).update(coercion_from=date(2026, 1, 1))
        case.refresh_from_db()
        assert remove_board(own, mode=RemovalMode.COERCIVE, case=case).flaw == ""

    def test_the_form_offers_the_cases_of_the_board(self):
        board = make_board()
        own, open_one = make_case(board=board), make_case()
        make_case(board=make_board()), make_case(CaseState.VOIDED, board=board)
        user = UserFactory(role=Roles.OFFICE, unit=UnitFactory())
        assert set(RemovalForm(user=user, board=board).fields["case"].queryset) == {own, open_one}

    def test_help_needs_a_written_consent(self):
        board = make_board()
        with pytest.raises(Refused, match="书面同意"):
            remove_board(board, mode=RemovalMode.ASSISTED)
        assert remove_board(board, mode=RemovalMode.ASSISTED, consent_on=TODAY()).flaw == ""

    def test_an_emergency_says_why(self):
        with pytest.raises(Refused, match="紧急情形"):
            remove_board(make_board(), mode=RemovalMode.EMERGENCY)

    def test_taken_back_it_stands_again(self):
        removal = remove_board(make_board())
        removals.void_removal(removal, by=UserFactory(), reason="误登")
        removal.board.refresh_from_db()
        assert removal.board.life == BoardLife.STANDING
        assert removal.board.removed_on is None

    def test_of_several_the_last_one_took_it_down(self):
        board, by = make_board(), UserFactory()
        part = Removal(board=board, what=board.name, place=board.address, street=board.street, mode="voluntary")
        removals.record_removal(part, by=by, in_part=True)
        rest = remove_board(board)
        removals.void_removal(part, by=by, reason="误登")
        board.refresh_from_db()
        assert board.life == BoardLife.REMOVED
        removals.void_removal(rest, by=by, reason="误登")
        board.refresh_from_db()
        assert board.life == BoardLife.STANDING


def test_the_gate_opens_with_the_decision_and_its_day():
    class Some:
        number, state, coercion_from, coercion_words = "案1", "served", date(2026, 1, 1), ""
        courtapplications = CourtApplication.objects.none()

    assert removals.Gate.of(None) == removals.Gate()
    assert removals.Gate.of(Some).lawful_from is None
    Some.state = "enf_decided"
    assert removals.Gate.of(Some).lawful_from == date(2026, 1, 1)


def test_streets_squads_and_the_office_see_what_is_theirs():
    squad = SquadFactory()
    street = UnitFactory(squad=squad)
    board = make_board(street=street)
    seen = {
        role: Board.objects.visible_to(UserFactory(role=role, unit=unit)).filter(pk=board.pk).exists()
        for role, unit in (
            (Roles.STREET_CONTACT, street),
            (Roles.SQUAD_MEMBER, squad),
            (Roles.BILLBOARD_OFFICE, UnitFactory()),
            (Roles.PERMIT_SECTION, UnitFactory()),
            (Roles.PERSONNEL, street),
        )
    }
    assert seen == {Roles.STREET_CONTACT: True, Roles.SQUAD_MEMBER: True, Roles.BILLBOARD_OFFICE: True,
                    Roles.PERMIT_SECTION: True, Roles.PERSONNEL: False}  # fmt: skip
    assert not Board.objects.visible_to(UserFactory(role=Roles.STREET_CONTACT, unit=UnitFactory())).exists()
