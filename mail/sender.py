"""Sends e-mail to the duty contact over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from core.config import Config
from core.i18n.phrasebook import Phrasebook
from core.outbox.sender import Blame, DeliveryError, Envelope
from mail.render import RenderError, render
from mail.server import MailServer, parse_smtp_url

TIMEOUT_SECONDS = 15.0


class MailSender:
    """The outbox's Sender for e-mail. Raises ConfigError for an SMTP address that can't be meant; without one
    every mail is refused."""

    def __init__(self, config: Config, phrasebook: Phrasebook, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._config = config
        self._phrasebook = phrasebook
        self._timeout = timeout_seconds
        self._server = parse_smtp_url(config.smtp_url) if config.smtp_url else None

    def send(self, envelope: Envelope) -> str:
        """Hand the mail to the server; gives its Message-ID, the same for every attempt. Raises DeliveryError.

        No failure is `uncertain`: a mail that arrives twice carries one Message-ID and is shown once by most
        mail programs, and twice is better than never for the one person who is told of emergencies.
        """
        server = self._server
        if server is None:
            raise DeliveryError("smtp-unset", retryable=False, blame=Blame.OPERATOR)
        message = self._message(envelope)
        try:
            with closing(self._connect(server)) as smtp:
                _log_in(smtp, server)
                smtp.send_message(message)
                with suppress(smtplib.SMTPException, OSError):  # taken is taken, whatever the good-bye
                    smtp.quit()
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = next(iter(error.recipients.values()))
            raise _refusal(code, Blame.CONTACT) from None
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, Blame.OPERATOR) from None
        except ssl.SSLError:
            raise DeliveryError("smtp-tls", retryable=True, blame=Blame.OPERATOR) from None
        except smtplib.SMTPNotSupportedError:
            raise DeliveryError("smtp-unsupported", retryable=False, blame=Blame.OPERATOR) from None
        except (smtplib.SMTPException, OSError):
            raise DeliveryError("smtp-connection", retryable=True, blame=Blame.NETWORK) from None
        return str(message["Message-ID"])

    def find_sent(self, envelope: Envelope) -> str | None:
        """Always None: a mail server can't be asked, and a second copy is the smaller harm (see `send`)."""
        return None

    def _message(self, envelope: Envelope) -> EmailMessage:
        try:
            mail = render(envelope.reply, self._phrasebook, self._config.community_name)
        except RenderError:
            raise DeliveryError("unrenderable", retryable=False, blame=Blame.OPERATOR) from None
        message = EmailMessage()
        _, own_address = parseaddr(self._config.mail_from)
        message["Message-ID"] = f"<{envelope.message_id}@{own_address.rpartition('@')[2]}>"
        message["From"] = self._config.mail_from
        message["To"] = envelope.address
        message["Date"] = format_datetime(envelope.created_at)
        message["Subject"] = mail.subject
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        message.set_content(mail.body)
        return message

    def _connect(self, server: MailServer) -> smtplib.SMTP:
        if server.tls:
            secure = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=secure)
        return smtplib.SMTP(server.host, server.port, timeout=self._timeout)


def _log_in(smtp: smtplib.SMTP, server: MailServer) -> None:
    smtp.ehlo_or_helo_if_needed()
    secure = server.tls
    if not secure and smtp.has_extn("starttls"):
        smtp.starttls(context=ssl.create_default_context())
        secure = True
    if not server.user:
        return
    if not secure:  # the password would go out for anyone on the way to read
        raise DeliveryError("smtp-no-tls", retryable=False, blame=Blame.OPERATOR)
    smtp.login(server.user, server.password)


def _refusal(code: int, blame: Blame) -> DeliveryError:
    """4xx means later, 5xx never (RFC 5321, 4.2.1)."""
    later = 400 <= code < 500
    return DeliveryError(f"smtp-{code}", retryable=later, blame=Blame.NETWORK if later else blame)
