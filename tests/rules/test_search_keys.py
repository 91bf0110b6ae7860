"""Search keys of items: pinyin and initials, also of characters with two readings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.search_keys import EVERYDAY, MAX_READINGS, keys_of, need_keys, search_keys
from server.catalogue.model import Material
from server.catalogue.reference import load


@pytest.mark.parametrize(
    ("text", "full", "initials"),
    [
        ("重庆", "chongqing", "cq"),
        ("银行", "yinhang", "yh"),
        ("执行", "zhixing", "zx"),
        ("重大", "zhongda", "zd"),
        ("会计", "kuaiji", "kj"),
        ("校车使用许可", "xiaocheshiyongxuke", "xcsyxk"),
        ("往来港澳通行证", "wanglaigangaotongxingzheng", "wlgatxz"),
        ("旅馆", "lvguan", "lg"),
        ("食品经营许可证核发", "shipinjingyingxukezhenghefa", "spjyxkzhf"),
    ],
)
def test_the_first_key_is_the_reading_of_the_phrase(text: str, full: str, initials: str) -> None:
    assert keys_of(text)[:2] == (full, initials)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("调档", "diaodang"),
        ("调档", "dd"),
        ("调档", "tiaodang"),
        ("给付", "jifu"),
        ("给付", "gf"),
        ("朝阳", "chaoyang"),
        ("旅馆", "luguan"),
        ("女方", "nufang"),
        ("战略", "zhanlue"),
        ("虐待", "nuedai"),
    ],
)
def test_other_everyday_readings_are_keys_too(text: str, key: str) -> None:
    assert key in keys_of(text)


def test_one_character_at_a_time_is_read_otherwise() -> None:
    assert keys_of("银行业") == ("yinhangye", "yhy", "yinxingye", "yxy")


def test_the_initials_have_all_letters_of_a_foreign_word() -> None:
    assert keys_of("新ABC机") == ("xinabcji", "xabcj")


def test_letters_and_digits_stay_and_punctuation_is_dropped() -> None:
    assert keys_of("KTV") == ("ktv",)
    assert keys_of("X光机")[:2] == ("xguangji", "xgj")
    assert keys_of("许可（零售）、2类")[:2] == ("xukelingshou2lei", "xkls2l")
    assert keys_of("") == ()
    assert keys_of("，。") == ()


def test_a_character_without_a_reading_is_skipped() -> None:
    assert keys_of("\U00030000证") == ("zheng", "z")


def test_the_number_of_readings_is_limited() -> None:
    assert len(keys_of("行" * 20)) == 2 * MAX_READINGS
    assert all(len(readings) > 1 for readings in EVERYDAY.values())


def test_an_item_is_found_by_its_words_in_every_spelling() -> None:
    hall = load()
    item = next(i for i in hall.items if i.name == "结婚登记")
    keys = search_keys(item)
    assert {"jiehundengji", "jhdj", "领证", "lingzheng", "lz", "marriage registration"} <= set(keys)
    assert len(set(keys)) == len(keys)


def test_every_item_of_the_reference_hall_has_lower_case_keys() -> None:
    for item in load().items:
        keys = search_keys(item)
        assert len(keys) >= 4
        assert all(key == key.lower() and key.strip() for key in keys)


def test_the_examples_on_the_tile_of_errands_are_names_of_groups() -> None:
    keys = [key for group in load().groups for key in keys_of(group.name)]
    for typed in ("kaidian", "shebao", "hukou"):
        assert any(key.startswith(typed) for key in keys)


def test_an_item_has_keys_of_the_papers_that_it_requires() -> None:
    item = next(i for i in load().items if i.name == "出生登记")
    assert {"出生医学证明", "chushengyixuezhengming", "csyxzm"} <= set(need_keys(item))


def test_a_paper_has_no_keys_of_unlikely_readings() -> None:
    item = replace(load().items[0], materials=(Material("行车证"), Material("行车证")))
    assert need_keys(item) == ("行车证", "xingchezheng", "xcz")
