from __future__ import annotations

import pytest

from cases.errors import InputError
from cases.tracking import ALPHABET, new_code, normalise, parse
from tests.support.workspaces import SeededRandomness


def test_codes_carry_their_tenant_and_are_all_different() -> None:
    randomness = SeededRandomness()
    codes = [new_code(tenant, randomness) for tenant in (0, 1, 37, 10**12 - 1) for _ in range(50)]
    assert len(set(codes)) == len(codes)
    assert {parse(code).tenant for code in codes} == {0, 1, 37, 10**12 - 1}
    assert all(parse(code).text == code for code in codes)


def test_codes_are_read_as_people_type_them() -> None:
    code = new_code(1, SeededRandomness(3))
    for typed in (
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " "),
        f" {code} ",
        code.replace("-", "\u2011"),
    ):
        assert normalise(typed) == code
    assert normalise(code.replace("0", "O").replace("1", "l")) == code


def test_every_wrong_sign_and_every_swap_of_neighbours_is_noticed() -> None:
    code = new_code(12, SeededRandomness(5))
    places = [place for place, letter in enumerate(code) if letter != "-" and place > 0]
    for place in places:
        for letter in ALPHABET:
            wrong = code[:place] + letter + code[place + 1 :]
            if wrong != code:
                with pytest.raises(InputError):
                    parse(wrong)
    plain = code.replace("-", "")
    for place in range(1, len(plain) - 1):
        swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
        if swapped != plain:
            with pytest.raises(InputError):
                parse(swapped)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "E",
        "E1",
        "X1-7K3M-9QXP-4T2B-G",
        "E1-7K3M-9QXP-4T2U-G",
        "E01-7K3M-9QXP-4T2B-G",
        "E" * 40,
        "é" * 16,
        "E²-7K3M-9QXP-4T2B-G",
    ],
)
def test_what_is_no_code_is_refused_by_field(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert refused.value.details["field"] == "code"


def test_tenants_out_of_range_are_refused() -> None:
    for tenant in (-1, 10**12):
        with pytest.raises(InputError):
            new_code(tenant, SeededRandomness())
