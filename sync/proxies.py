"""How this computer reaches the outside: policy file, else the system's own settings; proxies, scripts, authorities.

The policy file is the administrator's (``/etc/estafette/network.toml``, on Windows ``%ProgramData%\\Estafette``; the
variable ``ESTAFETTE_NETWORK`` names another)::

    [proxy]
    mode = "system"                              # or "direct", "proxy", "pac"
    url = "http://proxy.example:3128"            # for "proxy"
    pac = "https://intranet.example/proxy.pac"   # for "pac"; a file's path too
    user = "poste12"                             # the password is in the keyring: see ``main.py network password``
    except = ["*.interne.example"]
    [tls]
    authorities = "/etc/estafette/ca.pem"        # instead of the system's

A fault in it is said, never passed over: what an administrator wrote is not silently replaced by something else.
"""

from __future__ import annotations

import fnmatch
import functools
import hashlib
import os
import ssl
import sys
import threading
import tomllib
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from cases.errors import EnvironmentFault, NetworkFault
from sync import pac
from sync.connections import trust

PROXY_UNREACHABLE = "network.proxy_unreachable"
PROXY_SIGN_IN = "network.proxy_sign_in"
"""The proxy asks for a name and a password, and there are none here that it takes."""
PROXY_UNSUPPORTED = "network.proxy_unsupported"
"""The proxy asks for something that this program cannot do (``methods``): NTLM, Negotiate, SOCKS."""
PROXY_REFUSED = "network.proxy_refused"
POLICY_INVALID = "network_policy.invalid"
POLICY_VARIABLE = "ESTAFETTE_NETWORK"
_MODES = ("system", "direct", "proxy", "pac")
_KNOWN: Mapping[str, Mapping[str, type]] = {
    "proxy": {"mode": str, "url": str, "pac": str, "user": str, "except": list},
    "tls": {"authorities": str},
}


class Secrets(Protocol):
    """Where passwords are kept; ``KeyringDeviceSecrets`` is one."""

    def get(self, name: str) -> bytes | None: ...

    def set(self, name: str, value: bytes) -> None: ...

    def delete(self, name: str) -> None: ...


@dataclass(frozen=True)
class Policy:
    """What the policy file says; see the module."""

    mode: str = "system"
    url: str = ""
    pac: str = ""
    user: str = ""
    direct_hosts: tuple[str, ...] = ()
    authorities: str | None = None


@dataclass(frozen=True)
class Way:
    """One way to a service.

    Attributes:
        proxy: ``http://host:port`` or ``https://host:port``, without any name or password; empty for a direct line.
        user: who to sign in as where the proxy asks; empty for nobody.
        given: a password that came with the system's own settings; None otherwise.
    """

    proxy: str = ""
    user: str = ""
    given: str | None = None

    @property
    def place(self) -> str:
        """Host and port of the proxy, for words."""
        return urlsplit(self.proxy).netloc


DIRECT = Way()


def policy_path() -> Path:
    """Return where the administrator's file is, whether or not there is one."""
    named = os.environ.get(POLICY_VARIABLE)
    if named:
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "Estafette" / "network.toml"
    return Path("/etc/estafette/network.toml")


def read_policy(path: Path) -> Policy:
    """Return what the file says; the usual settings where there is none.

    Raises:
        EnvironmentFault: ``network_policy.invalid`` with ``field``.
    """
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Policy()
    except (OSError, ValueError) as error:
        raise EnvironmentFault(POLICY_INVALID, field="file", cause=type(error).__name__) from error
    _check_names(said)
    proxy, tls = said.get("proxy", {}), said.get("tls", {})
    direct_hosts = proxy.get("except", [])
    if not all(isinstance(host, str) for host in direct_hosts):
        raise EnvironmentFault(POLICY_INVALID, field="proxy.except")
    policy = Policy(
        mode=proxy.get("mode", "system"),
        url=proxy.get("url", ""),
        pac=proxy.get("pac", ""),
        user=proxy.get("user", ""),
        direct_hosts=tuple(direct_hosts),
        authorities=tls.get("authorities"),
    )
    if policy.mode not in _MODES:
        raise EnvironmentFault(POLICY_INVALID, field="proxy.mode")
    if (policy.mode == "proxy" and not policy.url) or (policy.mode == "pac" and not policy.pac):
        raise EnvironmentFault(POLICY_INVALID, field="proxy.url" if policy.mode == "proxy" else "proxy.pac")
    if policy.mode == "proxy":
        _proxy_way(policy.url, policy.user)
    return policy


def _check_names(said: Mapping[str, object]) -> None:
    """Refuse what is not known: a name misspelt would otherwise mean nothing, silently."""
    for table, entries in said.items():
        known = _KNOWN.get(table)
        if known is None or not isinstance(entries, dict):
            raise EnvironmentFault(POLICY_INVALID, field=table)
        for name, value in entries.items():
            if name not in known or not isinstance(value, known[name]):
                raise EnvironmentFault(POLICY_INVALID, field=f"{table}.{name}")


class Network:
    """The ways of one computer, and what its proxies know of us. Any thread.

    Args:
        policy: the administrator's.
        secrets: where the proxy's password is.
        system_proxies: the system's settings by scheme, as ``urllib.request.getproxies`` gives them.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        secrets: Secrets,
        system_proxies: Callable[[], Mapping[str, str]] = urllib.request.getproxies,
    ) -> None:
        self.policy = policy
        self._secrets = secrets
        self._system_proxies = system_proxies
        self._lock = threading.Lock()
        self._refused: set[tuple[str, bytes]] = set()
        place = policy.pac if policy.mode == "pac" else _system_script() if policy.mode == "system" else ""
        self._script = pac.Script(place, ca_file=policy.authorities) if place else None

    def trust(self) -> ssl.SSLContext:
        """Return what decides whether a service's certificate is believed. See ``connections.trust``."""
        return trust(self.policy.authorities)

    def ways(self, url: str) -> tuple[Way, ...]:
        """Return the ways to a service, best first; at least one.

        Raises:
            NetworkFault: ``network.pac_broken``, ``network.proxy_unsupported``. A script that cannot be fetched is as
                with browsers no obstacle where the system named it: the computer is elsewhere. One that the policy
                names is: ``network.pac_unreachable``.
            InputError: ``proxy.pac_insecure``, ``proxy.pac_place``.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        policy = self.policy
        if policy.mode == "direct" or any(fnmatch.fnmatch(host, pattern) for pattern in policy.direct_hosts):
            return (DIRECT,)
        if policy.mode == "proxy":
            return (_proxy_way(policy.url, policy.user),)
        if self._script is not None:
            try:
                return script_ways(self._script.ways(f"{parts.scheme}://{parts.netloc}/", host), policy.user)
            except NetworkFault as fault:
                if fault.code != pac.PAC_UNREACHABLE or policy.mode == "pac":
                    raise
        return self._system_ways(parts.scheme, host)

    def source(self, url: str) -> str:
        """Return where ``ways`` finds the way to a service.

        ``policy``, ``except`` (of the policy), ``script``, ``system``, or ``none``: nothing names a proxy.
        """
        parts, policy = urlsplit(url), self.policy
        host = parts.hostname or ""
        if policy.mode == "direct":
            return "policy"
        if any(fnmatch.fnmatch(host, pattern) for pattern in policy.direct_hosts):
            return "except"
        if policy.mode == "proxy":
            return "policy"
        if self._script is not None:
            return "script"
        return "system" if self._system_ways(parts.scheme, host)[0].proxy else "none"

    def forget(self) -> None:
        """Ask the script anew next time."""
        if self._script is not None:
            self._script.forget()

    def credentials(self, way: Way) -> tuple[str, str] | None:
        """Return name and password for a proxy; None where there are none, or it has refused these already.

        A password is shown to a proxy once in vain and never again by itself: directories lock accounts after a few.
        """
        if not way.user:
            return None
        password = way.given
        if password is None:
            kept = self._secrets.get(password_name(way))
            password = None if kept is None else kept.decode()
        if password is None or self._mark(way, password) in self._refused:
            return None
        return way.user, password

    def refused(self, way: Way, password: str) -> None:
        """Remember that the proxy did not take this password."""
        with self._lock:
            self._refused.add(self._mark(way, password))

    def _mark(self, way: Way, password: str) -> tuple[str, bytes]:
        return f"{way.user}@{way.place}", hashlib.sha256(password.encode()).digest()

    def _system_ways(self, scheme: str, host: str) -> tuple[Way, ...]:
        if urllib.request.proxy_bypass(host):
            return (DIRECT,)
        said = self._system_proxies()
        found = said.get(scheme) or said.get("all") or ""
        if found.lower().startswith("socks"):
            raise NetworkFault(PROXY_UNSUPPORTED, methods="SOCKS", reached=False)
        return (_proxy_way(found, self.policy.user),) if found else (DIRECT,)


def password_name(way: Way) -> str:
    """Return the name under which the keyring holds a proxy's password."""
    return f"proxy:{way.user}@{way.place}"


def script_ways(said: str, user: str) -> tuple[Way, ...]:
    """Return the ways in a script's answer, e.g. ``PROXY proxy.example:3128; DIRECT``.

    Raises:
        NetworkFault: ``network.pac_broken`` for what is no answer, ``network.proxy_unsupported`` for SOCKS alone.
    """
    ways: list[Way] = []
    passed_over = False
    for item in filter(None, (part.strip() for part in said.split(";"))):
        kind, _, place = item.partition(" ")
        kind, place = kind.upper(), place.strip()
        if kind == "DIRECT" and not place:
            ways.append(DIRECT)
        elif kind in ("PROXY", "HTTP", "HTTPS") and place:
            ways.append(_proxy_way(f"{'https' if kind == 'HTTPS' else 'http'}://{place}", user, code=pac.PAC_BROKEN))
        elif kind.startswith("SOCKS"):
            passed_over = True
        else:
            raise NetworkFault(pac.PAC_BROKEN, reason="answer", reached=False)
    if not ways and passed_over:
        raise NetworkFault(PROXY_UNSUPPORTED, methods="SOCKS", reached=False)
    # An empty answer means a direct line, to every browser.
    return tuple(ways) or (DIRECT,)


def _proxy_way(url: str, user: str, *, code: str = POLICY_INVALID) -> Way:
    """Return the way through a proxy; what came with its address of name and password is taken out of it."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https"):
        if code == POLICY_INVALID:
            raise EnvironmentFault(code, field="proxy.url")
        raise NetworkFault(code, reason="answer", reached=False)
    place = f"[{host}]" if ":" in host else host
    port = port or (443 if parts.scheme == "https" else 80)
    given = unquote(parts.password) if parts.password is not None else None
    return Way(f"{parts.scheme}://{place}:{port}", unquote(parts.username) if parts.username else user, given)


def _system_script() -> str:
    """Return the script that the system's own settings name, on Windows and macOS; empty for none."""
    if sys.platform == "win32":
        from pypac.os_settings import autoconfig_url_from_registry

        return autoconfig_url_from_registry() or ""
    if sys.platform == "darwin":
        from pypac.os_settings import autoconfig_url_from_preferences

        return autoconfig_url_from_preferences() or ""
    return ""


@functools.cache
def this_computer() -> Network:
    """Return the network of this computer, read once. EnvironmentFault as ``read_policy``."""
    from cases.keys.device_secret import KeyringDeviceSecrets

    return Network(read_policy(policy_path()), secrets=KeyringDeviceSecrets())
