"""What a citizen form understands of what is typed, and what it refuses, field by field. Pure values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QCoreApplication

from cases.views import CITIZEN_FIELDS

translate = QCoreApplication.translate
REQUIRED = ("family_name", "given_names", "birth_date")
OLDEST_YEARS = 130
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_DATE_PARTS = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")


@dataclass(frozen=True)
class Checked:
    """What will be stored, and what is wrong, each by field. Nothing typed is ever dropped from the screen."""

    fields: Mapping[str, str]
    problems: Mapping[str, str]


def parse_date(text: str, today: date) -> date | None:
    """Return the day that was typed: 030425, 03042025, 3/4/1950, 3.4.50 or 1950-04-03; None when it is none.

    A year of two digits is the nearest one that is not in the future, for a date of birth.
    """
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        if re.fullmatch(r"\d{6}|\d{8}", text):
            day_text, month_text, year_text = text[:2], text[2:4], text[4:]
        elif parts := _DATE_PARTS.fullmatch(text):
            day_text, month_text, year_text = parts.groups()
        else:
            return None
        return date(_year(year_text, int(month_text), int(day_text), today), int(month_text), int(day_text))
    except ValueError:
        return None


def _year(text: str, month: int, day: int, today: date) -> int:
    if len(text) == 4:
        return int(text)
    year = today.year // 100 * 100 + int(text)
    return year - 100 if (year, month, day) > (today.year, today.month, today.day) else year


def check(typed: Mapping[str, str], today: date) -> Checked:
    """Read a whole citizen form. Texts are trimmed; dates become ISO dates, French phone numbers pairs of digits."""
    fields, problems = {}, {}
    for name in CITIZEN_FIELDS:
        text = " ".join(typed.get(name, "").split())
        value, problem = check_one(name, text, today)
        if value:
            fields[name] = value
        if problem:
            problems[name] = problem
    return Checked(fields, problems)


def check_one(name: str, text: str, today: date) -> tuple[str, str]:
    """Read one field (spaces trimmed): what to store, and what is wrong in words; one of them is empty."""
    if not text:
        return "", _missing(name) if name in REQUIRED else ""
    if name == "birth_date":
        return _birth_date(text, today)
    if name == "phone":
        return _phone(text)
    if name == "email" and not _EMAIL.fullmatch(text):
        return "", translate("CitizenForm", "This is not an email address. It looks like nom@exemple.fr")
    if name == "postcode" and not re.fullmatch(r"\d{5}", text.replace(" ", "")):
        return "", translate("CitizenForm", "A postcode has five digits, for instance 48000.")
    if name == "family_name":
        return text.upper() if text.islower() else text, ""
    return text.replace(" ", "") if name == "postcode" else text, ""


def _missing(name: str) -> str:
    if name == "family_name":
        return translate("CitizenForm", "Enter the family name.")
    if name == "given_names":
        return translate("CitizenForm", "Enter the given names.")
    return translate("CitizenForm", "Enter the date of birth.")


def _birth_date(text: str, today: date) -> tuple[str, str]:
    day = parse_date(text, today)
    if day is None:
        return "", translate("CitizenForm", "This is not a date. Type for instance 03041950 or 3/4/1950.")
    if day > today:
        return "", translate("CitizenForm", "This date is in the future.")
    if today.year - day.year > OLDEST_YEARS:
        return "", translate("CitizenForm", "This date is more than 130 years ago.")
    return day.isoformat(), ""


def _phone(text: str) -> tuple[str, str]:
    digits = re.sub(r"[\s.\-()/]", "", text)
    if re.fullmatch(r"(\+33|0033)[1-9]\d{8}", digits):
        digits = "0" + digits[-9:]
    if re.fullmatch(r"0[1-9]\d{8}", digits):
        return " ".join(digits[place : place + 2] for place in range(0, 10, 2)), ""
    if re.fullmatch(r"(\+|00)\d{8,15}", digits):
        return digits, ""
    return "", translate("CitizenForm", "A phone number has ten digits, for instance 06 12 34 56 78.")


def guess_fields(searched: str) -> dict[str, str]:
    """Return first values for a new citizen from what was searched, so that nothing is typed twice.

    Words in capitals are the family name; with none, the first word is; a date goes to the date of birth.
    """
    words = searched.split()
    dates = [word for word in words if re.fullmatch(r"[\d/.\-]{6,10}", word)]
    names = [word for word in words if not any(character.isdigit() for character in word)]
    found = {"birth_date": dates[0]} if dates else {}
    capitals = [word for word in names if word.isupper() and len(word) > 1]
    family = capitals if capitals and len(capitals) < len(names) else names[:1]
    given = [word for word in names if word not in family]
    if family:
        found["family_name"] = " ".join(family).upper()
    if given:
        found["given_names"] = " ".join(word.capitalize() for word in given)
    return found
