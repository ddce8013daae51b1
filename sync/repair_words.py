"""The words for what was changed in a workbook to open it: where, what, why, how sure. Pure; French, then English."""

from __future__ import annotations

from collections.abc import Sequence

from forms.repairs import CERTAIN, GUESS, LIKELY, Repair
from sync.refusal_words import Pair, quoted

_SHOWN_MAX = 40
"""So many lines in each language: a column read twice may be wrong in hundreds of rows."""

SENTENCES: dict[str, Pair] = {
    "forms.repair.yes_no": (
        "« {found} » est lu comme « {used} »",
        "“{found}” is read as “{used}”",
    ),
    "forms.repair.sheet_name": (
        "la feuille « {found} » est lue comme « {used} »",
        "the sheet “{found}” is read as “{used}”",
    ),
    "forms.repair.part_ignored": (
        "le classeur contient autre chose que des cellules ({found}) ; rien n'en est exécuté ni suivi",
        "the workbook holds more than cells ({found}); nothing of it is run or followed",
    ),
    "forms.repair.sheet_hidden": (
        "la feuille « {found} » est masquée ; elle est lue quand même",
        "the sheet “{found}” is hidden; it is read all the same",
    ),
    "forms.repair.external_list": (
        "la liste de la feuille « external_choices » est lue comme les autres : « {found} » devient « {used} »",
        "the list of the sheet “external_choices” is read as any other: “{found}” becomes “{used}”",
    ),
    "forms.repair.label_filter": (
        "un filtre ne peut pas lire un intitulé ; une copie de la colonne est lue : « {used} »",
        "a filter cannot read a label; a copy of the column is read: “{used}”",
    ),
    "forms.repair.column_name": (
        "la colonne « {found} » est lue comme « {used} »",
        "the column “{found}” is read as “{used}”",
    ),
    "forms.repair.column_merged": (
        "la colonne « {found} » dit la même chose que « {used} » ; les deux n'en font qu'une",
        "the column “{found}” says the same as “{used}”; both are one",
    ),
    "forms.repair.column_conflict": (
        "deux colonnes de même sens se contredisent : « {used} » est gardé, « {found} » écarté",
        "two columns that mean the same disagree: “{used}” is kept, “{found}” is not",
    ),
    "forms.repair.column_dropped": (
        "la colonne « {found} » fait échouer le convertisseur ; elle est laissée de côté",
        "the converter fails on the column “{found}”; it is left out",
    ),
    "forms.repair.type_spelling": (
        "le type « {found} » est lu comme « {used} »",
        "the type “{found}” is read as “{used}”",
    ),
    "forms.repair.type_dialect": (
        "le type « {found} » vient d'un autre outil ; « {used} » est posé à la place",
        "the type “{found}” belongs to another tool; “{used}” is asked instead",
    ),
    "forms.repair.type_as_text": (
        "le type « {found} » est inconnu ; la question est posée comme un texte",
        "the type “{found}” is unknown; the question is asked as a text",
    ),
    "forms.repair.row_skipped": (
        "la ligne ne pose rien et est sautée : « {found} »",
        "the row asks nothing and is skipped: “{found}”",
    ),
    "forms.repair.root_name": (
        "une question s'appelle « {found} », comme le formulaire lui-même, qui s'appelle désormais « {used} »",
        "a question is called “{found}”, like the form itself, which is now called “{used}”",
    ),
    "forms.repair.name_missing": ("le nom manque ; « {used} » est mis", "the name is missing; “{used}” is set"),
    "forms.repair.name_invalid": (
        "« {found} » ne peut pas être un nom ; « {used} » le remplace, ici et dans les formules",
        "“{found}” cannot be a name; “{used}” stands for it, here and in formulas",
    ),
    "forms.repair.name_reserved": (
        "le nom « {found} » est réservé ; « {used} » le remplace",
        "the name “{found}” is reserved; “{used}” stands for it",
    ),
    "forms.repair.name_duplicate": (
        "le nom « {found} » est déjà pris ; « {used} » le remplace ici",
        "the name “{found}” is taken already; “{used}” stands for it here",
    ),
    "forms.repair.label_missing": (
        "l'intitulé manque ; le nom « {used} » en tient lieu",
        "the label is missing; the name “{used}” stands for it",
    ),
    "forms.repair.calculation_missing": (
        "la formule manque ; le calcul reste vide",
        "the formula is missing; the calculation stays empty",
    ),
    "forms.repair.reference": ("« {found} » est lu comme « {used} »", "“{found}” is read as “{used}”"),
    "forms.repair.reference_empty": (
        "« {found} » ne nomme aucune question ; rien n'est mis à sa place",
        "“{found}” names no question; nothing is put in its place",
    ),
    "forms.repair.reference_root": (
        "« {found} » désigne tout le formulaire et est lu comme « {used} »",
        "“{found}” means the whole form and is read as “{used}”",
    ),
    "forms.repair.list_name": (
        "la liste « {found} » est lue comme « {used} »",
        "the list “{found}” is read as “{used}”",
    ),
    "forms.repair.list_missing": (
        "la liste « {found} » manque ; la question est posée comme un texte",
        "the list “{found}” is missing; the question is asked as a text",
    ),
    "forms.repair.choice_name": (
        "le choix « {found} » est enregistré sous le nom « {used} »",
        "the choice “{found}” is stored under the name “{used}”",
    ),
    "forms.repair.choice_duplicate": (
        "le choix « {found} » est déjà dans la liste ; le premier est gardé",
        "the choice “{found}” is in the list already; the first one is kept",
    ),
    "forms.repair.choices_repeated": (
        "des choix de même nom diffèrent par leurs autres colonnes ; tous sont gardés (réglage {used})",
        "choices of one name differ in other columns; all are kept (setting {used})",
    ),
    "forms.repair.group_closed": (
        "« {found} » n'est fermé nulle part ; il finit avec le formulaire",
        "“{found}” is closed nowhere; it ends with the form",
    ),
    "forms.repair.group_end_dropped": (
        "« {found} » ne ferme rien et est sauté",
        "“{found}” closes nothing and is skipped",
    ),
    "forms.repair.group_end_kind": (
        "« {found} » ferme la ligne {row} et est lu comme « {used} »",
        "“{found}” closes row {row} and is read as “{used}”",
    ),
    "forms.repair.cell_dropped": (
        "le convertisseur refuse « {found} » ; la case est laissée vide",
        "the converter refuses “{found}”; the cell is left empty",
    ),
    "forms.repair.parameters": (
        "les paramètres « {found} » ne se lisent pas ; il en reste « {used} »",
        "the parameters “{found}” cannot be read; “{used}” is left of them",
    ),
}
_SURE: dict[str, Pair] = {
    CERTAIN: ("sûr", "certain"),
    LIKELY: ("probable", "likely"),
    GUESS: ("à vérifier", "to be checked"),
}


def repair_words(repair: Repair) -> Pair:
    """One repair as a line in each language: place, sentence, how sure, code."""
    details = {**repair.details, "found": repair.found, "used": repair.used}
    french, english = (sentence.format_map(quoted(details)) for sentence in SENTENCES[repair.code])
    place = quoted({"sheet": repair.sheet or "", "place": repair.cell or repair.row or ""})
    sure = _SURE[repair.sure]
    where_fr, where_en = (
        " ".join(part for part in (word if place["sheet"] else "", place["sheet"], place["place"]) if part)
        for word in ("feuille", "sheet")
    )
    return (
        f"{where_fr} : {french} ({sure[0]}) [{repair.code}]" if where_fr else f"{french} ({sure[0]}) [{repair.code}]",
        f"{where_en}: {english} ({sure[1]}) [{repair.code}]" if where_en else f"{english} ({sure[1]}) [{repair.code}]",
    )


def repair_lines(repairs: Sequence[Repair]) -> list[str]:
    """All repairs, French, then English; those to be checked first."""
    order = (GUESS, LIKELY, CERTAIN)
    words = [repair_words(repair) for repair in sorted(repairs, key=lambda one: order.index(one.sure))]
    more = len(words) - _SHOWN_MAX
    french, english = zip(*words[:_SHOWN_MAX], strict=True)
    return [
        f"Corrigé à la lecture du classeur ({len(words)}) :",
        *(f"  {line}" for line in french),
        *([f"  … et {more} de plus"] if more > 0 else []),
        f"Mended while reading the workbook ({len(words)}):",
        *(f"  {line}" for line in english),
        *([f"  … and {more} more"] if more > 0 else []),
    ]
