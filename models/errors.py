"""Every error that natverkslots raises on purpose. The class docstring is the default message.

Texts hold ids and field names, never a person's data: they end up in Prefect's log and states.
"""


class LotsError(Exception):
    """Something went wrong in natverkslots."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class UserError(LotsError):
    """The input is wrong; the message is one sentence that names the field and says what to do."""


class SettingsError(UserError):
    """A setting is missing or not usable; the message names the variable and what to do."""


class TransitionRefused(LotsError):
    """The lifecycle does not allow this change of state; nothing was changed (domain.md I7)."""

    def __init__(self, current: str, target: str, message: str | None = None) -> None:
        self.current, self.target = current, target
        super().__init__(message)


class CapacityExceeded(LotsError):
    """The negotiator's hours for the quarter do not suffice (domain.md I5)."""


class ReportChanged(LotsError):
    """Det som frystes i kongressrapporten stämmer inte med sin kontrollsumma: någon har ändrat det i databasen."""


class ServiceUnavailable(LotsError):
    """Something that natverkslots depends on does not answer; nothing was lost, run again when it does."""


class MailServerUnavailable(ServiceUnavailable):
    """E-postservern svarar inte. Kön är orörd: kör om (Retry) när servern är igång igen."""


class MailLoginRefused(MailServerUnavailable):
    """E-postservern godtar inte inloggningen. Rätta användarnamn och lösenord; kön är orörd."""


class MailEncryptionRefused(MailServerUnavailable):
    """E-postservern kan inte visa att den är rätt server över en krypterad förbindelse. Kön är orörd."""


class TokenRefused(LotsError):
    """Token-servern ger ingen token. Rätta LOTS_OAUTH_*; inget gick förlorat."""


class TokenServerUnavailable(ServiceUnavailable):
    """Token-servern svarar inte. Inget gick förlorat: kör om (Retry) när den är igång igen."""


class InboxUnavailable(ServiceUnavailable):
    """Inkorgen går inte att nå. Inget gick förlorat: kör om (Retry) när den är igång igen."""


class RegisterUnavailable(ServiceUnavailable):
    """Medlemsregistret går inte att hämta. Det som lästes in förra gången gäller."""


class DatabaseUnavailable(ServiceUnavailable):
    """The database does not do what it was asked; what was begun was rolled back. Its kinds say what helps."""


class DatabaseBusy(DatabaseUnavailable):
    """Databasen är upptagen eller går inte att nå just nu. Inget gick förlorat: kör om (Retry) om en stund."""


class DatabaseFull(DatabaseUnavailable):
    """The disk takes no more of the database. It helps to make room, not to try again."""


class DatabaseReadOnly(DatabaseUnavailable):
    """The database lets nothing be written. It helps to allow it, not to try again."""


class DatabaseNotUpgraded(DatabaseUnavailable):
    """The database lacks tables or columns: it is new, or of an earlier version."""


class DatabaseTooNew(DatabaseUnavailable):
    """The database was upgraded by a later version of this program."""


class DatabaseUnknown(DatabaseUnavailable):
    """There is no such database where LOTS_DATABASE_URL points, or it does not let us in."""


class DatabaseUnreadable(DatabaseUnavailable):
    """What LOTS_DATABASE_URL points at is no database, or a damaged one."""


class DatabaseDamaged(LotsError):
    """Rows of the database refer to rows that are not there; nothing was changed. Restore a backup, then upgrade."""


class BackupFailed(ServiceUnavailable):
    """Säkerhetskopian kunde inte skrivas. De äldre ligger kvar."""


class BackupRefused(UserError):
    """The file is no backup that can be read here; nothing was changed."""


class StepFailed(LotsError):
    """A step failed for a reason nobody foresaw; the message tells where in the code, without any data."""
