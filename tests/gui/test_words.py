"""Words: every error has a sentence, dates and delays are said as people say them, sync says the truth."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cases.errors import EstafetteError, InputError, NetworkFault
from cases.events import EventId
from cases.views import HistoryEntry
from desktop import i18n
from desktop.shell.asked import AskedExchange
from desktop.words import dates
from desktop.words.errors import explain, known_codes
from desktop.words.events import event_text, event_title
from desktop.words.findings import finding_words
from desktop.words.notices import notices
from desktop.words.people import in_sentence
from desktop.words.states import CASE_STATES, case_state
from desktop.words.sync_facts import sync_facts
from desktop.words.sync_line import sync_line
from desktop.words.sync_link import link_of
from desktop.words.typography import kept_together

ROOT = Path(__file__).resolve().parent.parent.parent
NOW_MS = round(datetime(2026, 11, 3, 10, 56).timestamp() * 1000)
SAID_TO_THE_AGENT = ("network.", "store.", "keyring.", "keyslots.", "unlock.", "enrol.", "server.", "device_secret.")


def raised_codes() -> set[str]:
    """Codes that the layers below raise."""
    pattern = re.compile(r"""(?:Error|Fault)\(\s*"([a-z_]+\.[a-z_]+)\"""")
    named = re.compile(r"""^[A-Z_]+ = "((?:network|enrol)\.[a-z_]+)"$""", re.MULTILINE)
    found: set[str] = set()
    for folder in ("cases", "sync"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            found |= set(pattern.findall(text)) | set(named.findall(text))
    return found


def test_what_an_agent_can_meet_has_words_of_its_own() -> None:
    met = {code for code in raised_codes() if code.startswith(SAID_TO_THE_AGENT)}
    assert met - known_codes() == set()


@pytest.mark.parametrize("code", sorted(known_codes()))
def test_words_say_what_happened_and_what_to_do_without_codes(code: str) -> None:
    words = explain(EstafetteError(code))
    assert words.what.endswith(".") and words.next
    assert code not in words.sentence and "{" not in words.sentence
    assert "rreur" not in words.sentence and "euillez" not in words.sentence


def test_an_unknown_code_is_explained_by_its_cause() -> None:
    assert explain(NetworkFault("network.of_tomorrow")).what == "Le service central n’a pas pu être joint."
    assert explain(InputError("something.new")).next


def test_a_person_in_a_sentence() -> None:
    assert in_sentence({"family_name": "KONÉ", "given_names": "Awa"}) == "Awa Koné"
    assert in_sentence({"family_name": "N’GUESSAN-DUPUIS", "given_names": ""}) == "N’Guessan-Dupuis"
    assert in_sentence({"family_name": "de La Tour", "given_names": "Anne"}) == "Anne de La Tour"


def test_signs_stay_with_their_words() -> None:
    assert kept_together("« Oui » : bien ?") == "«\u00a0Oui\u00a0»\u00a0: bien\u00a0?"


def test_the_same_thing_has_one_name_everywhere() -> None:
    french = i18n.source("fr").read_text("utf-8")
    for other in ("déposer le dossier", "Vérifier et déposer", "code à usage unique", "accusé de réception"):
        assert other not in french
    said = re.findall(r"<(?:translation|numerusform)>([^<]*)", french)
    assert [text for text in said if "« " in text or " »" in text] == []


def test_french_dates_as_people_say_them() -> None:
    today = date(2026, 11, 3)
    assert dates.day(today, today=today) == "mardi 3 novembre"
    assert dates.day(date(2027, 1, 1), today=today) == "vendredi 1er janvier 2027"
    assert dates.moment(NOW_MS, NOW_MS) == "aujourd’hui à 10:56"
    assert dates.moment(NOW_MS - dates.DAY_MS, NOW_MS) == "hier à 10:56"
    assert dates.iso_day("1950-04-03") == "03/04/1950"
    assert dates.iso_day("vers 1950") == "vers 1950"
    assert dates.number(12500) == "12\u202f500"


def test_times_are_the_office_s_and_keep_their_summer_hour_in_winter() -> None:
    july_ms = round(datetime(2026, 7, 14, 8, 30, tzinfo=UTC).timestamp() * 1000)
    november_ms = round(datetime(2026, 11, 3, 8, 30, tzinfo=UTC).timestamp() * 1000)
    dates.use_zone(ZoneInfo("Europe/Paris"))
    assert (dates.clock_time(july_ms), dates.clock_time(november_ms)) == ("10:30", "09:30")
    dates.use_zone(ZoneInfo("America/Cayenne"))
    assert dates.clock_time(july_ms) == "05:30"


@pytest.mark.parametrize(
    ("days", "words"),
    [(12, "il reste 12 jours"), (1, "il reste 1 jour"), (0, "dernier jour"), (-3, "délai dépassé de 3 jours")],
)
def test_delays_in_words(days: int, words: str) -> None:
    assert dates.remaining(days) == words


def test_english_beside_french() -> None:
    i18n.install("en")
    assert dates.remaining(1) == "1 day left"
    assert dates.remaining(2) == "2 days left"
    assert case_state("needs_information").word == "To complete"


def test_every_state_has_its_word_icon_and_tone() -> None:
    assert len({case_state(state).word for state in CASE_STATES}) == len(CASE_STATES)


@dataclass
class Standing:
    """Where sync stands, as ``sync.agent.AgentStatus`` says it."""

    state: str = "idle"
    pending: int = 0
    pending_cases: int = 0
    pending_citizens: int = 0
    oldest_pending_ms: int | None = None
    last_contact_ms: int | None = NOW_MS - 14 * dates.MINUTE_MS
    parked: int = 0
    fault: str = ""
    fault_details: dict[str, object] = field(default_factory=dict)
    contested: int = 0
    retry_ms: int | None = None
    heard_ms: int | None = None
    round_since_ms: int | None = None
    round_began_ms: int | None = None
    accepted: int = 0
    backed_up: int = 0
    clock_off_ms: int = 0
    forked_ms: int | None = None
    snapshot_share: float | None = None
    own_caseload_ready: bool = True
    alarm: str = ""


def test_an_exchange_asked_for_says_how_it_ended_even_when_it_ended_before_anybody_looked() -> None:
    asked = AskedExchange()
    asked.ask(NOW_MS)
    lost = {"state": "offline", "fault": "network.unreachable"}
    assert asked.take(Standing(**lost, round_began_ms=NOW_MS - 1)) is None, "that one was under way before"
    assert asked.take(Standing("push", round_since_ms=NOW_MS + 1, round_began_ms=NOW_MS + 1)) is None, "not over yet"
    words, tone = asked.take(Standing(**lost, round_began_ms=NOW_MS + 1)) or ("", "")
    assert words.startswith("Pas synchronisé — pas de réseau") and tone == "caution"
    assert asked.take(Standing(round_began_ms=NOW_MS + 2)) is None, "said once"


def test_the_strip_when_everything_was_received() -> None:
    line = sync_line(Standing(), NOW_MS)
    assert line.text == "Tout est reçu par le service central · dernier contact 10:42"
    assert line.tone != "positive"


def test_up_to_date_is_said_only_when_it_is_true() -> None:
    recent = {"heard_ms": NOW_MS - 20_000, "last_contact_ms": NOW_MS - 20_000}
    line = sync_line(Standing(**recent), NOW_MS)
    assert line.text == "À jour\u00a0: tout est reçu par le service central · dernier contact 10:55"
    assert line.tone == "positive"
    for untrue in (
        Standing(),
        Standing(**recent, pending=1, pending_cases=1),
        Standing(**recent, fault="network.unreachable", state="offline"),
        Standing(**recent, alarm="log.inconsistent"),
        Standing(**recent, snapshot_share=0.4),
        Standing(heard_ms=NOW_MS - 10 * dates.MINUTE_MS),
    ):
        assert "À jour" not in sync_line(untrue, NOW_MS).text, untrue
        assert sync_line(untrue, NOW_MS).tone != "positive", untrue


def test_the_screen_tells_where_every_act_is() -> None:
    facts = sync_facts(Standing(pending=2, pending_cases=1, accepted=3, backed_up=1250), NOW_MS)
    assert [fact.value for fact in facts[1:]] == ["2 actes attendent de partir", "3 actes", "1\u202f250 actes"]
    first = sync_facts(Standing(snapshot_share=0.425, own_caseload_ready=True), NOW_MS)
    assert "42\u00a0%" in first[1].value and "vos dossiers sont déjà là" in first[1].value


def test_a_restored_computer_is_told_what_happened_what_is_safe_and_what_to_do() -> None:
    (told,) = notices(Standing(forked_ms=NOW_MS - dates.DAY_MS), NOW_MS)
    assert "restauré ou copié" in told.title and "hier" in told.title
    assert "Rien n’est perdu" in told.text and "prévenez votre responsable" in told.text
    assert [each.tone for each in notices(Standing(alarm="log.inconsistent", forked_ms=NOW_MS), NOW_MS)] == [
        "critical",
        "caution",
    ]
    assert notices(Standing(), NOW_MS) == ()


def test_the_strip_while_a_case_is_on_this_computer() -> None:
    standing = Standing("offline", 3, 1, 0, NOW_MS - 14 * dates.MINUTE_MS, fault="network.unreachable")
    assert sync_line(standing, NOW_MS).text == (
        "1 dossier sur ce poste, le plus ancien de 14 min · pas de réseau : vous pouvez continuer à travailler"
        " · dernier contact 10:42"
    )


@pytest.mark.parametrize(
    ("standing", "part"),
    [
        (Standing("portal", fault="network.captive_portal"), "ouvrez un navigateur"),
        (Standing("proxy", fault="network.proxy_sign_in"), "serveur mandataire"),
        (Standing("untrusted", fault="network.tls"), "prouver son identité"),
        (Standing("altered", fault="network.altered"), "modifiée en chemin"),
        (
            Standing("clock", fault="network.clock_behind", fault_details={"days": 730, "hours": 1, "minutes": 2}),
            "retarde de 730 j 1 h 2 min",
        ),
        (Standing("clock", fault="network.clock_ahead"), "horloge"),
        (
            Standing("told_to_wait", fault="network.told_to_wait", retry_ms=NOW_MS + 120_000),
            "occupé, nouvel essai à 10:58",
        ),
        (Standing("revoked"), "l’accès de ce poste a été retiré"),
        (Standing("needs_sign_in"), "inscrit de nouveau"),
        (Standing("paused"), "en pause"),
        (Standing("backing_off", fault="network.busy", retry_ms=NOW_MS + 120_000), "occupé, nouvel essai à 10:58"),
        (Standing("backing_off", fault="network.service_failed"), "n’a pas pu le prendre"),
        (Standing("backing_off", fault="protocol.unsupported"), "mettez Estafette à jour"),
        (Standing("backing_off", fault="sync.receipt_invalid"), "rien n’est marqué reçu"),
        (Standing("backing_off", fault="agent.broken"), "relancez Estafette"),
        (Standing(alarm="log.inconsistent"), "se contredit"),
        (Standing(clock_off_ms=2 * dates.HOUR_MS), "retarde de 2 h"),
        (Standing(clock_off_ms=-3 * dates.DAY_MS), "avance de 3 jours"),
        (Standing("pull", round_since_ms=NOW_MS - 5000), "échange en cours"),
        (Standing("pull", snapshot_share=0.5, own_caseload_ready=False), "50\u00a0% reçus"),
        (Standing(parked=2), "2 actes attendent une décision"),
        (Standing("offline", last_contact_ms=None), "aucun contact"),
    ],
)
def test_the_strip_says_what_is_in_the_way(standing: Standing, part: str) -> None:
    said = sync_line(standing, NOW_MS).text.replace("\u00a0", " ")
    assert part.replace("\u00a0", " ") in said


def entry(kind: str, **body: object) -> HistoryEntry:
    return HistoryEntry(EventId("d", 1, 1), kind, "a", "Awa Koné", NOW_MS, None, "pending", body, "")


def test_events_in_words() -> None:
    assert event_title(entry("status", **{"from": "draft", "to": "submitted"})) == "Dossier transmis"
    assert event_title(entry("set", **{"/a": "1", "/b": "2"})) == "2 réponses enregistrées"
    assert event_title(entry("set", procedure="apa")) == "Dossier ouvert"
    assert event_text(entry("note", text="Rappelle jeudi")) == "Rappelle jeudi"
    assert event_title(entry("of_tomorrow")) != ""


def test_what_an_audit_found_is_said() -> None:
    codes = {code for code in raised_codes_of("auditing") if code.startswith("audit.")}
    assert codes and all("différence" not in finding_words(code) for code in codes)
    assert "différence" in finding_words("audit.of_tomorrow")


def raised_codes_of(module: str) -> set[str]:
    """Codes that a module of ``cases`` names."""
    return set(re.findall(r'"([a-z_]+\.[a-z_]+)"', (ROOT / "cases" / f"{module}.py").read_text("utf-8")))


@pytest.mark.parametrize(
    ("state", "short"),
    [
        ("offline", "pas de réseau : vous pouvez continuer à travailler"),
        ("handshake", "pas de réseau : vous pouvez continuer à travailler"),
        ("push", ""),
        ("pull", ""),
    ],
)
def test_a_line_that_comes_back_is_not_called_a_fault_of_the_service(state: str, short: str) -> None:
    assert link_of(state, "network.unreachable", {}).short == short
    assert link_of(state, "network.timeout", {}).short == short
    assert link_of("push", "network.service_failed", {}).short == "le service n’a pas pu le prendre"
