"""Neighbours are learnt from what several people did; two of them say nothing."""

from __future__ import annotations

from candyce.library.advice import ranking
from candyce.library.advice.learning import learn
from candyce.library.advice.ranking import Item, Neighbour, Profile


def learn_from(people: dict[str, str], **words):
    """``people``: for each person, the letters of what they used, in order."""
    uses = [
        (person, key, 1.0, float(when))
        for person, keys in people.items()
        for when, key in enumerate(keys)
    ]
    names = {key: words.get(key, []) for key in "abcdef"}
    return learn(uses, names)


def test_pairs_of_fewer_than_three_people_say_nothing():
    crowd = {f"p{number}": "f" for number in range(5)}
    found, people = learn_from({"1": "ab", "2": "ab", **crowd})
    assert found["a"] == found["b"] == []
    assert (people["a"], people["f"]) == (0, 5)
    found, people = learn_from({"1": "ab", "2": "ab", "3": "ba", **crowd})
    [near] = found["a"]
    assert (near.key, near.people, near.after, people["a"]) == ("b", 3, 2, 3)
    assert near.together > 0


def test_factors_join_in_once_there_are_enough_teachers():
    people = {f"p{number}": "abc" if number % 2 else "def" for number in range(40)}
    people |= {"x": "ad", "y": "da", "z": "ad"}
    found, _people = learn_from(people)
    assert {near.key for near in found["a"][:2]} == {"b", "c"}
    assert found["a"][2].key == "d"


def test_what_nobody_used_has_neighbours_by_its_words():
    words = {"a": ["loops", "python"], "b": ["loops", "python"], "c": ["verse"], "d": ["verse"]}
    found, _people = learn_from({}, **words)
    assert [(near.key, near.together, near.people) for near in found["a"]] == [("b", 0.0, 0)]
    assert found["e"] == []


def test_learning_from_nothing_is_nothing():
    assert learn([], {}) == ({}, {})
    assert learn([("p", "gone", 1.0, 1.0)], {"a": []}) == ({"a": []}, {"a": 0})


def make_items(**values):
    defaults = {"discipline": "nsi", "levels": ("premiere",), "theme": "", "rank": None}
    return {key: Item(key=key, **{**defaults, **more}) for key, more in values.items()}


def test_the_next_of_the_programme_comes_first_and_says_after_what():
    items = make_items(
        a={"rank": 1}, b={"rank": 2}, c={"rank": 3}, z={"rank": 1, "levels": ("seconde",)}
    )
    [first, second] = ranking.rank({"a": 3.0}, items, {}, Profile(), count=5)
    assert (first.key, first.why, first.because) == ("b", "next", "a")
    assert second.key == "c"


def test_neighbours_win_over_popularity_and_strangers_to_ones_discipline_come_last():
    items = make_items(a={}, b={}, c={"standing": 1.0, "discipline": "arts"}, d={"standing": 0.5})
    near = {"a": [Neighbour("b", 1.0, 0.0, 5, 2)]}
    found = ranking.rank({"a": 3.0}, items, near, Profile({"nsi": 1.0}), count=5)
    assert [(one.key, one.why) for one in found] == [
        ("b", "together"), ("d", "liked"), ("c", "liked"),
    ]  # fmt: skip


def test_a_list_is_not_ten_times_the_same_theme():
    alike = {f"a{n}": {"theme": "tris", "standing": 0.9 - n / 100} for n in range(6)}
    items = make_items(**alike, other={"theme": "graphes", "standing": 0.6})
    found = ranking.rank({}, items, {}, Profile(), count=3)
    assert "other" in [one.key for one in found]


def test_pages_do_not_give_the_same_reason_four_times():
    near = [Neighbour(key, 1.0, 0.0, 5, 2) for key in "bcd"]
    items = make_items(**{key: {"theme": key} for key in "abcdefg"})
    others = {"a": near, "e": [Neighbour("f", 0.7, 0.0, 5, 2)]}
    used = {"a": 3.0, "e": 3.0}
    plain = ranking.rank(used, items, others, Profile(), count=2)
    varied = ranking.rank(used, items, others, Profile(), count=2, repeated=0.5)
    assert [one.because for one in plain] == ["a", "a"]
    assert [one.because for one in varied] == ["a", "e"]
