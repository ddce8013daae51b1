"""The limited process that asks a proxy configuration script (PAC): ``python -m sync.pac_worker``.

Standard input: a JSON header on one line (``url``, ``host``, ``cpu_s``), then the script. Standard output: one JSON
line, ``{"said": "PROXY proxy.example:3128; DIRECT"}`` or ``{"problem": "script"}``. A script is a stranger's program:
it gets a bound on memory and time, no file to write, and nothing of ours.
"""

from __future__ import annotations

import json
import os
import sys

PAC_BYTES_MAX = 1024 * 1024
MEMORY_BYTES = 512 * 1024 * 1024


def main() -> int:
    """Ask one script one question; always answers with a JSON line."""
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library or the script prints must not mix with the answer.
    os.dup2(2, 1)
    with open(0, "rb", closefd=False) as source:
        header = json.loads(source.readline(8192))
        script = source.read(PAC_BYTES_MAX + 1)
    _limit(int(header["cpu_s"]))
    answers.write(json.dumps(_asked(script, header["url"], header["host"])).encode() + b"\n")
    answers.flush()
    return 0


def _limit(cpu_s: int) -> None:
    """Bound memory, processor time and files where the system can (not on Windows: there the time limit remains)."""
    sys.dont_write_bytecode = True
    if sys.platform == "win32":
        return
    import resource

    bounds = ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, cpu_s), (resource.RLIMIT_FSIZE, 0))
    for name, bound in bounds:
        hard = resource.getrlimit(name)[1]
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(name, (allowed, allowed))


def _asked(script: bytes, url: str, host: str) -> dict[str, str]:
    import dukpy
    from pypac.parser import MalformedPacError, PACFile

    if len(script) > PAC_BYTES_MAX:
        return {"problem": "too_large"}
    try:
        said = PACFile(script.decode("utf-8", "replace")).find_proxy_for_url(url, host)
    except (MalformedPacError, dukpy.JSRuntimeError, RuntimeError, ValueError, TypeError):
        # Whatever a script trips over, in itself or in what it calls: it does not say a way.
        return {"problem": "script"}
    return {"said": said} if isinstance(said, str) else {"problem": "script"}


if __name__ == "__main__":
    sys.exit(main())
