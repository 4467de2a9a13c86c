"""Vietnamese text: one spelling of every letter, search without marks, and an order that databases can keep.

Code-point order puts Đắk Lắk behind Vĩnh Long and "Phường 10" before "Phường 2"; SQLite's search does not
fold đ; "Huế" typed on one machine and on another may differ in bytes. So text is made NFC when it enters,
and folded columns and sort columns are stored beside it.
"""

from __future__ import annotations

import re
import unicodedata

SORT_KEY_LENGTH = 255
_SPELLING_LENGTH = 200  # of these, the part that holds letters and numbers; the tones follow

_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"
# The letters that follow their plain letter in the alphabet: a ă â, e ê, o ô ơ, u ư.
_LETTERS = {
    ("a", _BREVE): "a1",
    ("a", _CIRCUMFLEX): "a2",
    ("e", _CIRCUMFLEX): "e1",
    ("o", _CIRCUMFLEX): "o1",
    ("o", _HORN): "o2",
    ("u", _HORN): "u1",
}
# Order of the tones in Vietnamese dictionaries; no mark (ngang) is "0".
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# Open syllables whose tone some write on the first vowel and some on the second: hòa and hoà, khỏe and khoẻ,
# thủy and thuỷ; not quý, where u belongs to the consonant. Letters apart from their marks, as in NFD.
_TONE = "[" + "".join(_TONES) + "]"
_VOWELS, _END = "([oO])%s([aAeE])%s|(?<![qQ])([uU])%s([yY])%s", r"(?![^\W\d_]|[\u0300-\u036f])"
_ON_FIRST = re.compile(_VOWELS % (f"({_TONE})", _END, f"({_TONE})", _END))
_ON_SECOND = re.compile(_VOWELS % ("", f"({_TONE}){_END}", "", f"({_TONE}){_END}"))
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_ROMAN = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")


def nfc(text: str) -> str:
    """The one spelling in which text is stored and compared (Unicode NFC); to be applied wherever text
    enters.
    """
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Text for searching: lower case, no diacritics, đ as d, single spaces.

    Since marks go, both places of a tone meet: Hoà and Hòa are "hoa". Invisible characters (soft hyphen,
    zero-width space), which come along when text is copied from PDF or chat, go too.
    """
    bare = "".join(char for char in _lower(text).replace("đ", "d") if not unicodedata.combining(char))
    return " ".join(bare.split())


def one_spelling(text: str) -> str:
    """The text with every movable tone on the first vowel (hòa, khỏe, thủy), as this program writes; NFC."""
    return nfc(_ON_SECOND.sub(_turned_round, unicodedata.normalize("NFD", text)))


def spellings(text: str) -> tuple[str, ...]:
    """The text as it is, and with its tones at either place: for searches in texts that were stored as typed.

    At most three, each once.
    """
    on_second = nfc(_ON_FIRST.sub(_turned_round, unicodedata.normalize("NFD", text)))
    return tuple(dict.fromkeys((nfc(text), one_spelling(text), on_second)))


def sort_key(text: str) -> str:
    """A key that puts texts in the order of Vietnamese dictionaries when compared character by character.

    Letters in the order a ă â b c d đ e ê g … o ô ơ … u ư; tones decide only between equal spellings, in
    the order ngang, huyền, hỏi, ngã, sắc, nặng, one per syllable (so Hoà and Hòa are equal); capitals do
    not matter; numbers by value ("Phường 2" before "Phường 10"); spaces before signs before numbers
    before letters.

    The key has only the characters 0-9 and a-z, so that every collation of SQLite and PostgreSQL orders
    it alike, and at most SORT_KEY_LENGTH of them: texts that agree in their first hundred letters may get
    the same key.
    """
    spelling, tones = _spelling_and_tones(text)
    return f"{spelling[:_SPELLING_LENGTH]}0{tones}"[:SORT_KEY_LENGTH]


def code_key(code: str) -> str:
    """A key for codes of criteria: 1.2 before 1.10, V before IX, Roman parts before numbered fields.

    A full stop at the end does not matter ("1.2." equals "1.2"). Same alphabet and bound as `sort_key`.
    """
    parts = [part for part in re.split(r"[.\s()]+", code) if part]
    return "1".join(_code_part_key(part) for part in parts)[:SORT_KEY_LENGTH]


def roman_value(text: str) -> int | None:
    """The value of a Roman number up to XXXIX, as parts of a table are numbered; None for anything else.

    C, D, L and M do not count: alone they are far more often the letters of a list.
    """
    if not _ROMAN.fullmatch(text):
        return None
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in text]
    return sum(
        -value if any(later > value for later in values[place + 1 :]) else value
        for place, value in enumerate(values)
    )


def _turned_round(found: re.Match[str]) -> str:
    """Three letters, tone and vowel having changed places."""
    vowel, second, third = (part for part in found.groups() if part is not None)
    return vowel + third + second


def _lower(text: str) -> str:
    """Lower case, letters apart from their marks, nothing invisible. Taking apart may give capitals again
    (℠ is SM).
    """
    apart = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFKD", apart.casefold())


def _code_part_key(part: str) -> str:
    roman = roman_value(part)
    if roman is not None:
        return "2" + _number_key(str(roman))[1:]
    return _spelling_and_tones(part)[0]


def _spelling_and_tones(text: str) -> tuple[str, str]:
    """The two levels of a sort key. Every token begins with a character above "0", which ends a spelling."""
    spelling: list[str] = []
    tones: list[str] = []
    in_syllable = False
    for piece in re.findall(r"\d+|.", " ".join(_lower(text).split()), re.DOTALL):
        if unicodedata.combining(piece[0]):
            if in_syllable and piece in _TONES:
                tones[-1] = _TONES[piece]
            elif in_syllable:
                spelling[-1] = _LETTERS.get((spelling[-1][0], piece), spelling[-1])
            continue
        is_letter = piece.isalpha()
        if is_letter and not in_syllable:
            tones.append("0")
        in_syllable = is_letter
        spelling.append(_letter_key(piece) if is_letter else _other_key(piece))
    return "".join(spelling), "".join(tones)


def _letter_key(letter: str) -> str:
    if letter == "đ":
        return "d1"
    return f"{letter}0" if letter.isascii() else f"zz{ord(letter):05x}"


def _other_key(piece: str) -> str:
    if piece == " ":
        return "1"
    return _number_key(piece) if piece[0].isdecimal() else f"2{ord(piece):05x}"


def _number_key(digits: str) -> str:
    """Numbers compare by their length first, so that 10 follows 2; leading zeros do not count."""
    plain = "".join(str(int(digit)) for digit in digits).lstrip("0") or "0"
    return f"3{'0123456789abcdefghijklmnopqrstuvwxyz'[min(len(plain), 35)]}{plain}"
