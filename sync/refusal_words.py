"""The words for a form or a procedure that is refused: why, where in the workbook, and what to do. Pure.

French and English are two lines, so that each reads as a sentence. What the workbook's author wrote is quoted without
line ends and control characters: it goes to a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms.errors import Problem

Pair = tuple[str, str]
"""French, English."""

_QUOTE_MAX = 160

_NOT_YET = {
    "ms": "n'est pas encore pris en charge",
    "fs": "n'est pas encore prise en charge",
    "mp": "ne sont pas encore pris en charge",
    "fp": "ne sont pas encore prises en charge",
}
_FEATURES: dict[str, tuple[str, str, str]] = {
    "image": ("les photos", "fp", "photos"),
    "audio": ("les enregistrements sonores", "mp", "sound recordings"),
    "background-audio": ("les enregistrements sonores en arrière-plan", "mp", "background sound recordings"),
    "video": ("les vidéos", "fp", "videos"),
    "file": ("les fichiers joints", "mp", "attached files"),
    "background-geopoint": ("les positions relevées en arrière-plan", "fp", "positions taken in the background"),
    "range": ("les curseurs sans bornes lisibles", "mp", "sliders without bounds that can be read"),
    "image-map": ("les images à toucher", "fp", "pictures to point at"),
    "submit": ("les boutons d'envoi", "mp", "submit buttons"),
    "switch": ("les parties échangeables", "fp", "parts that replace one another"),
    "external_app": ("les applications externes", "fp", "external applications"),
    "nested_list": ("les listes de choix imbriquées", "fp", "nested lists of choices"),
    "last_saved": ("les réponses du dernier formulaire rempli", "fp", "answers of the form filled last"),
    "printer": ("les impressions depuis le formulaire", "fp", "printing from the form"),
    "encryption": ("les formulaires chiffrés", "mp", "encrypted forms"),
    "audit": ("les journaux de saisie", "mp", "audit logs"),
    "calendar": ("les autres calendriers que le nôtre", "mp", "calendars other than the Gregorian one"),
    "type": ("les données de ce type", "fp", "data of this type"),
    "preload": ("les valeurs préremplies de ce genre", "fp", "preloaded values of this kind"),
    "event": ("les déclencheurs de ce genre", "mp", "triggers of this kind"),
}
_EXTERNAL = ("les listes externes de ce format", "fp", "external lists of this format")
_BY_ROW = ("les réglages propres à chaque ligne", "mp", "settings that differ by row")
_OTHER = ("les éléments de ce genre", "mp", "parts of this kind")

_EXPRESSIONS: dict[str, Pair] = {
    "syntax": (
        "la formule « {expression} » est mal écrite, près de « {name} »",
        "the formula “{expression}” is badly written, near “{name}”",
    ),
    "unknown_function": (
        "la formule « {expression} » utilise la fonction « {name} », que nous ne connaissons pas",
        "the formula “{expression}” uses the function “{name}”, which we do not know",
    ),
    "foreign_function": (
        "la formule « {expression} » utilise « {name} », une fonction de {tool} qui n'existe pas ici",
        "the formula “{expression}” uses “{name}”, a function of {tool} that is not here",
    ),
    "argument_count": (
        "la formule « {expression} » donne à « {name} » trop ou trop peu de valeurs",
        "the formula “{expression}” gives “{name}” too many or too few values",
    ),
    "unknown_path": (
        "la formule « {expression} » cite « {name} », qui n'existe pas dans le formulaire",
        "the formula “{expression}” names “{name}”, which is not in the form",
    ),
    "unknown_instance": (
        "la formule « {expression} » cite la liste « {name} », qui n'existe pas",
        "the formula “{expression}” names the list “{name}”, which does not exist",
    ),
    "unsupported": (
        "la formule « {expression} » fait un usage de « {name} » qui n'est pas encore pris en charge",
        "the formula “{expression}” uses “{name}” in a way that is not supported yet",
    ),
    "data_file": (
        "la formule « {expression} » lit le fichier « {name} », qui manque",
        "the formula “{expression}” reads the file “{name}”, which is missing",
    ),
    "pattern": (
        "la formule « {expression} » contient un modèle de texte illisible : « {name} »",
        "the formula “{expression}” holds an unreadable text pattern: “{name}”",
    ),
}
_DIFFERS: dict[str, Pair] = {
    "function_missing": (
        "« {expression} » : fonctionne ici, mais ODK Collect n'a pas de fonction « {name} »",
        "“{expression}”: works here, but ODK Collect has no function “{name}”",
    ),
    "dialect_function": (
        "« {expression} » : « {name} » est une fonction de {tool} ; elle fonctionne ici, pas dans ODK Collect",
        "“{expression}”: “{name}” is a function of {tool}; it works here, not in ODK Collect",
    ),
    "dialect_empty": (
        "« {expression} » : « {name} » est une fonction de {tool} ; un poste de bureau n'a pas de quoi y répondre, elle"
        " reste vide",
        "“{expression}”: “{name}” is a function of {tool}; a desk has no answer to it, so it stays empty",
    ),
    "argument_count": (
        "« {expression} » : fonctionne ici, mais ODK Collect n'admet que deux valeurs dans « {name} »",
        "“{expression}”: works here, but ODK Collect takes exactly two values in “{name}”",
    ),
    "row_number": (
        "« {expression} » : fonctionne ici ; pour ODK Collect, écrivez le numéro de ligne « position() = … »",
        "“{expression}”: works here; for ODK Collect write the row number as “position() = …”",
    ),
    "whole_text": (
        "« {expression} » : ici et dans ODK Collect le texte entier doit convenir, ailleurs une partie suffit ;"
        " écrivez ^ au début et $ à la fin",
        "“{expression}”: here and in ODK Collect the whole text must match, elsewhere a part is enough; write ^ first"
        " and $ last",
    ),
    "boolean_text": (
        "« {expression} » : tous les moteurs ne lisent pas ce mot comme un oui ou un non ; écrivez true ou false",
        "“{expression}”: not every engine reads this word as a truth; write true or false",
    ),
}
_NOTICES: dict[str, Pair] = {
    "unknown_name": (
        "« {expression} » : rien ne s'appelle « {name} » ici, ce mot ne vaut donc rien ;"
        " si c'est un texte, écrivez '{name}', si c'est une question, ${{{name}}}",
        "“{expression}”: nothing is called “{name}” here, so the word is worth nothing; write '{name}' for a text,"
        " ${{{name}}} for a question",
    ),
    "appearance_unknown": (
        "la présentation « {name}(…) » vient d'un autre outil : la question est posée de la façon ordinaire",
        "the appearance “{name}(…)” is another tool's: the question is asked in the ordinary way",
    ),
    "media_not_shown": (
        "« {name} » a des images ou des sons qui ne sont pas montrés ici ({file} ; {count} en tout)",
        "“{name}” has pictures or sounds that are not shown here ({file}; {count} in all)",
    ),
    "entity_list_elsewhere": (
        "la liste « {name} » n'est pas tenue ici : ce que le formulaire y enregistre reste dans le dossier ; les listes"
        " tenues sont : {lists}",
        "the list “{name}” is not kept here: what the form saves to it stays with the case; those kept: {lists}",
    ),
    "entity_property_kept": (
        "un usager n'a pas de « {name} » : la réponse reste dans le dossier ; il a : {known}",
        "a citizen has no “{name}”: the answer stays with the case; there are: {known}",
    ),
    "entity_name_from_label": (
        "aucune question ne donne le nom de famille (save_to {name}) : l'intitulé de l'entité en tient lieu",
        "no question gives the family name (save_to {name}): the entity's label stands for it",
    ),
    "entity_list_empty": (
        "la liste « {name} » n'a pas de fichier {file} ; elle commence vide, et ce que le formulaire y ajoute reste"
        " dans le dossier",
        "the list “{name}” has no file {file}; it begins empty, and what the form adds to it stays with the case",
    ),
    "not_in_list": (
        "« {expression} » : « {question} » n'a pas de choix « {name} », cette comparaison ne change donc jamais",
        "“{expression}”: “{question}” has no choice “{name}”, so this comparison never changes",
    ),
    "other_type": (
        "« {expression} » : une réponse à « {question} » ne se compare pas à « {name} », qui est d'un autre genre ;"
        " cette comparaison ne change donc jamais",
        "“{expression}”: an answer to “{question}” cannot be compared with “{name}”, which is of another kind, so this"
        " comparison never changes",
    ),
    "never_changes": (
        "« {expression} » : cette condition ne dépend d'aucune réponse, elle ne change donc jamais",
        "“{expression}”: this condition depends on no answer, so it never changes",
    ),
    "unread": (
        "aucune formule et aucun texte ne lit le calcul « {name} » ; il est seulement conservé",
        "no formula and no text reads the calculation “{name}”; it is only kept",
    ),
    "too_slow": (
        "« {expression} » : avec {rows} lignes par répétition, elle demande {steps} étapes de calcul, pour {allowed} au"
        " plus ; au-delà elle n'est pas évaluée",
        "“{expression}”: with {rows} rows in each repeat it takes {steps} steps of calculation, of {allowed} at most;"
        " beyond that it is not worked out",
    ),
}
"""What an author should look at although the form can be used as it is."""
_NOT_A_FORM: dict[str, Pair] = {
    "unknown_content": (
        "ce fichier n'est ni un classeur (.xlsx, .xls, .ods), ni un XLSForm en CSV, ni un XForm (.xml)",
        "this file is neither a workbook (.xlsx, .xls, .ods), nor an XLSForm as CSV, nor an XForm (.xml)",
    ),
    "archive": ("ce classeur est abîmé : il ne s'ouvre pas", "this workbook is damaged: it cannot be opened"),
    "encrypted": (
        "ce classeur est protégé par un mot de passe ; enregistrez-le sans",
        "this workbook is protected by a password; save it without one",
    ),
    "no_survey": (
        "ce classeur n'a pas de feuille « survey » ; il contient : {found}",
        "this workbook has no sheet “survey”; it holds: {found}",
    ),
    "csv": ("ce CSV ne se lit pas", "this CSV cannot be read"),
    "no_workbook": ("ce fichier n'est pas un classeur Excel", "this file is no Excel workbook"),
    "doctype": ("ce XML déclare un type de document, ce qui est interdit", "this XML declares a document type"),
    "xml": ("ce XML est mal formé", "this XML is malformed"),
    "no_model": ("ce XML n'est pas un formulaire : il n'a pas de modèle", "this XML is no form: it has no model"),
    "no_instance": ("ce XML n'est pas un formulaire : il ne pose rien", "this XML is no form: it asks nothing"),
}
_NOT_A_FORM_OTHER: Pair = (
    "ce fichier n'est pas un XLSForm ; le convertisseur dit : {reason}",
    "this file is no XLSForm; the converter says: {reason}",
)
_LIMITS: dict[str, Pair] = {
    "packed_bytes": ("le fichier pèse {found} octets", "the file has {found} bytes"),
    "unpacked_bytes": ("le classeur décompressé pèse {found} octets", "the unpacked workbook has {found} bytes"),
    "compression_ratio": ("le classeur se gonfle {found} fois en s'ouvrant", "the workbook swells {found} times"),
    "parts": ("le classeur contient {found} parties", "the workbook has {found} parts"),
    "rows": ("la feuille a {found} lignes", "the sheet has {found} rows"),
    "columns": ("la feuille a {found} colonnes", "the sheet has {found} columns"),
    "sheets": ("le classeur a {found} feuilles", "the workbook has {found} sheets"),
    "cells": ("le classeur a plus de {allowed} cellules remplies", "the workbook has more than {allowed} filled cells"),
    "cell_chars": ("la cellule {cell} a {found} caractères", "cell {cell} has {found} characters"),
    "bytes": ("le fichier {file} pèse {found} octets", "the file {file} has {found} bytes"),
    "xform_bytes": ("le formulaire converti pèse {found} octets", "the converted form has {found} bytes"),
    "nodes": ("le formulaire a trop de questions", "the form has too many questions"),
    "depth": ("les groupes sont imbriqués trop profondément", "groups are nested too deeply"),
}
_UNREADABLE: dict[str, Pair] = {
    "encoding": (
        "le fichier {file} n'est pas en UTF-8 ; enregistrez-le en « CSV UTF-8 »",
        "the file {file} is not in UTF-8; save it as “CSV UTF-8”",
    ),
    "csv": ("le fichier {file} n'est pas un CSV lisible", "the file {file} is no readable CSV"),
    "xml": ("le fichier {file} n'est pas un XML lisible", "the file {file} is no readable XML"),
    "geojson": ("le fichier {file} n'est pas un GeoJSON lisible", "the file {file} is no readable GeoJSON"),
    "empty": (
        "le fichier {file} est vide, ou sa première ligne ne nomme pas les colonnes",
        "the file {file} is empty, or its first row does not name the columns",
    ),
}
_SENTENCES: dict[str, Pair] = {
    "forms.reference": (
        "« {path} » est cité mais n'existe pas dans le formulaire",
        "“{path}” is named but is not in the form",
    ),
    "forms.cancelled": ("l'ouverture a été interrompue", "opening was cancelled"),
    "forms.column_missing": (
        "il manque la colonne « {name} » ; la première ligne contient : {found}",
        "the column “{name}” is missing; the first row holds: {found}",
    ),
    "forms.dialect": (
        "ce classeur est fait pour {dialect}, dont les formules sont des programmes ; refaites-le en XLSForm",
        "this workbook is made for {dialect}, whose formulas are programs; write it anew as an XLSForm",
    ),
    "forms.type_missing": (
        "la question « {name} » n'a pas de type ({cell})",
        "the question “{name}” has no type ({cell})",
    ),
    "forms.calculation_missing": (
        "le calcul « {name} » n'a pas de formule ({cell})",
        "the calculation “{name}” has no formula ({cell})",
    ),
    "forms.list_missing": (
        "la liste « {name} » n'existe pas dans la feuille des choix ({cell})",
        "the list “{name}” is not in the sheet of choices ({cell})",
    ),
    "forms.dangling": (
        "« ${{{name}}} » ne nomme aucune question ({cell})",
        "“${{{name}}}” names no question ({cell})",
    ),
    "forms.data_column": (
        "la liste « {file} » n'a pas de colonne « {name} » ; elle a : {columns}",
        "the list “{file}” has no column “{name}”; it has: {columns}",
    ),
    "forms.media_missing": (
        "le fichier {file} manque ; mettez-le dans le même dossier que le formulaire",
        "the file {file} is missing; put it in the same folder as the form",
    ),
    "forms.author": (
        "le classeur contient une erreur ; le convertisseur dit : {reason}",
        "the workbook has a mistake; the converter says: {reason}",
    ),
    "forms.no_questions": (
        "{file} ne pose aucune question ; écrivez-les dans la feuille « survey », une par ligne",
        "{file} asks no question; write them in the sheet “survey”, one a row",
    ),
    "forms.compile_timeout": (
        "le formulaire n'a pas pu être converti en {seconds} secondes ; simplifiez-le ou découpez-le",
        "the form could not be converted within {seconds} seconds; make it simpler or split it",
    ),
    "forms.compile_memory": (
        "la conversion du formulaire demande trop de mémoire ; simplifiez-le ou découpez-le",
        "converting the form takes too much memory; make it simpler or split it",
    ),
    "forms.compile_failed": (
        "le convertisseur s'est arrêté sur ce classeur ; vérifiez-le dans un éditeur XLSForm",
        "the converter stopped on this workbook; check it in an XLSForm editor",
    ),
}
_UNKNOWN: Pair = ("ce formulaire ne peut pas être utilisé", "this form cannot be used")

PROCEDURE_ERRORS: dict[str, Pair] = {
    "procedure.no_such_path": (
        "{path} n'existe pas. Donnez le dossier d'une démarche (form.xlsx et procedure.toml) ou un fichier XLSForm.",
        "{path} does not exist. Give a procedure's folder (form.xlsx and procedure.toml) or an XLSForm file.",
    ),
    "procedure.no_folder": (
        "{path} n'est pas un dossier. Une démarche est un dossier avec form.xlsx et procedure.toml.",
        "{path} is no folder. A procedure is a folder with form.xlsx and procedure.toml.",
    ),
    "procedure.missing_file": (
        "{path} : il manque {file}. Une démarche est un dossier avec form.xlsx et procedure.toml ; ajoutez ce fichier.",
        "{path}: {file} is missing. A procedure is a folder with form.xlsx and procedure.toml; add that file.",
    ),
    "procedure.two_forms": (
        "{path} : deux formulaires, dont {file}. Gardez-en un seul.",
        "{path}: two forms, {file} among them. Keep only one.",
    ),
    "procedure.too_large": (
        "{path} : {file} dépasse {bytes_max} octets. Allégez-le.",
        "{path}: {file} has more than {bytes_max} bytes. Make it smaller.",
    ),
    "procedure.bad_id": (
        "{path} : « {id} » ne peut pas nommer une démarche. Renommez : minuscules sans accent, chiffres et tirets,"
        " une lettre d'abord.",
        "{path}: “{id}” cannot name a procedure. Rename: lower-case letters without accents, digits and dashes, a"
        " letter first.",
    ),
    "procedure.rules_lost": (
        "{path} : la démarche « {id} » est déjà publiée avec des règles qu'un formulaire seul n'a pas : {keys}. Publiez"
        " plutôt son dossier (form.xlsx et procedure.toml), donnez au formulaire un autre form_id, ou dites ce qui doit"
        " disparaître : --drop {keys}. Rien n'a été publié.",
        "{path}: the procedure “{id}” is published already, with rules that a form alone does not have: {keys}. Publish"
        " its folder instead (form.xlsx and procedure.toml), give the form another form_id, or say what is to go:"
        " --drop {keys}. Nothing was published.",
    ),
    "procedure.bad_bundle": (
        "Cette démarche publiée est abîmée ({reason}). Publiez-la de nouveau.",
        "This published procedure is damaged ({reason}). Publish it again.",
    ),
}
_TOML: dict[str, Pair] = {
    "syntax": (
        "{path} : {file} n'est pas un TOML lisible ({expected})",
        "{path}: {file} is no readable TOML ({expected})",
    ),
    "type": (
        "{path} : dans {file}, « {key} » n'est pas du bon genre (attendu : {expected})",
        "{path}: in {file}, “{key}” is of the wrong kind (expected: {expected})",
    ),
    "missing": ("{path} : dans {file}, « {key} » manque", "{path}: in {file}, “{key}” is missing"),
    "unknown": ("{path} : dans {file}, « {key} » n'est pas connu", "{path}: in {file}, “{key}” is not known"),
    "value": (
        "{path} : dans {file}, « {key} » n'a pas une valeur permise (attendu : {expected})",
        "{path}: in {file}, “{key}” has a value that is not allowed (expected: {expected})",
    ),
}


class _Named(dict[str, str]):
    """Details quoted safely; one that is not there reads as nothing."""

    def __missing__(self, name: str) -> str:
        return ""


def quoted(details: Mapping[str, object]) -> Mapping[str, str]:
    """Return details as they may be shown in a terminal."""
    return _Named({name: _plain(str(value)) for name, value in details.items()})


def procedure_words(code: str, details: Mapping[str, object]) -> Pair | None:
    """Return the sentences for a procedure that cannot be read, to be filled with ``quoted(details)``."""
    if code == "procedure.bad_toml":
        return _TOML.get(str(details.get("reason")), _TOML["syntax"])
    return PROCEDURE_ERRORS.get(code)


def problem_lines(problem: Problem) -> Pair:
    """Return one reason for refusing a form: place in the workbook, sentence, code."""
    french, english = (template.format_map(quoted(problem.details)) for template in _sentences(problem))
    place_fr, place_en = _places(problem)
    return (
        f"{place_fr}{french} [{problem.code}]",
        f"{place_en}{english} [{problem.code}]",
    )


def _places(problem: Problem) -> Pair:
    named = ((problem.sheet, "feuille", "sheet"), (problem.row, "ligne", "row"), (problem.column, "colonne", "column"))
    known = [(french, english, _plain(str(value))) for value, french, english in named if value]
    if not known:
        return "", ""
    return (
        ", ".join(f"{french} {value}" for french, _, value in known) + " : ",
        ", ".join(f"{english} {value}" for _, english, value in known) + ": ",
    )


def _sentences(problem: Problem) -> Pair:
    french, english = _reason(problem)
    if problem.details.get("instead"):
        french, english = f"{french} ; écrivez plutôt {{instead}}", f"{english}; write {{instead}} instead"
    if problem.details.get("nearest"):
        return f"{french} ; au plus près : {{nearest}}", f"{english}; nearest: {{nearest}}"
    return french, english


def _reason(problem: Problem) -> Pair:
    reason = problem.details.get("reason", "")
    if problem.code == "forms.unsupported":
        return _unsupported(problem.details)
    if problem.code == "forms.left_out":
        return _left_out(problem.details)
    if problem.code == "forms.expression":
        reason = "foreign_function" if reason == "unknown_function" and problem.details.get("tool") else reason
        return _EXPRESSIONS.get(reason, _EXPRESSIONS["unsupported"])
    if problem.code == "forms.differs":
        return _DIFFERS.get(reason, _DIFFERS["function_missing"])
    if problem.code == "forms.notice":
        return _NOTICES.get(reason, _NOTICES["unknown_name"])
    if problem.code == "forms.not_a_form":
        return _NOT_A_FORM.get(reason, _NOT_A_FORM_OTHER)
    if problem.code == "forms.media_unreadable":
        return _UNREADABLE.get(reason, _UNREADABLE["csv"])
    if problem.code == "forms.too_large":
        return _too_large(problem.details)
    return _SENTENCES.get(problem.code, _UNKNOWN)


def _unsupported(details: Mapping[str, str]) -> Pair:
    french, agreement, english = _feature(details.get("feature", ""))
    exact = _exact(details)
    return (f"{french} {_NOT_YET[agreement]} ({exact})", f"{english} are not supported yet ({exact})")


def _left_out(details: Mapping[str, str]) -> Pair:
    french, _agreement, english = _feature(details.get("feature", ""))
    exact = _exact(details)
    return (
        f"{french} : un guichet s'en passe, le formulaire se remplit et se remet sans cela ({exact})",
        f"{english}: a desk does without, the form is filled and handed in all the same ({exact})",
    )


def _exact(details: Mapping[str, str]) -> str:
    return ", ".join(f"{{{name}}}" for name in ("feature", "path", "value") if details.get(name))


def _feature(feature: str) -> tuple[str, str, str]:
    """A feature as people name it, in French with its agreement, and in English."""
    if feature.startswith("external_") and feature not in _FEATURES:
        return _EXTERNAL
    if feature.endswith(" by row"):
        return _BY_ROW
    return _FEATURES.get(feature) or _FEATURES.get(feature.partition(" ")[0]) or _OTHER


def _too_large(details: Mapping[str, str]) -> Pair:
    french, english = _LIMITS.get(details.get("limit", ""), ("le formulaire est trop grand", "the form is too large"))
    if details.get("allowed"):
        return f"{french} ; au plus {{allowed}}", f"{english}; at most {{allowed}}"
    return french, english


def _plain(text: str) -> str:
    """One line of printable characters, cut at a length that still shows what is meant."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _QUOTE_MAX else f"{line[: _QUOTE_MAX - 1]}…"
