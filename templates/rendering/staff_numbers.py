"""Scores as staff read them."""


def points(value: float | None, language: str) -> str:
    """A score as it is shown: "71,3" or "71.3"; nothing known is a dash."""
    if value is None:
        return "–"
    return f"{value:.1f}".replace(".", "," if language == "sv" else ".")


def change(value: float, language: str) -> str:
    """By how much a score rose or fell: "+4,5", "−12,0"."""
    return ("+" if value >= 0 else "−") + points(abs(value), language)
