"""The one table of stable codes: outcomes of ops and problems of requests (protocol §3.2, §2).

A code never changes its meaning. The texts that people read are in the catalogues under ``error.<code>``;
``docs/errors.md`` is generated from this table.

    Problem                 a request that cannot be served (RFC 9457 document)
    └─ Rejection            an op that is not applied; becomes a result, never an HTTP error
"""

from collections.abc import Mapping

from msgspec import Struct


class Code(Struct, frozen=True):
    """A code: HTTP status (0: only an op's outcome), what happened, what the caller should do."""

    status: int
    meaning: str
    remedy: str


CODES: Mapping[str, Code] = {
    # Outcomes of ops
    "forbidden": Code(403, "The user has no right to this here.", "Ask an administrator for the right."),
    "invalid": Code(422, "A value, field or act does not fit the entity.", "Correct the named fields; write a new op."),
    "stale_transition": Code(409, "The act is not legal from the record's present state.", "Look at the record; the other fields of the change were merged."),
    "gone": Code(410, "The record has been deleted.", "The content is kept in the ledger and the review item."),
    "not_found": Code(404, "No such thing, or not for this user.", "Check the address and the id."),
    "duplicate_key": Code(409, "A record with this id or these unique values exists.", "Edit the existing record instead."),
    "balance": Code(409, "The account does not hold enough.", "Check the balance and enter a smaller amount."),
    "group": Code(0, "Another op of the same group was rejected.", "See that op; write the group again."),
    "dependency": Code(0, "An op that this one builds on was rejected.", "See that op; write both again."),
    "expired": Code(0, "The op was held longer than the installation keeps held ops.", "Write it again if it still matters."),
    "too_large": Code(413, "The op or body is larger than allowed.", "Send smaller pieces; attach photos instead of texts."),
    "rule": Code(422, "A rule of the domain refuses the change.", "The message names the rule and what to do."),
    # Reasons for which an op is held
    "plugin_off": Code(0, "The entity's plugin is switched off at this site.", "Nothing; it is judged when the plugin is on."),
    "unknown_entity": Code(0, "This server does not know the entity.", "Nothing; it is judged when the plugin is installed."),
    "unknown_version": Code(0, "The op was written by a newer app than the server.", "Nothing; it is judged after the server's update."),
    "unknown_record": Code(0, "The record, or one it names, is not known (yet).", "Nothing; it is judged when the record arrives."),
    "rule_failed": Code(0, "A rule failed while judging.", "Nothing; an administrator sees the failure."),
    "revoked": Code(0, "The op came with a token that is no longer good.", "Nothing; a supervisor reviews it."),
    "held_before": Code(0, "An op that this one builds on is held.", "Nothing; it is judged after that op."),
    # Kinds of review items besides the codes above
    "conflict": Code(0, "Two people changed the same field.", "A supervisor decides between the values."),
    "revoked_work": Code(0, "Applied, though the right had ended before it arrived.", "A supervisor looks at it."),
    "deleted_newer": Code(0, "The record was deleted though others had changed it since.", "A supervisor looks at it."),
    "flagged": Code(0, "Applied, but a rule of the domain wants it looked at.", "A supervisor looks at it; the message tells why."),
    "overdrawn": Code(0, "Applied, and the account is now below its floor.", "A supervisor settles it with the owner."),
    "blobs_missing": Code(0, "Photos or files that the record names have not arrived for days.", "The named device still holds them, or they are lost: ask its user. The item settles itself when they come."),
    "follow_up_refused": Code(0, "A rule's follow-up was refused; its cause stands.", "A supervisor does it by hand."),
    # Problems of requests
    "invalid_request": Code(400, "The request cannot be read.", "The detail names the place."),
    "invalid_op": Code(400, "An op's site or n cannot be read, so nothing was applied.", "Mend the op at the index given."),
    "log_forked": Code(409, "This replica's log differs from the one the server has.", "Log in with fork_of and carry unsent ops over."),
    "log_gap": Code(409, "Ops are missing before the first one sent.", "Send from the expected n on."),
    "unauthorized": Code(401, "No valid token.", "Log in again; unsent work is kept."),
    "bad_credentials": Code(401, "User name or password are wrong.", "Check both; after several failures the account locks."),
    "locked": Code(423, "The account is locked after failed log-ins.", "Wait, or ask an administrator."),
    "too_many_attempts": Code(429, "Too many log-ins from here.", "Wait as long as Retry-After says."),
    "password_expired": Code(403, "The password is older than the policy allows.", "Send new_password with the log-in."),
    "weak_password": Code(422, "The new password does not meet the policy.", "Use a longer one that differs from the user name."),
    "push_only": Code(403, "The token may push and nothing else.", "Log in with password or start code."),
    "bad_ticket": Code(410, "The enrolment is unknown, over, or was used.", "Ask the office for a new QR code."),
    "device_revoked": Code(403, "The device was revoked.", "Offer the outbox, then erase the replica."),
    "wrong_replica": Code(403, "The replica belongs to another user.", "Log in as its user."),
    "unsupported_protocol": Code(400, "The server does not speak this version.", "Update the app."),
    "unsupported_media": Code(415, "The body's encoding is not known.", "Send JSON, plain or gzip."),
    "wrong_offset": Code(409, "The chunk does not begin where the upload stands.", "Go on from the offset given."),
    "hash_mismatch": Code(422, "The bytes do not have the hash that they were sent under; all of them were discarded.", "Send them again from the start."),
    "blob_type": Code(415, "Files of this kind are not taken.", "Send photos, PDF, sound, drawn signatures or office documents."),
    "storage_full": Code(507, "The room for attachments is used up.", "Keep them and try later; tell the operator."),
    "storage_down": Code(503, "The place where attachments lie cannot be reached or written.", "Keep them and try later; nothing is lost."),
    "bad_range": Code(416, "The range asked for lies beyond the end.", "Ask without one."),
    "too_many_ops": Code(413, "More ops or bytes than one push may hold.", "Halve the push between groups."),
    "method_not_allowed": Code(405, "The address does not take this method.", "See the protocol."),
    "busy": Code(503, "The server is full.", "Wait as long as Retry-After says; nothing is lost."),
    "internal": Code(500, "The server failed; nothing of this request was half-written.", "Try again; the log has the trace."),
    # Problems of the command line and of imports
    "bad_file": Code(0, "The file cannot be read as what its name says.", "Save it as UTF-8 CSV or XLSX."),
    "bad_map": Code(0, "The map file does not fit the entity or the file.", "The detail names the line and the columns."),
    "bad_rows": Code(0, "Rows of the file cannot be imported.", "Correct the rows listed; nothing was written."),
    "in_use": Code(0, "Another process holds this installation.", "Stop it, or let the command speak to it."),
    "not_installed": Code(0, "The folder holds no installation.", "Run wuye init or wuye demo first."),
    "bad_settings": Code(0, "A setting of the server is wrong.", "The detail names the setting; mend wuye.toml or the environment."),
    "bad_certificate": Code(0, "The certificate cannot be used.", "The detail names what is wrong."),
    "bad_plugin": Code(0, "A plugin failed to load and is left out.", "The detail names the plugin and the fault."),
}  # fmt: skip


class Problem(Exception):
    """A request that cannot be served.

    ``fields`` names what is at fault, ``extra`` goes into the problem document beside ``code`` (``site``,
    ``expected`` …), ``detail`` is for the developer who reads a log.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        fields: tuple[str, ...] = (),
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail or CODES[code].meaning}")
        self.code = code
        self.detail = detail
        self.fields = fields
        self.extra = extra or {}


class Rejection(Problem):
    """An op that cannot be applied; ``extra['message']`` may hold the key of a rule's message."""
