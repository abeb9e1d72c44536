"""A client's frames without a parser: those of an answer to a ping, and where frames end.

wsproto takes 9 µs for each, and an answer to a ping is nearly all that an idle client ever says.
"""

ONE_LETTER, LETTER_BYTES = b"\x81\x81", 7  # final, text, masked; the mask; the letter
EMPTY_PONG = b"\x8a\x80"  # and the mask
MASK_BYTES = 4


def one_letter(data: bytes) -> str | None:
    """The message that is one whole frame of one letter; None for anything else."""
    if len(data) != LETTER_BYTES or not data.startswith(ONE_LETTER):
        return None
    letter = data[2] ^ data[6]
    return chr(letter) if letter < 128 else None


def ends_with_a_frame(data: bytes) -> bool:
    """Whether the last frame is whole, when one begins where this does."""
    at = 0
    while at + 2 <= len(data):
        size = data[at + 1] & 127
        at += 2
        if size >= 126:
            more = 2 if size == 126 else 8
            size = int.from_bytes(data[at : at + more])
            at += more
        at += MASK_BYTES + size
    return at == len(data)
