"""A machine that would print papers wrongly or slowly is told so at start, with the command that mends it."""

import ctypes.util

import pytest

from config import checks


@pytest.fixture
def installed(monkeypatch):
    """The font families that fontconfig knows."""
    families = {"Noto Serif CJK SC"}
    monkeypatch.setattr(checks, "has_family", families.__contains__)
    return families


@pytest.fixture
def fonts(settings, tmp_path):
    """An empty var/fonts."""
    settings.VAR_DIR = tmp_path
    (tmp_path / "fonts").mkdir()
    return tmp_path / "fonts"


def told():
    return [(warning.id, warning.hint) for warning in checks.fonts_are_there(None)]


def test_complete_machine_is_told_nothing(installed, fonts):
    (fonts / "FandolFang-Regular.otf").touch()
    (fonts / "FandolKai-Regular.otf").touch()
    assert told() == []


def test_licensed_faces_do_as_well(installed, fonts):
    installed |= {"FangSong_GB2312", "KaiTi_GB2312"}
    assert told() == []


@pytest.mark.parametrize("there", ["FandolFang-Regular.otf", "FandolKai-Regular.otf"])
def test_each_missing_face_is_named_with_its_command(installed, fonts, there):
    (fonts / there).touch()
    assert told() == [("config.W002", "deploy/bootstrap/fonts.sh")]


def test_without_any_chinese_font_the_package_is_named(installed, fonts):
    installed.clear()
    installed |= {"FangSong_GB2312", "KaiTi_GB2312"}
    assert told() == [("config.W001", "apt-get install fonts-noto-cjk")]


def test_missing_subsetter_is_told(monkeypatch):
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    (warning,) = checks.subsetter_is_there(None)
    assert warning.hint == "apt-get install libharfbuzz-subset0"
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: f"lib{name}.so.0")
    assert checks.subsetter_is_there(None) == []


def test_a_substitute_is_not_the_family_itself(monkeypatch):
    assert checks.has_family("Noto Serif CJK SC")
    assert not checks.has_family("No Such Face")
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert not checks.has_family("Noto Serif CJK SC")
