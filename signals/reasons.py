"""One shape for every reason, so that the list beside a verdict is the path the code took and nothing else."""

Reason = dict[str, str]


def reason(code: str, text: str) -> Reason:
    """A reason code (each has a line in docs/reasons.md) and a sentence for people."""
    return {"code": code, "text": text}


def number(value: float) -> str:
    """A number as people write it: no binary noise, no needless zeros, thousands grouped."""
    text = f"{value:,.2f}" if abs(value) >= 1 else f"{value:.6g}"
    return text.rstrip("0").rstrip(".") if "." in text else text
