"""How often somebody did something lately, counted without keeping more than that."""

from limits import parse

from deployments.web.moving_window import MovingWindow

LIMIT = parse("3 per minute")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_fourth_within_a_minute_is_too_many_and_is_taken_when_the_first_has_left_it() -> None:
    clock = Clock()
    window = MovingWindow(clock)
    for clock.now in (0, 10, 20):
        assert window.test(LIMIT, "link", "a") and window.hit(LIMIT, "link", "a")
    clock.now = 59
    assert not window.hit(LIMIT, "link", "a") and not window.test(LIMIT, "link", "a")
    assert window.hit(LIMIT, "link", "b"), "others are counted by themselves"
    clock.now = 61
    assert window.hit(LIMIT, "link", "a") and not window.hit(LIMIT, "link", "a")


def test_a_limit_is_counted_by_itself() -> None:
    window = MovingWindow()
    assert [window.hit(parse("1 per hour"), "link", "a") for _ in range(2)] == [True, False]
    assert window.hit(LIMIT, "link", "a")


def test_a_strangers_thousand_links_are_forgotten_when_their_minute_has_passed() -> None:
    clock = Clock()
    window = MovingWindow(clock)
    window.hit(LIMIT, "link", "a")
    for number in range(1000):
        window.hit(LIMIT, "link", str(number))
    clock.now = 30
    window.hit(LIMIT, "link", "a")
    clock.now = 61
    window.test(LIMIT, "link", "b")
    assert list(window.counted[LIMIT]) == [("link", "a")]
