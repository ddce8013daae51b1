"""The command line's words for what stands between this computer and the central service, French first."""

from __future__ import annotations

from collections.abc import Mapping

Pair = tuple[str, str]
"""French, English."""

WORDS: Mapping[str, Pair] = {
    "network.unreachable": ("Le service central est injoignable.", "The central service cannot be reached."),
    "network.timeout": (
        "Le service central n'a pas répondu à temps.",
        "The central service did not answer in time.",
    ),
    "network.told_to_wait": (
        "Ce poste a demandé trop souvent : le service central demande d'attendre {retry_after_s} secondes.",
        "This computer asked too often: the central service asks to wait {retry_after_s} seconds.",
    ),
    "network.untrusted": (
        "Le certificat présenté vient d'une autorité que ce poste ne connaît pas : rien n'a été envoyé. Si votre "
        "réseau inspecte les connexions, l'autorité de votre organisation doit être installée sur ce poste.",
        "The certificate shown is of an authority that this computer does not know: nothing was sent. If your network "
        "inspects connections, your organisation's authority must be installed on this computer.",
    ),
    "network.certificate_expired": (
        "Le certificat du service central n'est plus valable, ou ne l'est pas encore : rien n'a été envoyé.",
        "The central service's certificate has expired, or is not valid yet: nothing was sent.",
    ),
    "network.clock_ahead": (
        "L'horloge de ce poste avance de {days} jours, {hours} h et {minutes} min : remettez-le à l'heure.",
        "This computer's clock is {days} days, {hours} h and {minutes} min ahead: set it right.",
    ),
    "network.clock_behind": (
        "L'horloge de ce poste retarde de {days} jours, {hours} h et {minutes} min : remettez-le à l'heure.",
        "This computer's clock is {days} days, {hours} h and {minutes} min behind: set it right.",
    ),
    "network.proxy_unreachable": (
        "Le serveur mandataire {proxy} de votre réseau ne répond pas.",
        "Your network's proxy {proxy} does not answer.",
    ),
    "network.proxy_sign_in": (
        "Le serveur mandataire {proxy} demande un nom et un mot de passe, et n'en a pas ici qu'il accepte : voyez "
        "votre support informatique (commande network password).",
        "The proxy {proxy} asks for a name and a password, and there are none here that it takes: see your IT support "
        "(command network password).",
    ),
    "network.proxy_unsupported": (
        "Le serveur mandataire demande une méthode que ce programme ne connaît pas ({methods}). Votre support peut y "
        "permettre l'adresse du service sans mot de passe.",
        "The proxy asks for a method that this program does not know ({methods}). Your IT support can allow the "
        "service's address there without a password.",
    ),
    "network.proxy_refused": (
        "Le serveur mandataire {proxy} refuse le chemin vers le service central ({status}).",
        "The proxy {proxy} refuses the way to the central service ({status}).",
    ),
    "network.pac_broken": (
        "Le script de configuration réseau (PAC) de votre organisation ne dit pas de chemin ({reason}).",
        "Your organisation's network configuration script (PAC) does not say a way ({reason}).",
    ),
    "network.pac_unreachable": (
        "Le script de configuration réseau (PAC) de votre organisation est introuvable.",
        "Your organisation's network configuration script (PAC) cannot be found.",
    ),
    "network_policy.invalid": (
        "Le fichier des règles du réseau de ce poste n'est pas valable ({field}).",
        "This computer's network policy file is not valid ({field}).",
    ),
    "trust.unreadable": (
        "Le fichier des autorités de certification de ce poste ne se lit pas.",
        "This computer's file of certificate authorities cannot be read.",
    ),
    "proxy.pac_insecure": (
        "L'adresse du script de configuration réseau (PAC) doit commencer par https, ou nommer un fichier.",
        "The address of the network configuration script (PAC) must begin with https, or name a file.",
    ),
    "proxy.pac_place": (
        "L'adresse du script de configuration réseau (PAC) n'est pas valable.",
        "The address of the network configuration script (PAC) is not valid.",
    ),
    "proxy.none": ("Aucun serveur mandataire n'est réglé pour ce service.", "No proxy is set for this service."),
    "proxy.user_missing": (
        "Le nom d'utilisateur du mandataire manque (--user).",
        "The proxy's user is missing (--user).",
    ),
    "proxy.password_missing": (
        "Le mot de passe manque : il est attendu sur la première ligne de l'entrée standard.",
        "The password is missing: it is expected on the first line of standard input.",
    ),
    "network.captive_portal": (
        "Une page web a répondu à la place du service central : connectez-vous d'abord au réseau du lieu.",
        "A web page answered instead of the central service: sign in to the local network first.",
    ),
    "network.tls": (
        "La connexion chiffrée avec le service central n'est pas sûre : vérifiez la date du poste et le réseau.",
        "The encrypted connection to the central service is not safe: check this computer's date and the network.",
    ),
    "network.altered": (
        "La réponse n'est pas celle du service central : elle a été modifiée en chemin et n'a pas été prise.",
        "The answer is not the central service's own: it was altered on the way, and not used.",
    ),
}

SOURCES: Mapping[str, Pair] = {
    "policy": ("dit par le fichier de règles", "as the policy file says"),
    "except": ("exception du fichier de règles", "an exception of the policy file"),
    "script": ("dit par le script de configuration (PAC)", "as the configuration script (PAC) says"),
    "system": (
        "réglage du système ou du compte (variable HTTPS_PROXY…)",
        "a setting of the system or the account (variable HTTPS_PROXY…)",
    ),
    "none": ("aucun mandataire n'est réglé", "no proxy is set"),
    "loopback": ("l'adresse est celle de ce poste lui-même", "the address is this computer's own"),
}
"""Where the way to the service was found, by the names of ``Network.source``."""

CHECK: Mapping[str, Pair] = {
    "policy.read": ("Règles du réseau : lues dans {path}.", "Network policy: read from {path}."),
    "policy.none": (
        "Règles du réseau : pas de fichier {path}, les réglages du système comptent.",
        "Network policy: there is no file {path}, the system's settings count.",
    ),
    "way.proxy": ("Mandataire : {proxy} ({source}).", "Proxy: {proxy} ({source})."),
    "way.direct": ("Mandataire : aucun ({source}).", "Proxy: none ({source})."),
    "address.known": ("Adresse : {host} mène à {addresses}.", "Address: {host} leads to {addresses}."),
    "address.unknown": (
        "Adresse : ce poste ne trouve pas {host}. Vérifiez l'adresse, ou si le réseau est là (DNS).",
        "Address: this computer does not find {host}. Check the address, or whether there is a network (DNS).",
    ),
    "certificate.shown": (
        "Certificat : délivré par {issuer}, valable jusqu'au {until}. Le nom de votre propre organisation ou d'un "
        "antivirus signifie que les connexions sont inspectées.",
        "Certificate: issued by {issuer}, valid until {until}. Your own organisation's name or an antivirus's means "
        "that connections are inspected.",
    ),
    "certificate.none": ("Certificat : aucun n'a été montré.", "Certificate: none was shown."),
    "portal.none": (
        "Portail : aucun, c'est bien le service qui répond.",
        "Captive portal: none, it is the service that answers.",
    ),
    "clock.right": (
        "Horloge : {seconds} s d'écart avec le service, c'est bon.",
        "Clock: {seconds} s from the service's, which is fine.",
    ),
    "clock.ahead": (
        "Horloge : ce poste avance de {seconds} s sur le service ; remettez-le à l'heure.",
        "Clock: this computer is {seconds} s ahead of the service; set it right.",
    ),
    "clock.behind": (
        "Horloge : ce poste retarde de {seconds} s sur le service ; remettez-le à l'heure.",
        "Clock: this computer is {seconds} s behind the service; set it right.",
    ),
    "clock.unknown": ("Horloge : le service ne dit pas l'heure.", "Clock: the service does not say the time."),
    "service.answers": (
        "Service : joint à {address}, il répond ({status}).",
        "Service: reached at {address}, it answers ({status}).",
    ),
    "service.unwell": (
        "Service : joint à {address}, mais il ne va pas bien ({status}). Prévenez qui l'exploite.",
        "Service: reached at {address}, but it is not well ({status}). Tell whoever runs it.",
    ),
}
"""What ``network check`` finds, one thing at a time."""
