"""Who comes to the desk in the main job, and what they answer. All of them are made up."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Visitor:
    """A citizen at the desk, with the procedure and the answers that matter; the rest is filled in by kind of question.

    Attributes:
        citizen: fields of the citizen's record, as they are typed.
        answers: last name of a question's path -> what is typed or chosen (a choice's value).
        rows: repeat path without rows -> the rows to add, each like ``answers``.
    """

    procedure: str
    citizen: dict[str, str]
    answers: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)


AWA = Visitor(
    "apa",
    {
        "family_name": "Koné",
        "given_names": "Awa Françoise",
        "birth_date": "12/03/1941",
        "phone": "06 12 34 56 78",
        "address_line": "4 chemin des Lilas",
        "postcode": "41000",
        "commune": "Blois",
    },
    {
        "title": "mrs",
        "birth_name": "Traoré",
        "given_names": "Awa Françoise",
        "birth_date": "12031941",
        "birth_place": "Bouaké (Côte d’Ivoire)",
        "nationality": "fr",
        "marital_status": "widowed",
        "postcode": "41000",
        "phone": "06 12 34 56 78",
        "resident_since": "1/9/1987",
        "has_members": "yes",
        "current_aids": "none",
        "urgent": "no",
        "wages": "0",
        "pensions": "14 280,50",
        "capital_income": "120",
        "owns_building": "no",
        "owns_land": "no",
        "has_idle_savings": "no",
        "difficulties": "none",
        "helpers": "none",
        "contact_is_applicant": "yes",
        "protection_measure": "none",
    },
    {
        "/household/member": [
            {
                "member_name": "Koné Ibrahim",
                "member_birth_date": "3/4/1968",
                "relationship": "child",
                "member_income": "18600",
            }
        ]
    },
)
LEA = Visitor(
    "inscription-scolaire",
    {
        "family_name": "Lefèvre",
        "given_names": "Léa",
        "birth_date": "21/06/1990",
        "phone": "07 98 76 54 32",
        "postcode": "36400",
        "commune": "La Châtre",
    },
    {
        "reason": "first",
        "sector": "sector_school",
        "first_authority": "yes",
        "first_phone": "07 98 76 54 32",
        "has_second": "no",
        "has_pickup": "no",
        "postcode": "36400",
        "canteen": "no",
        "day_care": "no",
        "transport": "no",
    },
    {
        "/children/child": [
            {"child_given_names": "Zoé", "child_birth_date": "14/02/2022", "was_at_school": "no", "needs_care": "no"},
            {"child_given_names": "Noé", "child_birth_date": "30/08/2019", "was_at_school": "no", "needs_care": "no"},
        ]
    },
)
OUSMANE = Visitor(
    "acte-etat-civil",
    {
        "family_name": "Diallo",
        "given_names": "Ousmane",
        "birth_date": "02/11/1984",
        "postcode": "35000",
        "commune": "Rennes",
    },
    {
        "act_type": "birth",
        "place": "france",
        "commune": "Rennes (",
        "date_precision": "exact",
        "event_date": "2/11/1984",
        "relation": "self",
        "postcode": "35000",
        "copies": "2",
    },
)
