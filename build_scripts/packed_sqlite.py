"""Runs first in the built program: whoever asks for the standard library's SQLite gets the encrypted store's.

The plain one is older than what the store allows and is not packed; sqlite-utils names it in an annotation.
"""

import sys

import sqlcipher3
import sqlcipher3.dbapi2

sys.modules["sqlite3"] = sqlcipher3
sys.modules["sqlite3.dbapi2"] = sqlcipher3.dbapi2
