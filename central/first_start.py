"""What the first start made, for the people who begin: shown once, and kept in a file until they delete it."""

from __future__ import annotations

import msgspec

FIRST_START_FILE = "first-start.json"


class FirstStart(msgspec.Struct, frozen=True):
    """What the first start made and shows once.

    ``service_key`` is the public key (64 hexadecimal digits) with which anyone checks a case's record: noted elsewhere,
    it lets a record be checked without trusting who brings it.
    """

    url: str
    tenant: int
    tenant_name: str
    office_name: str
    supervisor_name: str
    supervisor_login: str
    supervisor_passphrase: str
    totp_secret: str
    totp_uri: str
    agent_name: str
    enrolment_code: str
    enrolment_expires_ms: int
    service_key: str
